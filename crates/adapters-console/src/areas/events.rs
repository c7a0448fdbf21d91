//! The events that concern the tenant.

use actix_web::web::ServiceConfig;
use application::{EventPage, FindEvents, Input, Reading};
use domain::events::{Datum, Event, EventType};
use maud::{Markup, html};

use super::history::{actor, changes, text};
use super::resources::Pages;
use crate::request::query;
use crate::request::route::page;
use crate::request::visit::{Answer, Visit};
use crate::response::cell::Cell;
use crate::response::csv;
use crate::response::done::see_other;
use crate::response::fields::Field;
use crate::response::form::filters;
use crate::response::layout::{Api, api};
use crate::response::refused::Refused;
use crate::response::table::{Column, address, column, table};

const READ: Api = api("GET", "/api/v1/events", "events", "readEvents");
/// The number of the last positions of the log in which the newest events are looked for.
const NEWEST: u64 = 200;
/// The number of events that are read at a time for a file.
const PIECE: i64 = 100;

pub(crate) fn routes(config: &mut ServiceConfig) {
    config
        .route("/t/{tenant}/events", page(list))
        .route("/t/{tenant}/events.csv", page(file))
        .route("/t/{tenant}/events/newest", page(newest));
}

fn fields(visit: &Visit) -> Vec<Field> {
    let words = EventType::ALL.iter().map(|known| known.as_str());
    let mut types: Vec<_> = words.map(|word| (word.to_owned(), word.to_owned())).collect();
    let mut kinds: Vec<_> = types.iter().filter_map(|(word, _)| word.split_once('.')).map(|(kind, _)| kind).collect();
    kinds.dedup();
    let all: Vec<_> = kinds.into_iter().map(|kind| (format!("{kind}.*"), format!("all of {kind}"))).collect();
    types.splice(0..0, all);
    let mut fields = vec![
        Field::choice("types", "Type", types),
        Field::number("after", "After position").hint("Left empty, from the oldest event that is kept."),
    ];
    fields.extend(scope(visit));
    fields
}

/// Returns the field of whose events are meant, which the default tenant alone can choose.
pub(crate) fn scope(visit: &Visit) -> Option<Field> {
    let scopes = [("tenant", "of this tenant"), ("workspace", "of the whole workspace")];
    visit.caller.tenant().is_default.then(|| Field::choice("scope", "Events", scopes))
}

async fn begin(visit: &Visit, query: Input<FindEvents>) -> Result<Reading, Refused> {
    Ok(visit.console.events.begin(&visit.caller, query).await?)
}

async fn read(visit: &Visit) -> Result<EventPage, Refused> {
    let mut reading = begin(visit, query::read(&visit.query)).await?;
    Ok(visit.console.events.read(&visit.caller, &mut reading).await?)
}

async fn list(visit: Visit) -> Answer {
    let fields = fields(&visit);
    let (read, refused) = match read(&visit).await {
        Ok(read) => (Some(read), None),
        Err(refused) => (None, Some(refused.beside_form()?)),
    };
    let file = address(&visit.at("events.csv"), &visit.query, after(&visit));
    let content = html! {
        (filters(&fields, &visit.query, refused.as_ref()))
        div #results {
            @if let Some(read) = &read {
                (table("Events", &columns(&visit), &read.events))
                (pager(&visit, read))
            }
        }
        (csv::link(&file))
    };
    Ok(visit.form_page("Events", &[READ], content, refused.as_ref()))
}

/// Returns the parameter of the position, which addresses of other pages lack.
fn after(visit: &Visit) -> Option<(&'static str, &str)> {
    visit.query.get("after").map(|after| ("after", after))
}

/// Shows the way through the log. It leads on from an empty page too, if other events were passed over.
fn pager(visit: &Visit, read: &EventPage) -> Markup {
    let path = visit.at("events");
    let next = read.position.to_string();
    html! {
        nav.pager aria-label="Pages" {
            a href=(address(&path, &visit.query, None)) { "Oldest" }
            @if read.has_more { a rel="next" href=(address(&path, &visit.query, Some(("after", &next)))) { "Next" } }
            a href=(address(&format!("{path}/newest"), &visit.query, None)) { "Newest" }
        }
        p.count { "Read up to position " (read.position) " of the log; the oldest that is kept is " (read.oldest) "." }
    }
}

/// Leads to the end of the log.
async fn newest(visit: Visit) -> Answer {
    let scope = visit.query.get("scope").map(str::to_owned);
    let latest = FindEvents { after: Some("latest".to_owned()), scope, limit: Some(1), ..FindEvents::default() };
    let mut reading = begin(&visit, Ok(latest)).await?;
    let read = visit.console.events.read(&visit.caller, &mut reading).await?;
    let start = read.position.saturating_sub(NEWEST).max(read.oldest.saturating_sub(1)).to_string();
    Ok(see_other(&address(&visit.at("events"), &visit.query, Some(("after", &start)))))
}

/// Returns the events as a CSV file.
async fn file(visit: Visit) -> Answer {
    let query: FindEvents = query::read(&visit.query).map_err(application::Refusal::from)?;
    let mut sheet = csv::Sheet::new(columns(&visit));
    let mut reading = begin(&visit, Ok(FindEvents { limit: Some(PIECE), ..query })).await?;
    loop {
        let read = visit.console.events.read(&visit.caller, &mut reading).await?;
        if !(sheet.add(&read.events) && read.has_more) {
            break;
        }
    }
    Ok(sheet.file("events"))
}

fn columns(visit: &Visit) -> Vec<Column<Event>> {
    let pages = Pages::of(visit);
    vec![
        column("Position", |event: &Event| Cell::text(event.position)),
        column("When", |event: &Event| Cell::Time(event.at)),
        column("Type", |event: &Event| Cell::text(&event.event_type)),
        column("Resource", move |event: &Event| {
            pages.cell(event.tenant_id, &event.resource_kind, event.resource_id, "")
        }),
        column("By", |event: &Event| Cell::maybe(event.actor.as_ref().map(actor))),
        column("Change", |event: &Event| Cell::text(changes(&event.before, &event.after))),
        column("Data", |event: &Event| Cell::text(data(&event.data))),
        column("Id", |event: &Event| Cell::text(event.id)),
    ]
}

fn data(data: &[(String, Datum)]) -> String {
    let values = data.iter().map(|(name, datum)| match datum {
        Datum::Fact(fact) => format!("{name}: {}", text(fact)),
        Datum::Ids(ids) => format!("{name}: {}", ids.len()),
    });
    values.collect::<Vec<_>>().join("; ")
}
