//! The page of a webhook, with its attempts.

use application::{EnableWebhook, Precondition};
use domain::access::Permission;
use domain::ids::WebhookId;
use domain::webhooks::{Attempt, Webhook, WebhookParts, WebhookStatus};
use maud::{Markup, html};
use uuid::Uuid;

use super::list::types;
use crate::areas::history::history;
use crate::request::form::Form;
use crate::request::visit::{Answer, Visit};
use crate::response::buttons::{Button, leading};
use crate::response::cell::{Cell, words};
use crate::response::csv;
use crate::response::done::Done;
use crate::response::facts::facts;
use crate::response::fields::Field;
use crate::response::form::SEEN;
use crate::response::layout::{Api, api};
use crate::response::table::{Column, column, control, table};

const GET: Api = api("GET", "/api/v1/webhooks/{id}", "webhooks", "getWebhook");
const DELETE: Api = api("DELETE", "/api/v1/webhooks/{id}", "webhooks", "deleteWebhook");
const ATTEMPTS: Api = api("GET", "/api/v1/webhooks/{id}/attempts", "webhooks", "listWebhookAttempts");
const TEST: Api = api("POST", "/api/v1/webhooks/{id}/test", "webhooks", "testWebhook");
const ENABLE: Api = api("PUT", "/api/v1/webhooks/{id}/enable", "webhooks", "enableWebhook");
const DISABLE: Api = api("PUT", "/api/v1/webhooks/{id}/disable", "webhooks", "disableWebhook");

pub(super) async fn show(visit: Visit) -> Answer {
    let id: WebhookId = visit.id();
    let webhook = visit.console.webhooks.get(&visit.caller, id).await?;
    let attempts = visit.console.webhooks.attempts(&visit.caller, id).await?;
    let title = webhook.details().url.origin();
    let content = html! {
        (described(&webhook))
        section aria-label="Actions" { (actions(&visit, &webhook)) }
        section {
            h2 { "Attempts" }
            (table("Attempts", &columns(&visit, id), &attempts))
            p { a href=(visit.at(&format!("webhooks/{id}/attempts.csv"))) download { "CSV" } " of the last 100" }
        }
        (history(&visit, id.as_uuid()).await?)
    };
    Ok(visit.page(&title, &[GET, ATTEMPTS, TEST, ENABLE, DISABLE, DELETE], content))
}

fn described(webhook: &Webhook) -> Markup {
    let WebhookParts { id, details, status, disabled_reason, progress, created_at, updated_at, .. } = webhook.parts();
    facts(&[
        ("Status", Cell::Status(status.as_str())),
        ("Reason", Cell::maybe(disabled_reason.map(|reason| words(reason.as_str())))),
        ("Id", Cell::text(id)),
        ("Receiver", Cell::text(&details.url)),
        ("Description", Cell::maybe(details.description.as_ref())),
        ("Types of events", Cell::text(types(details))),
        ("Events of", Cell::text(format_args!("the {}", details.scope.as_str()))),
        ("Delivered up to position", Cell::text(progress.position)),
        ("Failures in a row", Cell::text(progress.consecutive_failures)),
        ("Next attempt", Cell::when(progress.next_attempt_at)),
        ("Last delivered", Cell::when(progress.last_delivered_at)),
        ("Created", Cell::Time(*created_at)),
        ("Changed", Cell::Time(*updated_at)),
    ])
}

fn actions(visit: &Visit, webhook: &Webhook) -> Markup {
    let at = |action: &str| visit.at(&format!("webhooks/{}/{action}", webhook.id()));
    let [test, enable, disable, rotate, delete] = ["test", "enable", "disable", "rotate-secret", "delete"].map(at);
    let button = |action, label, is_final| Button { action, label, needs: Permission::Admin, is_final };
    html! {
        p { (leading(&visit.frame, Permission::Admin, &at("edit"), "Edit")) }
        (button(&test, "Send a test", false).markup(&visit.frame))
        @if webhook.parts().status == WebhookStatus::Enabled {
            (button(&disable, "Disable", false).markup(&visit.frame))
        } @else {
            (button(&enable, "Enable where it stopped", false).markup(&visit.frame))
        }
        (button(&enable, "Deliver from elsewhere", true).with(&visit.frame, &html! {
            label.field {
                span { "After position *" }
                input name="position" required autocomplete="off";
                small.hint { "The events after it are delivered, again or for the first time. Or latest: only those that come." }
            }
        }))
        (button(&rotate, "Rotate the secret", true).with(&visit.frame, &html! {
            input type="hidden" name=(SEEN) value=(webhook.version());
            p { "The new secret is shown once. The present one signs too for 24 hours." }
        }))
        (button(&delete, "Delete", true).with(&visit.frame, &html! { p { "Its attempts go with it." } }))
    }
}

fn columns(visit: &Visit, id: WebhookId) -> Vec<Column<Attempt>> {
    let (enable, frame) = (visit.at(&format!("webhooks/{id}/enable")), visit.frame.clone());
    vec![
        column("When", |attempt: &Attempt| Cell::Time(attempt.at)),
        column("Event", |attempt: &Attempt| Cell::text(&attempt.event_type)),
        column("Position", |attempt: &Attempt| Cell::maybe(attempt.position)),
        column("Attempt", |attempt: &Attempt| Cell::text(attempt.number)),
        column("Result", |attempt: &Attempt| match attempt.result {
            Ok(status) => Cell::text(status),
            Err(failure) => Cell::Status(failure.as_str()),
        }),
        column("Milliseconds", |attempt: &Attempt| Cell::text(attempt.duration)),
        column("Event id", |attempt: &Attempt| Cell::text(attempt.event_id)),
        control("Replay", move |attempt: &Attempt| {
            let button = Button { action: &enable, label: "Again from here", needs: Permission::Admin, is_final: true };
            html! {
                @if let Some(position) = attempt.position {
                    (button.with(&frame, &html! {
                        input type="hidden" name="position" value=(position.saturating_sub(1));
                        p { "This event and all after it are delivered again." }
                    }))
                }
            }
        }),
    ]
}

pub(super) async fn attempts_file(visit: Visit) -> Answer {
    let id = visit.id();
    let mut sheet = csv::Sheet::new(columns(&visit, id));
    sheet.add(&visit.console.webhooks.attempts(&visit.caller, id).await?);
    Ok(sheet.file("attempts"))
}

pub(super) async fn test(visit: Visit, sent: Form) -> Answer {
    let id: WebhookId = visit.id();
    (visit.console.shared.settings().grant_time_of_receiver)(visit.request());
    // Without a key each test is a request of its own, so its reply is not stored.
    let _ = visit.console.webhooks.test(&visit.caller, id, &sent.once(|_| Uuid::nil())).await?;
    Ok(visit.done(&format!("webhooks/{id}"), Done::Tested))
}

/// Enables a webhook where it stopped, or at a position, from which it delivers again.
pub(super) async fn enable(visit: Visit, sent: Form) -> Answer {
    let id: WebhookId = visit.id();
    let input = sent.command::<EnableWebhook>(&[Field::text("position", "Position")])?;
    visit.console.webhooks.enable(&visit.caller, id, input, &Precondition::default()).await?;
    Ok(visit.done(&format!("webhooks/{id}"), Done::Enabled))
}

pub(super) async fn disable(visit: Visit, _: Form) -> Answer {
    let id: WebhookId = visit.id();
    visit.console.webhooks.disable(&visit.caller, id, &Precondition::default()).await?;
    Ok(visit.done(&format!("webhooks/{id}"), Done::Disabled))
}

pub(super) async fn delete(visit: Visit, _: Form) -> Answer {
    visit.console.webhooks.delete(&visit.caller, visit.id(), &Precondition::default()).await?;
    Ok(visit.done("webhooks", Done::Deleted))
}
