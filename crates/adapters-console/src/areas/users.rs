//! Users: the list, and the page of each with what an administrator can do.

use actix_web::web::ServiceConfig;
use application::{FindUsers, Input, List, Listed, Paging, Precondition, UserFields};
use domain::access::Permission;
use domain::ids::UserId;
use domain::users::{ApiUser, ApiUserParts, Email, Role, UserStatus, Workplace};
use maud::{Markup, html};
use uuid::Uuid;

use super::history::history;
use super::lists::{Rows, list_routes};
use super::locations;
use crate::request::form::{Form, made};
use crate::request::route::{act, page};
use crate::request::visit::{Answer, Visit};
use crate::response::buttons::{Button, leading};
use crate::response::cell::Cell;
use crate::response::done::Done;
use crate::response::facts::facts;
use crate::response::fields::Field;
use crate::response::form::{EditForm, SEEN, Values};
use crate::response::layout::{Api, api};
use crate::response::refused::Refused;
use crate::response::table::{Column, column};

const LIST: Api = api("GET", "/api/v1/users", "users", "listUsers");
const CREATE: Api = api("POST", "/api/v1/users", "users", "createUser");
const GET: Api = api("GET", "/api/v1/users/{id}", "users", "getUser");
const UPDATE: Api = api("PATCH", "/api/v1/users/{id}", "users", "updateUser");
const DELETE: Api = api("DELETE", "/api/v1/users/{id}", "users", "deleteUser");
/// The number of users to choose from.
const SHOWN: i64 = 100;

pub(crate) fn routes(config: &mut ServiceConfig) {
    list_routes::<Users>(config, "/t/{tenant}/users");
    config
        .route("/t/{tenant}/users/new", page(new))
        .route("/t/{tenant}/users/new", act(create))
        .route("/t/{tenant}/users/{id}", page(show))
        .route("/t/{tenant}/users/{id}/edit", page(edit))
        .route("/t/{tenant}/users/{id}/edit", act(update))
        .route("/t/{tenant}/users/{id}/status", act(set_status))
        .route("/t/{tenant}/users/{id}/delete", act(delete));
}

/// The users of the tenant.
enum Users {}

impl Rows for Users {
    type Item = ApiUser;
    type Filter = FindUsers;
    const TITLE: &'static str = "Users";
    const API: &'static [Api] = &[LIST];

    fn filters() -> Vec<Field> {
        vec![Field::text("q", "Search").hint("A part of the name or the email address.")]
    }

    fn columns(visit: &Visit) -> Vec<Column<ApiUser>> {
        let base = visit.at("users/");
        vec![
            column("Name", move |user: &ApiUser| Cell::link(format!("{base}{}", user.id()), user.name())),
            column("Status", |user: &ApiUser| Cell::Status(word(user.status()))),
            column("Role", |user: &ApiUser| Cell::text(user.role().name())),
            column("Email", |user: &ApiUser| Cell::maybe(user.email().map(Email::as_str))),
            column("Id", |user: &ApiUser| Cell::text(user.id())),
        ]
    }

    async fn page(visit: &Visit, input: Input<List<FindUsers>>) -> Result<Listed<ApiUser>, Refused> {
        Ok(visit.console.users.list(&visit.caller, input).await?)
    }

    fn id(user: &ApiUser) -> Uuid {
        user.id().as_uuid()
    }

    fn above(visit: &Visit) -> Markup {
        html! { p { (leading(&visit.frame, Permission::Admin, &visit.at("users/new"), "New user")) } }
    }
}

const fn word(status: UserStatus) -> &'static str {
    match status {
        UserStatus::Passive => "PASSIVE",
        UserStatus::Active => "ACTIVE",
        UserStatus::Banned => "BANNED",
    }
}

/// Returns the fields, which offer the present values of a user too.
async fn fields(visit: &Visit, user: Option<&ApiUserParts>) -> Result<Vec<Field>, Refused> {
    let is_support = visit.frame.is_administrator || user.is_some_and(|user| user.role == Role::Support);
    let roles = Role::ALL.iter().filter(|role| **role != Role::Support || is_support);
    let mut places = locations::choices(visit).await?;
    if let Some(Workplace { id, name }) = user.and_then(|user| user.workplace.as_ref())
        && places.iter().all(|(place, _)| *place != id.to_string())
    {
        places.push((id.to_string(), name.to_string()));
    }
    Ok(vec![
        Field::text("name", "Name").hint("5 characters or more.").required(),
        Field::text("email", "Email address").hint("Unique in the workspace.").required(),
        Field::choice("role", "Role", roles.map(|role| (role.as_str(), role.name()))).required(),
        Field::choice("location_id", "Works at", places),
    ])
}

async fn new_form(visit: &Visit, values: &Values, refused: Option<&Refused>) -> Answer {
    let (fields, action) = (fields(visit, None).await?, visit.at("users/new"));
    let form = EditForm { action: &action, fields: &fields, values, refused, submit: "Create" };
    Ok(visit.form("New user", CREATE, &form))
}

async fn new(visit: Visit) -> Answer {
    new_form(&visit, &Values::of([("role", Role::Tenant.as_str().to_owned())]), None).await
}

async fn create(visit: Visit, sent: Form) -> Answer {
    let id = |user: &ApiUser| user.id().as_uuid();
    let created = async {
        let input = sent.creation::<UserFields>(&fields(&visit, None).await?)?;
        Ok::<_, Refused>(visit.console.users.create(&visit.caller, input, &sent.once(id)).await?)
    };
    match created.await {
        Ok(done) => Ok(visit.done(&format!("users/{}", made(done, id)), Done::Created)),
        Err(refused) => new_form(&visit, &sent.values, Some(&refused.beside_form()?)).await,
    }
}

async fn show(visit: Visit) -> Answer {
    let user = visit.console.users.get(&visit.caller, visit.id()).await?;
    let ApiUserParts {
        id,
        name,
        email,
        role,
        status,
        home_tenant_id,
        home_tenant_name,
        current_tenant_id,
        workplace,
        created_at,
        updated_at,
        ..
    } = user.into_parts();
    let content = html! {
        (facts(&[
            ("Status", Cell::Status(word(status))),
            ("Id", Cell::text(id)),
            ("Email", Cell::maybe(email.as_ref().map(Email::as_str))),
            ("Role", Cell::text(role.name())),
            ("Home tenant", Cell::link(format!("/console/t/{home_tenant_id}/"), home_tenant_name)),
            ("Switched to", if current_tenant_id == home_tenant_id { Cell::text("") } else { Cell::text(current_tenant_id) }),
            ("Works at", workplace.map_or_else(|| Cell::text(""), |place| {
                Cell::link(visit.at(&format!("locations/{}", place.id)), place.name)
            })),
            ("Created", Cell::Time(created_at)),
            ("Changed", Cell::Time(updated_at)),
        ]))
        section aria-label="Actions" { (actions(&visit, id, status)) }
        (history(&visit, id.as_uuid()).await?)
    };
    Ok(visit.page(name.as_str(), &[GET, UPDATE, DELETE], content))
}

fn actions(visit: &Visit, id: UserId, present: UserStatus) -> Markup {
    let at = |action: &str| visit.at(&format!("users/{id}/{action}"));
    let (edit, set, delete) = (at("edit"), at("status"), at("delete"));
    let key = visit.at(&format!("keys/new?user_id={id}"));
    let button = |action, label, is_final| Button { action, label, needs: Permission::Admin, is_final };
    html! {
        p {
            (leading(&visit.frame, Permission::Admin, &edit, "Edit")) " "
            (leading(&visit.frame, Permission::Admin, &key, "New key"))
        }
        @for (status, label) in [
            (UserStatus::Active, "Activate"), (UserStatus::Passive, "Make passive"), (UserStatus::Banned, "Ban"),
        ] {
            @if status != present {
                (button(&set, label, status != UserStatus::Active).with(&visit.frame, &html! {
                    input type="hidden" name="status" value=(status.as_i16());
                }))
            }
        }
        (button(&delete, "Delete", true).with(&visit.frame, &html! { p { "Its keys are revoked." } }))
    }
}

async fn edit_form(visit: &Visit, user: &ApiUserParts, values: &Values, refused: Option<&Refused>) -> Answer {
    let (fields, action) = (fields(visit, Some(user)).await?, visit.at(&format!("users/{}/edit", user.id)));
    let form = EditForm { action: &action, fields: &fields, values, refused, submit: "Save" };
    Ok(visit.form("Edit the user", UPDATE, &form))
}

async fn edit(visit: Visit) -> Answer {
    let user = visit.console.users.get(&visit.caller, visit.id()).await?.into_parts();
    let values = Values::default().and([
        ("name", Some(user.name.to_string())),
        ("email", user.email.as_ref().map(|email| email.as_str().to_owned())),
        ("role", Some(user.role.as_str().to_owned())),
        ("location_id", user.workplace.as_ref().map(|place| place.id.to_string())),
        (SEEN, Some(user.version.to_string())),
    ]);
    edit_form(&visit, &user, &values, None).await
}

async fn update(visit: Visit, sent: Form) -> Answer {
    let user = visit.console.users.get(&visit.caller, visit.id()).await?.into_parts();
    let unchanged = sent.unchanged(|user: &ApiUser| user.version().to_string());
    let updated = async {
        let input = sent.command(&fields(&visit, Some(&user)).await?)?;
        Ok::<_, Refused>(visit.console.users.update(&visit.caller, user.id, input, &unchanged).await?)
    };
    match updated.await {
        Ok(_) => Ok(visit.done(&format!("users/{}", user.id), Done::Saved)),
        Err(refused) => edit_form(&visit, &user, &sent.values, Some(&refused.beside_form()?)).await,
    }
}

async fn set_status(visit: Visit, sent: Form) -> Answer {
    let id: UserId = visit.id();
    let input = sent.command(&[Field::number("status", "Status")])?;
    visit.console.users.update(&visit.caller, id, input, &Precondition::default()).await?;
    Ok(visit.done(&format!("users/{id}"), Done::Saved))
}

async fn delete(visit: Visit, _: Form) -> Answer {
    visit.console.users.delete(&visit.caller, visit.id(), &Precondition::default()).await?;
    Ok(visit.done("users", Done::Deleted))
}

/// Returns the first users of the tenant, to choose from, and the one with this id.
pub(crate) async fn choices(visit: &Visit, present: Option<&str>) -> Result<Vec<(String, String)>, Refused> {
    let paging = Paging { per_page: Some(SHOWN), ..Paging::default() };
    let list = List { filter: FindUsers::default(), paging };
    let mut users = visit.console.users.list(&visit.caller, Ok(list)).await?.items;
    let present = present.and_then(|id| id.parse::<UserId>().ok());
    if let Some(id) = present.filter(|id| users.iter().all(|user| user.id() != *id)) {
        users.extend(visit.console.users.get(&visit.caller, id).await.ok());
    }
    Ok(users.iter().map(|user| (user.id().to_string(), user.name().to_string())).collect())
}
