//! The audit trail.

use std::time::{Duration, SystemTime};

use actix_web::web::ServiceConfig;
use application::{FindAudit, Input, List, Listed};
use chrono::{DateTime, Utc};
use domain::audit::AuditRecord;
use domain::tenants::TenantStatus;
use maud::{Markup, html};
use uuid::Uuid;

use super::history;
use super::lists::{Rows, list_routes};
use super::resources::Pages;
use crate::request::visit::Visit;
use crate::response::cell::Cell;
use crate::response::fields::Field;
use crate::response::layout::{Api, api};
use crate::response::refused::Refused;
use crate::response::table::{Column, column};

const LIST: Api = api("GET", "/api/v1/audit", "audit", "listAudit");
const DAY: Duration = Duration::from_hours(24);

pub(crate) fn routes(config: &mut ServiceConfig) {
    list_routes::<Entries>(config, "/t/{tenant}/audit");
}

/// The entries that concern the tenant; in the default tenant, those of the workspace.
enum Entries {}

impl Rows for Entries {
    type Item = AuditRecord;
    type Filter = FindAudit;
    const TITLE: &'static str = "Audit";
    const API: &'static [Api] = &[LIST];

    fn filters() -> Vec<Field> {
        vec![
            Field::text("action", "Action").hint("For example tenant.create."),
            Field::text("resourceID", "Id of the resource"),
            Field::text("tenantID", "Id of the tenant"),
            Field::date("since", "From").hint("The first day, in UTC."),
            Field::date("until", "Before").hint("The day after the last one."),
        ]
    }

    fn columns(visit: &Visit) -> Vec<Column<AuditRecord>> {
        let pages = Pages::of(visit);
        let mut columns = history::columns();
        columns.insert(
            2,
            column("Resource", move |entry: &AuditRecord| {
                let AuditRecord { tenant_id, resource_kind, resource_id, resource_name, .. } = entry;
                pages.cell(*tenant_id, resource_kind, *resource_id, resource_name)
            }),
        );
        columns.insert(3, column("Tenant", |entry: &AuditRecord| Cell::text(&entry.tenant_name)));
        columns
    }

    /// Reads the trail; that of an inactive tenant, which has no authority, among the entries of the workspace.
    async fn page(visit: &Visit, input: Input<List<FindAudit>>) -> Result<Listed<AuditRecord>, Refused> {
        let is_inactive = visit.frame.tenant_status == TenantStatus::Inactive && visit.frame.is_administrator;
        let (caller, tenant) =
            if is_inactive { (&visit.home, Some(visit.frame.tenant)) } else { (&visit.caller, None) };
        let input = input.map(|List { filter, paging }| {
            let [since, until] = [filter.since, filter.until].map(|day| day.map(begin));
            let tenant_id = tenant.map(|tenant| tenant.to_string()).or(filter.tenant_id);
            List { filter: FindAudit { since, until, tenant_id, ..filter }, paging }
        });
        Ok(visit.console.audit.list(caller, input).await?)
    }

    fn id(entry: &AuditRecord) -> Uuid {
        entry.id.as_uuid()
    }

    fn above(visit: &Visit) -> Markup {
        let since = |days| visit.at(&format!("audit?since={}", day_before(days)));
        html! {
            p {
                "The oldest entry comes first. "
                a href=(since(0)) { "Today" } " · " a href=(since(6)) { "Seven days" } " · " a href=(since(29)) { "Thirty days" }
            }
        }
    }
}

/// Returns the instant at which a day begins. Other texts are left as they are.
pub(crate) fn begin(day: String) -> String {
    if day.len() == "2030-01-31".len() { format!("{day}T00:00:00Z") } else { day }
}

/// Returns the day that many days ago.
fn day_before(days: u32) -> String {
    DateTime::<Utc>::from(SystemTime::now() - DAY * days).format("%Y-%m-%d").to_string()
}
