//! The list.

use application::{Input, List, Listed, ListedWebhook};
use domain::access::Permission;
use domain::webhooks::{WebhookDetails, WebhookParts};
use maud::{Markup, html};
use uuid::Uuid;

use crate::areas::lists::{NoFilter, Rows};
use crate::request::visit::Visit;
use crate::response::buttons::leading;
use crate::response::cell::Cell;
use crate::response::layout::{Api, api};
use crate::response::refused::Refused;
use crate::response::table::{Column, column};

const LIST: Api = api("GET", "/api/v1/webhooks", "webhooks", "listWebhooks");

/// The webhooks of the tenant.
pub(super) enum Webhooks {}

impl Rows for Webhooks {
    type Item = ListedWebhook;
    type Filter = NoFilter;
    const TITLE: &'static str = "Webhooks";
    const API: &'static [Api] = &[LIST];

    fn columns(visit: &Visit) -> Vec<Column<ListedWebhook>> {
        let base = visit.at("webhooks/");
        let of = |cell: fn(&WebhookParts) -> Cell| move |listed: &ListedWebhook| cell(listed.webhook.parts());
        vec![
            column("Receiver", move |listed: &ListedWebhook| {
                let WebhookParts { id, details, .. } = listed.webhook.parts();
                Cell::link(format!("{base}{id}"), &details.url)
            }),
            column("Status", of(|webhook| Cell::Status(webhook.status.as_str()))),
            column("Events", of(|webhook| Cell::text(types(&webhook.details)))),
            column("Not delivered", |listed: &ListedWebhook| Cell::text(listed.unread)),
            column("Oldest of them, in seconds", |listed: &ListedWebhook| Cell::text(listed.seconds)),
            column("Failures in a row", of(|webhook| Cell::text(webhook.progress.consecutive_failures))),
            column("Last delivered", of(|webhook| Cell::when(webhook.progress.last_delivered_at))),
            column("Id", of(|webhook| Cell::text(webhook.id))),
        ]
    }

    async fn page(visit: &Visit, input: Input<List<NoFilter>>) -> Result<Listed<ListedWebhook>, Refused> {
        Ok(visit.console.webhooks.list(&visit.caller, input.map(|list| list.paging)).await?)
    }

    fn id(listed: &ListedWebhook) -> Uuid {
        listed.webhook.id().as_uuid()
    }

    fn above(visit: &Visit) -> Markup {
        html! { p { (leading(&visit.frame, Permission::Admin, &visit.at("webhooks/new"), "New webhook")) } }
    }
}

/// Returns the types of the events that are delivered, with commas between.
pub(super) fn types(details: &WebhookDetails) -> String {
    if details.types.as_slice().is_empty() { "all".to_owned() } else { details.types.to_string().replace(',', ", ") }
}
