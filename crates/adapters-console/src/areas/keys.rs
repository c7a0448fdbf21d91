//! API keys: the list, a new key, which is shown once, and their revocation.

use std::time::SystemTime;

use actix_web::web::ServiceConfig;
use application::{CreateApiKey, CreatedApiKey, Input, List, Listed};
use chrono::{DateTime, Utc};
use domain::access::Permission;
use domain::api_keys::{ApiKey, ApiKeyParts};
use maud::{Markup, html};
use uuid::Uuid;

use super::audit::begin;
use super::lists::{NoFilter, Rows, list_routes};
use super::users;
use crate::request::form::Form;
use crate::request::route::{act, page};
use crate::request::visit::{Answer, Visit};
use crate::response::buttons::{Button, leading};
use crate::response::cell::{Cell, words};
use crate::response::done::Done;
use crate::response::facts::facts;
use crate::response::fields::Field;
use crate::response::form::{EditForm, Values};
use crate::response::layout::{Api, api};
use crate::response::refused::Refused;
use crate::response::secret::secret;
use crate::response::table::{Column, column, control};

const LIST: Api = api("GET", "/api/v1/api-keys", "api-keys", "listApiKeys");
const CREATE: Api = api("POST", "/api/v1/api-keys", "api-keys", "createApiKey");
const REVOKE: Api = api("DELETE", "/api/v1/api-keys/{id}", "api-keys", "revokeApiKey");

pub(crate) fn routes(config: &mut ServiceConfig) {
    list_routes::<Keys>(config, "/t/{tenant}/keys");
    config
        .route("/t/{tenant}/keys/new", page(new))
        .route("/t/{tenant}/keys/new", act(create))
        .route("/t/{tenant}/keys/{id}/revoke", act(revoke));
}

/// The keys of the users of the tenant.
enum Keys {}

impl Rows for Keys {
    type Item = ApiKey;
    type Filter = NoFilter;
    const TITLE: &'static str = "Keys";
    const API: &'static [Api] = &[LIST, REVOKE];

    fn columns(visit: &Visit) -> Vec<Column<ApiKey>> {
        let (users, base, frame) = (visit.at("users/"), visit.at("keys/"), visit.frame.clone());
        let now = DateTime::<Utc>::from(SystemTime::now());
        let of = |cell: fn(ApiKeyParts) -> Cell| move |key: &ApiKey| cell(key.clone().into_parts());
        vec![
            column("Name", of(|key| Cell::text(key.name))),
            column("Status", move |key: &ApiKey| Cell::Status(status(key, now))),
            column("Permission", of(|key| Cell::text(key.permission.as_str()))),
            column("User", move |key: &ApiKey| {
                let user = key.clone().into_parts().user_id;
                Cell::link(format!("{users}{user}"), user)
            }),
            column("Created", of(|key| Cell::Time(key.created_at))),
            column("Expires", of(|key| Cell::Time(key.expires_at))),
            column("Revoked", of(|key| Cell::when(key.revoked_at))),
            column("Id", |key: &ApiKey| Cell::text(key.id())),
            control("Revoke", move |key: &ApiKey| {
                let action = format!("{base}{}/revoke", key.id());
                let button = Button { action: &action, label: "Revoke", needs: Permission::Admin, is_final: true };
                html! { @if key.is_good(now) { (button.markup(&frame)) } }
            }),
        ]
    }

    async fn page(visit: &Visit, input: Input<List<NoFilter>>) -> Result<Listed<ApiKey>, Refused> {
        Ok(visit.console.api_keys.list(&visit.caller, input.map(|list| list.paging)).await?)
    }

    fn id(key: &ApiKey) -> Uuid {
        key.id().as_uuid()
    }

    fn above(visit: &Visit) -> Markup {
        html! { p { (leading(&visit.frame, Permission::Admin, &visit.at("keys/new"), "New key")) } }
    }
}

fn status(key: &ApiKey, now: DateTime<Utc>) -> &'static str {
    if key.is_good(now) {
        "VALID"
    } else if key.expires_at() <= now {
        "EXPIRED"
    } else {
        "REVOKED"
    }
}

async fn fields(visit: &Visit, user: Option<&str>) -> Result<Vec<Field>, Refused> {
    let permissions = Permission::ALL.map(|permission| (permission.as_str().to_owned(), words(permission.as_str())));
    Ok(vec![
        Field::text("name", "Name").hint("The program that uses the key.").required(),
        Field::choice("user_id", "User", users::choices(visit, user).await?).required(),
        Field::choice("permission", "Permission", permissions).required(),
        Field::date("expiresAt", "Expires on").hint("Left empty, in 180 days."),
    ])
}

async fn form(visit: &Visit, values: &Values, refused: Option<&Refused>) -> Answer {
    let (fields, action) = (fields(visit, values.get("user_id")).await?, visit.at("keys/new"));
    let form = EditForm { action: &action, fields: &fields, values, refused, submit: "Create" };
    Ok(visit.form("New key", CREATE, &form))
}

async fn new(visit: Visit) -> Answer {
    form(&visit, &visit.query, None).await
}

/// Creates a key, and shows it on the answer alone: its address shows nothing.
async fn create(visit: Visit, mut sent: Form) -> Answer {
    let typed = sent.values.clone();
    let request = sent.repeatable();
    if let Some(day) = sent.get("expiresAt").filter(|day| !day.is_empty()) {
        let until = begin(day.to_owned());
        sent.values.set("expiresAt", until);
    }
    let created = async {
        let input = sent.creation::<CreateApiKey>(&fields(&visit, None).await?)?;
        Ok::<_, Refused>(visit.console.api_keys.create(&visit.caller, input, request).await?)
    };
    match created.await {
        Ok(created) => Ok(visit.page("New key", &[CREATE], shown(&visit, created))),
        Err(refused) => form(&visit, &typed, Some(&refused.beside_form()?)).await,
    }
}

fn shown(visit: &Visit, created: CreatedApiKey) -> Markup {
    let CreatedApiKey { api_key, token } = created;
    let ApiKeyParts { id, name, permission, user_id, expires_at, .. } = api_key.into_parts();
    html! {
        (secret(&token.reveal()))
        (facts(&[
            ("Name", Cell::text(name)),
            ("Id", Cell::text(id)),
            ("User", Cell::link(visit.at(&format!("users/{user_id}")), user_id)),
            ("Permission", Cell::text(permission.as_str())),
            ("Expires", Cell::Time(expires_at)),
        ]))
        p { a href=(visit.at("keys")) { "All keys" } }
    }
}

/// Revokes a key. Revoking that of the session signs out.
async fn revoke(visit: Visit, _: Form) -> Answer {
    visit.console.api_keys.revoke(&visit.caller, visit.id()).await?;
    Ok(visit.done("keys", Done::Revoked))
}
