//! `tenantry events tail`.

use std::io::{Write, stdout};
use std::time::Duration;

use actix_web::rt::time::sleep;
use anyhow::Context;
use application::EventLogs;
use domain::access::OperatorScope;
use domain::audit::{Actor, Fact};
use domain::events::{Datum, Event};
use domain::instants::to_text;

use crate::cli::TailEventsArguments;
use crate::failure::told;
use crate::settings::Settings;
use crate::wire::Engine;

/// The time between two looks for further events.
const LOOK: Duration = Duration::from_millis(250);

pub(crate) async fn tail_events(settings: &Settings, arguments: TailEventsArguments) -> anyhow::Result<()> {
    let engine = Engine::open(&settings.database, settings.limits).await?.prepare().await?;
    let logs = engine.use_cases(settings.max_key_age).event_logs();
    logs.expect(&OperatorScope::new(), arguments.workspace, arguments.tenant).await.map_err(told)?;
    let mut position = print_after(&logs, &arguments, 0).await?;
    if position == 0 {
        eprintln!("No event has a number yet: is a server running?");
    }
    loop {
        position = print_after(&logs, &arguments, position).await?;
        sleep(LOOK).await;
    }
}

/// Prints the events after a position. Returns the position up to which the log was read.
async fn print_after(logs: &EventLogs, arguments: &TailEventsArguments, mut after: u64) -> anyhow::Result<u64> {
    let TailEventsArguments { workspace, tenant } = *arguments;
    loop {
        let page = logs.read(&OperatorScope::new(), workspace, tenant, after).await.map_err(told)?;
        let mut out = stdout().lock();
        for event in &page.events {
            writeln!(out, "{}", line(event)).context("the events cannot be printed")?;
        }
        out.flush().context("the events cannot be printed")?;
        after = page.position;
        if !page.has_more {
            return Ok(after);
        }
    }
}

/// Returns an event as a line: its position, time, type, tenant, author and resource, then data and changed values.
fn line(event: &Event) -> String {
    let Event {
        id: _,
        position,
        event_type,
        at,
        tenant_id,
        actor,
        resource_kind,
        resource_id,
        before,
        after,
        data,
        trace: _,
    } = event;
    let actor = match actor {
        Some(Actor::ApiUser { id, .. }) => id.to_string(),
        Some(Actor::Operator) => "operator".to_owned(),
        None => "-".to_owned(),
    };
    let head = format!("{position} {} {event_type} {tenant_id} {actor} {resource_kind}:{resource_id}", to_text(*at));
    let data = data.iter().map(|(name, datum)| format!(" {name}={}", datum_text(datum)));
    let before = before.iter().map(|(name, fact)| format!(" -{name}={}", fact_text(fact)));
    let after = after.iter().map(|(name, fact)| format!(" +{name}={}", fact_text(fact)));
    data.chain(before).chain(after).fold(head, |line, part| line + &part)
}

fn datum_text(datum: &Datum) -> String {
    match datum {
        Datum::Fact(fact) => fact_text(fact),
        Datum::Ids(ids) => ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(","),
    }
}

/// Returns a value in one line.
fn fact_text(fact: &Fact) -> String {
    match fact {
        Fact::Null => "null".to_owned(),
        Fact::Bool(value) => value.to_string(),
        Fact::Integer(value) => value.to_string(),
        Fact::Text(text) => format!("{text:?}"),
    }
}
