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
        column("By", |entry: &AuditRecord| match &entry.actor {
            Some(Actor::ApiUser { name, .. }) => Cell::text(name),
            Some(Actor::Operator) => Cell::text("operator"),
            None => Cell::text(&entry.tenant_name),
        }),
        column("Change", |entry: &AuditRecord| Cell::text(changes(entry))),
    ]
}

/// Describes the facts before and after a change.
fn changes(entry: &AuditRecord) -> String {
    let text = |fact: Option<&Fact>| match fact {
        None | Some(Fact::Null) => "—".to_owned(),
        Some(Fact::Bool(is)) => is.to_string(),
        Some(Fact::Integer(number)) => number.to_string(),
        Some(Fact::Text(text)) => text.clone(),
    };
    let find = |facts: &[(String, Fact)], name: &str| {
        facts.iter().find(|(known, _)| known == name).map(|(_, fact)| fact.clone())
    };
    let mut names: Vec<_> = entry.before.iter().chain(&entry.after).map(|(name, _)| name).collect();
    names.sort();
    names.dedup();
    let changes = names.into_iter().map(|name| match (find(&entry.before, name), find(&entry.after, name)) {
        (None, after) => format!("{name}: {}", text(after.as_ref())),
        (before, after) => format!("{name}: {} → {}", text(before.as_ref()), text(after.as_ref())),
    });
    changes.collect::<Vec<_>>().join("; ")
}
