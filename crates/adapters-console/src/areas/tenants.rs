//! Tenants: the list, and the page of each with what its administrators can do.

use actix_web::HttpResponse;
use actix_web::web::ServiceConfig;
use application::{FindTenants, Input, List, Listed, Precondition, TenantFields};
use domain::access::Permission;
use domain::countries::Country;
use domain::tenants::{Tenant, TenantDetails, TenantParts, TenantStatus};
use maud::{Markup, html};
use uuid::Uuid;

use super::history::history_for;
use super::lists::{Rows, list_routes};
use crate::request::form::{Form, made};
use crate::request::route::{act, page};
use crate::request::visit::{Answer, Visit};
use crate::response::buttons::{Button, leading};
use crate::response::cell::Cell;
use crate::response::done::Done;
use crate::response::facts::facts;
use crate::response::fields::Field;
use crate::response::form::{EditForm, SEEN, Values, word_choices};
use crate::response::layout::{Api, api};
use crate::response::refused::Refused;
use crate::response::table::{Column, column};

const LIST: Api = api("GET", "/api/v1/tenants", "tenants", "listTenants");
const CREATE: Api = api("POST", "/api/v1/tenants", "tenants", "createTenant");
const GET: Api = api("GET", "/api/v1/tenants/{id}", "tenants", "getTenant");
const UPDATE: Api = api("PATCH", "/api/v1/tenants/{id}", "tenants", "updateTenant");
const DELETE: Api = api("DELETE", "/api/v1/tenants/{id}", "tenants", "deleteTenant");
const ACTIVATE: Api = api("PUT", "/api/v1/tenants/{id}/activate", "tenants", "activateTenant");
const DEACTIVATE: Api = api("PUT", "/api/v1/tenants/{id}/deactivate", "tenants", "deactivateTenant");

pub(crate) fn routes(config: &mut ServiceConfig) {
    list_routes::<Tenants>(config, "/tenants");
    config
        .route("/tenants/new", page(new))
        .route("/tenants/new", act(create))
        .route("/t/{tenant}/", page(show))
        .route("/t/{tenant}/edit", page(edit))
        .route("/t/{tenant}/edit", act(update))
        .route("/t/{tenant}/activate", act(activate))
        .route("/t/{tenant}/deactivate", act(deactivate))
        .route("/t/{tenant}/delete", act(delete));
}

/// The tenants of the workspace.
enum Tenants {}

impl Rows for Tenants {
    type Item = Tenant;
    type Filter = FindTenants;
    const TITLE: &'static str = "Tenants";
    const API: &'static [Api] = &[LIST];

    fn filters() -> Vec<Field> {
        vec![
            Field::text("q", "Search").hint("A part of the name, domain, description or city."),
            Field::choice("status", "Status", word_choices(["ACTIVE", "INACTIVE"])),
        ]
    }

    fn columns(_: &Visit) -> Vec<Column<Tenant>> {
        vec![
            column("Name", |tenant: &Tenant| Cell::link(format!("/console/t/{}/", tenant.id()), tenant.name())),
            column("Status", |tenant: &Tenant| Cell::Status(tenant.status().as_str())),
            column("Domain", |tenant: &Tenant| Cell::text(tenant.domain())),
            column("City", |tenant: &Tenant| Cell::maybe(tenant.details().city.as_ref())),
            column("Country", |tenant: &Tenant| Cell::maybe(tenant.details().country.map(Country::name))),
            column("Created", |tenant: &Tenant| Cell::Time(tenant.created_at())),
            column("Id", |tenant: &Tenant| Cell::text(tenant.id())),
        ]
    }

    async fn page(visit: &Visit, input: Input<List<FindTenants>>) -> Result<Listed<Tenant>, Refused> {
        Ok(visit.console.tenants.list(&visit.home, input).await?)
    }

    fn id(tenant: &Tenant) -> Uuid {
        tenant.id().as_uuid()
    }

    fn above(visit: &Visit) -> Markup {
        html! { p { (leading(&visit.frame, Permission::Admin, "/console/tenants/new", "New tenant")) } }
    }
}

fn fields() -> Vec<Field> {
    vec![
        Field::text("name", "Name").hint("5 characters or more.").required(),
        Field::text("domain", "Domain").hint(
            "A DNS name or label, unique in the workspace. Left empty, a new tenant gets one made from its name.",
        ),
        Field::long_text("description", "Description"),
        Field::text("address", "Address"),
        Field::text("city", "City"),
        Field::text("post_code", "Post code"),
        Field::text("country_code", "Country").hint("Two letters, as in ISO 3166-1."),
    ]
}

fn new_form(visit: &Visit, values: &Values, refused: Option<&Refused>) -> HttpResponse {
    let fields = fields();
    let form = EditForm { action: "/console/tenants/new", fields: &fields, values, refused, submit: "Create" };
    visit.form("New tenant", CREATE, &form)
}

async fn new(visit: Visit) -> Answer {
    Ok(new_form(&visit, &Values::default(), None))
}

async fn create(visit: Visit, sent: Form) -> Answer {
    let id = |tenant: &Tenant| tenant.id().as_uuid();
    let created = async {
        let input = sent.creation::<TenantFields>(&fields())?;
        Ok::<_, Refused>(visit.console.tenants.create(&visit.home, input, &sent.once(id)).await?)
    };
    match created.await {
        Ok(done) => Ok(Done::Created.at(&format!("/console/t/{}/", made(done, id)))),
        Err(refused) => Ok(new_form(&visit, &sent.values, Some(&refused.beside_form()?))),
    }
}

/// Shows a tenant, to administrators an inactive one too.
async fn show(visit: Visit) -> Answer {
    let tenant = visit.console.tenants.get(&visit.home, visit.caller.tenant_id()).await?;
    let (is_default, status) = (tenant.is_default(), tenant.status());
    let TenantParts { id, name, domain, details, created_at, updated_at, .. } = tenant.into_parts();
    let TenantDetails { description, address, city, post_code, country } = details;
    let content = html! {
        (facts(&[
            ("Status", Cell::Status(status.as_str())),
            ("Id", Cell::text(id)),
            ("Domain", Cell::text(domain)),
            ("Default tenant", Cell::flag(is_default)),
            ("Description", Cell::maybe(description)),
            ("Address", Cell::maybe(address)),
            ("City", Cell::maybe(city)),
            ("Post code", Cell::maybe(post_code)),
            ("Country", Cell::maybe(country.map(Country::name))),
            ("Created", Cell::Time(created_at)),
            ("Changed", Cell::Time(updated_at)),
        ]))
        @if visit.frame.is_administrator {
            section aria-label="Actions" {
                (leading(&visit.frame, Permission::Admin, &visit.at("edit"), "Edit"))
                @if !is_default { (actions(&visit, status)) }
            }
        }
        (history_for(&visit, &visit.home, visit.caller.tenant_id().as_uuid()).await?)
    };
    Ok(visit.page(name.as_str(), &[GET, ACTIVATE, DEACTIVATE, DELETE], content))
}

fn actions(visit: &Visit, status: TenantStatus) -> Markup {
    let (action, label) = match status {
        TenantStatus::Active => ("deactivate", "Deactivate"),
        TenantStatus::Inactive => ("activate", "Activate"),
    };
    let set = visit.at(action);
    let set = Button { action: &set, label, needs: Permission::Admin, is_final: true };
    let delete = visit.at("delete");
    let delete = Button { action: &delete, label: "Delete", needs: Permission::Admin, is_final: true };
    let users = html! {
        label.field {
            span { "Its users become" }
            select name="user_status" {
                option value="" { "what they are now" }
                @for (value, name) in [("0", "passive"), ("1", "active"), ("2", "banned")] { option value=(value) { (name) } }
            }
        }
    };
    html! {
        (set.with(&visit.frame, &users))
        (delete.with(&visit.frame, &html! {
            p { "Its imports, locations, users, keys and quotes go with it. A tenant that still has integration accounts stays." }
        }))
    }
}

fn edit_form(visit: &Visit, values: &Values, refused: Option<&Refused>) -> HttpResponse {
    let (fields, action) = (fields(), visit.at("edit"));
    let form = EditForm { action: &action, fields: &fields, values, refused, submit: "Save" };
    visit.form("Edit the tenant", UPDATE, &form)
}

async fn edit(visit: Visit) -> Answer {
    let tenant = visit.console.tenants.get(&visit.home, visit.caller.tenant_id()).await?;
    let TenantParts { name, domain, details, version, .. } = tenant.into_parts();
    let TenantDetails { description, address, city, post_code, country } = details;
    let values = Values::of([
        ("name", name.into()),
        ("domain", domain.to_string()),
        ("description", description.map(Into::into).unwrap_or_default()),
        ("address", address.map(Into::into).unwrap_or_default()),
        ("city", city.map(Into::into).unwrap_or_default()),
        ("post_code", post_code.map(Into::into).unwrap_or_default()),
        ("country_code", country.map(|country| country.code().to_owned()).unwrap_or_default()),
        (SEEN, version.to_string()),
    ]);
    Ok(edit_form(&visit, &values, None))
}

async fn update(visit: Visit, sent: Form) -> Answer {
    let unchanged = sent.unchanged(|tenant: &Tenant| tenant.version().to_string());
    let updated = async {
        let input = sent.command(&fields())?;
        Ok::<_, Refused>(visit.console.tenants.update(&visit.home, visit.caller.tenant_id(), input, &unchanged).await?)
    };
    match updated.await {
        Ok(_) => Ok(visit.done("", Done::Saved)),
        Err(refused) => Ok(edit_form(&visit, &sent.values, Some(&refused.beside_form()?))),
    }
}

async fn activate(visit: Visit, sent: Form) -> Answer {
    set_status(visit, sent, TenantStatus::Active, Done::Activated).await
}

async fn deactivate(visit: Visit, sent: Form) -> Answer {
    set_status(visit, sent, TenantStatus::Inactive, Done::Deactivated).await
}

async fn set_status(visit: Visit, sent: Form, status: TenantStatus, done: Done) -> Answer {
    let input = sent.command(&[Field::choice("user_status", "Users", [("", "")])])?;
    let id = visit.caller.tenant_id();
    visit.console.tenants.set_status(&visit.home, id, status, input, &Precondition::default()).await?;
    Ok(visit.done("", done))
}

async fn delete(visit: Visit, _: Form) -> Answer {
    let id = visit.caller.tenant_id();
    visit.console.tenants.delete(&visit.home, id, &Precondition::default()).await?;
    Ok(Done::Deleted.at("/console/tenants"))
}
