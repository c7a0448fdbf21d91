//! The history of one thing, beside it.

use application::{FindAudit, List, Paging};
use domain::access::{Caller, Permission};
use domain::audit::{Actor, AuditRecord, Fact};
use maud::{Markup, html};
use uuid::Uuid;

use crate::request::visit::Visit;
use crate::response::cell::Cell;
use crate::response::refused::Refused;
use crate::response::table::{Column, column, table};

/// The number of entries that are shown.
const SHOWN: i64 = 10;

/// Shows the last changes of a resource, to keys that may read the audit trail.
pub(crate) async fn history(visit: &Visit, id: Uuid) -> Result<Markup, Refused> {
    history_for(visit, &visit.caller, id).await
}

/// Shows the last changes that the caller may see: at home, an administrator may see those of an inactive tenant.
pub(crate) async fn history_for(visit: &Visit, caller: &Caller, id: Uuid) -> Result<Markup, Refused> {
    if visit.frame.permission < Permission::Admin {
        return Ok(html! {});
    }
    let filter = || FindAudit { resource_id: Some(id.to_string()), ..FindAudit::default() };
    let all = visit.console.audit.count(caller, Ok(filter())).await?;
    // The trail is read from its begin, so the last entries are on the last pages.
    let last = i64::try_from(all.div_ceil(SHOWN.unsigned_abs())).unwrap_or(i64::MAX).max(1);
    let paging = |page| Paging { page: Some(page), per_page: Some(SHOWN), ..Paging::default() };
    let mut entries = Vec::new();
    for page in [last - 1, last].into_iter().filter(|page| *page > 0) {
        let input = List { filter: filter(), paging: paging(page) };
        entries.extend(visit.console.audit.list(caller, Ok(input)).await?.items);
    }
    entries.reverse();
    entries.truncate(usize::try_from(SHOWN).unwrap_or_default());
    Ok(html! {
        section {
            h2 { "History" }
            (table("History", &columns(), &entries))
            @if all > SHOWN.unsigned_abs() {
                p { a href=(visit.at(&format!("audit?resourceID={id}"))) { "All " (all) " changes" } }
            }
        }
    })
}

/// Returns the columns that every list of entries has.
pub(crate) fn columns() -> Vec<Column<AuditRecord>> {
    vec![
        column("When", |entry: &AuditRecord| Cell::Time(entry.at)),
        column("Action", |entry: &AuditRecord| Cell::text(&entry.action)),
        column("By", |entry: &AuditRecord| Cell::text(entry.actor.as_ref().map_or(&*entry.tenant_name, actor))),
        column("Change", |entry: &AuditRecord| Cell::text(changes(&entry.before, &entry.after))),
    ]
}

/// Returns the name of an actor.
pub(crate) fn actor(actor: &Actor) -> &str {
    match actor {
        Actor::ApiUser { name, .. } => name,
        Actor::Operator => "operator",
    }
}

/// Describes the facts before and after a change.
pub(crate) fn changes(before: &[(String, Fact)], after: &[(String, Fact)]) -> String {
    let absent = || text(&Fact::Null);
    let mut names: Vec<_> = before.iter().chain(after).map(|(name, _)| name).collect();
    names.sort();
    names.dedup();
    let changes = names.into_iter().map(|name| match (value(before, name), value(after, name)) {
        (None, after) => format!("{name}: {}", after.map_or_else(absent, text)),
        (Some(before), after) => format!("{name}: {} → {}", text(before), after.map_or_else(absent, text)),
    });
    changes.collect::<Vec<_>>().join("; ")
}

fn value<'a>(facts: &'a [(String, Fact)], name: &str) -> Option<&'a Fact> {
    facts.iter().find(|(known, _)| known == name).map(|(_, fact)| fact)
}

/// Returns a value as people read it.
pub(crate) fn text(fact: &Fact) -> String {
    match fact {
        Fact::Null => "—".to_owned(),
        Fact::Bool(is) => is.to_string(),
        Fact::Integer(number) => number.to_string(),
        Fact::Text(text) => text.clone(),
    }
}
