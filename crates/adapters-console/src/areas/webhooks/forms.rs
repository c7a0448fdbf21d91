//! The forms of a webhook, and its secret, which is shown once.

use actix_web::HttpResponse;
use application::{NewSecret, WebhookFields};
use domain::ids::WebhookId;
use domain::webhooks::Webhook;
use maud::html;

use crate::areas::events::scope;
use crate::request::form::Form;
use crate::request::visit::{Answer, Visit};
use crate::response::done::Done;
use crate::response::fields::Field;
use crate::response::form::{EditForm, SEEN, Values};
use crate::response::layout::{Api, api};
use crate::response::refused::Refused;
use crate::response::secret::secret;

const CREATE: Api = api("POST", "/api/v1/webhooks", "webhooks", "createWebhook");
const UPDATE: Api = api("PATCH", "/api/v1/webhooks/{id}", "webhooks", "updateWebhook");
const ROTATE: Api = api("PUT", "/api/v1/webhooks/{id}/rotate-secret", "webhooks", "rotateWebhookSecret");

fn fields() -> Vec<Field> {
    vec![
        Field::text("url", "Receiver").hint("A web address with https.").required(),
        Field::text("description", "Description"),
        Field::lines("types", "Types of events")
            .hint("One in each line, like reservation.confirmed or reservation.*. Left empty, all."),
    ]
}

fn new_fields(visit: &Visit) -> Vec<Field> {
    fields().into_iter().chain(scope(visit).map(Field::required)).collect()
}

fn new_form(visit: &Visit, values: &Values, refused: Option<&Refused>) -> HttpResponse {
    let (fields, action) = (new_fields(visit), visit.at("webhooks/new"));
    let form = EditForm { action: &action, fields: &fields, values, refused, submit: "Create" };
    visit.form("New webhook", CREATE, &form)
}

pub(super) async fn new(visit: Visit) -> Answer {
    Ok(new_form(&visit, &Values::default(), None))
}

/// Creates a webhook, and shows its secret on the answer alone: its address shows nothing.
pub(super) async fn create(visit: Visit, sent: Form) -> Answer {
    let base = (visit.console.shared.settings().api_url)(visit.request());
    let created = async {
        let input = sent.creation::<WebhookFields>(&new_fields(&visit))?;
        Ok::<_, Refused>(visit.console.webhooks.create(&visit.caller, input, &base, sent.repeatable()).await?)
    };
    match created.await {
        Ok(created) => Ok(with_secret(&visit, "New webhook", CREATE, created)),
        Err(refused) => Ok(new_form(&visit, &sent.values, Some(&refused.beside_form()?))),
    }
}

fn with_secret(visit: &Visit, title: &str, api: Api, new: NewSecret) -> HttpResponse {
    let NewSecret { webhook, secret: text } = new;
    let content = html! {
        (secret(&text.reveal()))
        p { "The receiver checks the signature of each delivery with it." }
        p { a href=(visit.at(&format!("webhooks/{}", webhook.id()))) { "The webhook" } }
    };
    visit.page(title, &[api], content)
}

fn edit_form(visit: &Visit, id: WebhookId, values: &Values, refused: Option<&Refused>) -> HttpResponse {
    let (fields, action) = (fields(), visit.at(&format!("webhooks/{id}/edit")));
    let form = EditForm { action: &action, fields: &fields, values, refused, submit: "Save" };
    visit.form("Edit the webhook", UPDATE, &form)
}

pub(super) async fn edit(visit: Visit) -> Answer {
    let id: WebhookId = visit.id();
    let webhook = visit.console.webhooks.get(&visit.caller, id).await?;
    let details = webhook.details();
    let values = Values::default().and([
        ("url", Some(details.url.to_string())),
        ("description", details.description.as_ref().map(ToString::to_string)),
        ("types", Some(details.types.to_string().replace(',', "\n"))),
        (SEEN, Some(webhook.version().to_string())),
    ]);
    Ok(edit_form(&visit, id, &values, None))
}

fn version(webhook: &Webhook) -> String {
    webhook.version().to_string()
}

pub(super) async fn update(visit: Visit, sent: Form) -> Answer {
    let id: WebhookId = visit.id();
    let updated = async {
        let input = sent.command(&fields())?;
        Ok::<_, Refused>(visit.console.webhooks.update(&visit.caller, id, input, &sent.unchanged(version)).await?)
    };
    match updated.await {
        Ok(_) => Ok(visit.done(&format!("webhooks/{id}"), Done::Saved)),
        Err(refused) => Ok(edit_form(&visit, id, &sent.values, Some(&refused.beside_form()?))),
    }
}

pub(super) async fn rotate(visit: Visit, sent: Form) -> Answer {
    let unchanged = sent.unchanged(version);
    let rotated = visit.console.webhooks.rotate_secret(&visit.caller, visit.id(), &unchanged).await?;
    Ok(with_secret(&visit, "New secret", ROTATE, rotated))
}
