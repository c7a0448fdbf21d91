//! Integration accounts: the list, and the page of each.

mod charges;
mod moves;
mod policy;

use actix_web::HttpResponse;
use actix_web::web::ServiceConfig;
use application::{FindIntegrationAccounts, Input, IntegrationAccountFields, List, Listed, Paging, Precondition};
use domain::access::Permission;
use domain::ids::IntegrationAccountId;
use domain::imports::AccountImporter;
use domain::integration_accounts::{AuthType, ImportMode, IntegrationAccount, IntegrationAccountParts, Provider};
use maud::{Markup, html};
use uuid::Uuid;

use super::history::history;
use super::lists::{Rows, list_routes};
use crate::request::form::{Form, made};
use crate::request::route::{act, page};
use crate::request::visit::{Answer, Visit};
use crate::response::buttons::{Button, leading};
use crate::response::cell::{Cell, words};
use crate::response::done::Done;
use crate::response::facts::facts;
use crate::response::fields::Field;
use crate::response::form::{EditForm, SEEN, Values, word_choices};
use crate::response::layout::{Api, api};
use crate::response::refused::Refused;
use crate::response::table::{Column, column, table};

const TAG: &str = "integration-accounts";
const LIST: Api = api("GET", "/api/v1/integration-account", TAG, "listIntegrationAccounts");
const CREATE: Api = api("POST", "/api/v1/integration-account", TAG, "createIntegrationAccount");
const GET: Api = api("GET", "/api/v1/integration-account/{id}", TAG, "getIntegrationAccount");
const UPDATE: Api = api("PATCH", "/api/v1/integration-account/{id}", TAG, "updateIntegrationAccount");
const DELETE: Api = api("DELETE", "/api/v1/integration-account/{id}", TAG, "deleteIntegrationAccount");
const IMPORTERS: Api = api("GET", "/api/v1/integration-account/{id}/imports", "imports", "listAccountImports");
/// The number of accounts to choose from, and of importers that are shown.
const SHOWN: i64 = 100;

pub(crate) fn routes(config: &mut ServiceConfig) {
    list_routes::<Accounts>(config, "/t/{tenant}/accounts");
    config
        .configure(charges::routes)
        .configure(moves::routes)
        .configure(policy::routes)
        .route("/t/{tenant}/accounts/new", page(new))
        .route("/t/{tenant}/accounts/new", act(create))
        .route("/t/{tenant}/accounts/{id}", page(show))
        .route("/t/{tenant}/accounts/{id}/edit", page(edit))
        .route("/t/{tenant}/accounts/{id}/edit", act(update))
        .route("/t/{tenant}/accounts/{id}/delete", act(delete));
}

/// The accounts of the tenant.
enum Accounts {}

fn providers() -> impl Iterator<Item = (String, String)> {
    Provider::ALL.iter().map(|provider| (provider.as_str().to_owned(), words(provider.as_str())))
}

impl Rows for Accounts {
    type Item = IntegrationAccount;
    type Filter = FindIntegrationAccounts;
    const TITLE: &'static str = "Integration accounts";
    const API: &'static [Api] = &[LIST];

    fn filters() -> Vec<Field> {
        vec![
            Field::text("q", "Search").hint("A part of the name or of an identifier."),
            Field::choice("provider", "Provider", providers()),
            Field::choice("status", "Status", word_choices(["ACTIVE", "INACTIVE"])),
        ]
    }

    fn columns(visit: &Visit) -> Vec<Column<IntegrationAccount>> {
        let base = visit.at("accounts/");
        vec![
            column("Name", move |account: &IntegrationAccount| {
                Cell::link(format!("{base}{}", account.id()), &account.details().name)
            }),
            column("Status", |account: &IntegrationAccount| Cell::Status(account.details().status.as_str())),
            column("Provider", |account: &IntegrationAccount| Cell::text(words(account.details().provider.as_str()))),
            column("Identifier", |account: &IntegrationAccount| Cell::text(&account.details().account_identifier)),
            column("May be imported", |account: &IntegrationAccount| Cell::flag(account.details().allow_import)),
            column("Id", |account: &IntegrationAccount| Cell::text(account.id())),
        ]
    }

    async fn page(
        visit: &Visit,
        input: Input<List<FindIntegrationAccounts>>,
    ) -> Result<Listed<IntegrationAccount>, Refused> {
        Ok(visit.console.integration_accounts.list(&visit.caller, input).await?)
    }

    fn id(account: &IntegrationAccount) -> Uuid {
        account.id().as_uuid()
    }

    fn above(visit: &Visit) -> Markup {
        html! { p { (leading(&visit.frame, Permission::Admin, &visit.at("accounts/new"), "New account")) } }
    }
}

/// Returns the first accounts of the tenant, to choose from.
pub(crate) async fn choices(visit: &Visit) -> Result<Vec<(String, String)>, Refused> {
    let paging = Paging { per_page: Some(SHOWN), ..Paging::default() };
    let list = List { filter: FindIntegrationAccounts::default(), paging };
    let listed = visit.console.integration_accounts.list(&visit.caller, Ok(list)).await?;
    let choice = |account: IntegrationAccount| (account.id().to_string(), account.details().name.to_string());
    Ok(listed.items.into_iter().map(choice).collect())
}

fn fields() -> Vec<Field> {
    let auth_types = AuthType::ALL.iter().map(|kind| (kind.as_str().to_owned(), words(kind.as_str())));
    vec![
        Field::text("name", "Name").required(),
        Field::choice("provider", "Provider", providers()).required(),
        Field::text("accountIdentifier", "Identifier of the host at the provider").required(),
        Field::text("providerAccountID", "Id at the provider"),
        Field::choice("authType", "Authentication at the provider", auth_types).required(),
        Field::choice("status", "Status", word_choices(["ACTIVE", "INACTIVE"])).required(),
        Field::flag("allowImport", "Other tenants may import its listings"),
        Field::flag("requireListingApproval", "New listings are offered only once they are approved"),
        Field::number("markupPercentage", "Markup in percent").required(),
        Field::number("defaultDiscountPercentage", "Discount in percent").hint("Left empty, the workspace's."),
        Field::number("distributionMarkupPercentage", "Further markup in percent, when an importer sells").required(),
    ]
}

fn new_form(visit: &Visit, values: &Values, refused: Option<&Refused>) -> HttpResponse {
    let (fields, action) = (fields(), visit.at("accounts/new"));
    let form = EditForm { action: &action, fields: &fields, values, refused, submit: "Create" };
    visit.form("New account", CREATE, &form)
}

async fn new(visit: Visit) -> Answer {
    let defaults = [
        ("status", "ACTIVE"),
        ("allowImport", "true"),
        ("markupPercentage", "0"),
        ("distributionMarkupPercentage", "0"),
    ];
    Ok(new_form(&visit, &Values::of(defaults.map(|(name, value)| (name, value.to_owned()))), None))
}

async fn create(visit: Visit, sent: Form) -> Answer {
    let id = |account: &IntegrationAccount| account.id().as_uuid();
    let created = async {
        let input = sent.creation::<IntegrationAccountFields>(&fields())?;
        Ok::<_, Refused>(visit.console.integration_accounts.create(&visit.caller, input, &sent.once(id)).await?)
    };
    match created.await {
        Ok(done) => Ok(visit.done(&format!("accounts/{}", made(done, id)), Done::Created)),
        Err(refused) => Ok(new_form(&visit, &sent.values, Some(&refused.beside_form()?))),
    }
}

async fn show(visit: Visit) -> Answer {
    let id: IntegrationAccountId = visit.id();
    let account = visit.console.integration_accounts.get(&visit.caller, id).await?;
    let name = account.details().name.to_string();
    let paging = Paging { per_page: Some(SHOWN), ..Paging::default() };
    let importers = visit.console.integration_accounts.importers(&visit.caller, id, Ok(paging)).await?.items;
    let columns = [
        column("Tenant", |importer: &AccountImporter| Cell::text(importer.tenant_id)),
        column("Listings", |importer: &AccountImporter| Cell::text(importer.listings)),
    ];
    let content = html! {
        (described(account))
        section aria-label="Actions" { (actions(&visit, id)) }
        section { h2 { "Importers" } (table("Importers", &columns, &importers)) }
        (history(&visit, id.as_uuid()).await?)
    };
    Ok(visit.page(&name, &[GET, IMPORTERS, DELETE], content))
}

fn described(account: IntegrationAccount) -> Markup {
    let IntegrationAccountParts { id, details, import_policy, created_at, updated_at, .. } = account.into_parts();
    let policy = match import_policy.mode() {
        ImportMode::All => "all tenants".to_owned(),
        ImportMode::Only => format!("only {} tenants", import_policy.tenants().len()),
        ImportMode::Except => format!("all but {} tenants", import_policy.tenants().len()),
    };
    facts(&[
        ("Status", Cell::Status(details.status.as_str())),
        ("Id", Cell::text(id)),
        ("Provider", Cell::text(words(details.provider.as_str()))),
        ("Identifier of the host", Cell::text(details.account_identifier)),
        ("Id at the provider", Cell::maybe(details.provider_account_id)),
        ("Authentication", Cell::text(words(details.auth_type.as_str()))),
        ("May be imported", Cell::text(if details.allow_import { policy } else { "no".to_owned() })),
        ("Listings need approval", Cell::flag(details.require_listing_approval)),
        ("Markup", Cell::text(format_args!("{} %", details.markup))),
        (
            "Discount",
            details.default_discount.map_or_else(
                || Cell::text("that of the workspace"),
                |discount| Cell::text(format_args!("{discount} %")),
            ),
        ),
        ("Markup for importers", Cell::text(format_args!("{} %", details.distribution_markup))),
        ("Created", Cell::Time(created_at)),
        ("Changed", Cell::Time(updated_at)),
    ])
}

fn actions(visit: &Visit, id: IntegrationAccountId) -> Markup {
    let at = |action: &str| visit.at(&format!("accounts/{id}/{action}"));
    let delete = Button { action: &at("delete"), label: "Delete", needs: Permission::Admin, is_final: true };
    let listings = visit.at(&format!("listings?integrationAccountID={id}"));
    html! {
        p {
            a href=(listings) { "Its listings" } " "
            a href=(at("charges")) { "Fees and taxes" } " "
            (leading(&visit.frame, Permission::Admin, &at("edit"), "Edit")) " "
            (leading(&visit.frame, Permission::Admin, &at("import-policy"), "Who may import")) " "
            @if visit.frame.is_administrator { (leading(&visit.frame, Permission::Admin, &at("move"), "Move to another tenant")) }
        }
        (delete.with(&visit.frame, &html! { p { "Its listings and promotions go with it. An account with reservations stays." } }))
    }
}

fn edit_form(visit: &Visit, id: IntegrationAccountId, values: &Values, refused: Option<&Refused>) -> HttpResponse {
    let (fields, action) = (fields(), visit.at(&format!("accounts/{id}/edit")));
    let form = EditForm { action: &action, fields: &fields, values, refused, submit: "Save" };
    visit.form("Edit the account", UPDATE, &form)
}

async fn edit(visit: Visit) -> Answer {
    let id: IntegrationAccountId = visit.id();
    let account = visit.console.integration_accounts.get(&visit.caller, id).await?;
    let IntegrationAccountParts { details, version, .. } = account.into_parts();
    let values = Values::default().and([
        ("name", Some(details.name.into())),
        ("provider", Some(details.provider.as_str().to_owned())),
        ("accountIdentifier", Some(details.account_identifier.into())),
        ("providerAccountID", details.provider_account_id.map(Into::into)),
        ("authType", Some(details.auth_type.as_str().to_owned())),
        ("status", Some(details.status.as_str().to_owned())),
        ("allowImport", Some(details.allow_import.to_string())),
        ("requireListingApproval", Some(details.require_listing_approval.to_string())),
        ("markupPercentage", Some(details.markup.to_string())),
        ("defaultDiscountPercentage", details.default_discount.map(|discount| discount.to_string())),
        ("distributionMarkupPercentage", Some(details.distribution_markup.to_string())),
        (SEEN, Some(version.to_string())),
    ]);
    Ok(edit_form(&visit, id, &values, None))
}

/// Returns the version of an account, by which forms know a change.
fn version(account: &IntegrationAccount) -> String {
    account.version().to_string()
}

async fn update(visit: Visit, sent: Form) -> Answer {
    let id: IntegrationAccountId = visit.id();
    let updated = async {
        let (input, unchanged) = (sent.command(&fields())?, sent.unchanged(version));
        Ok::<_, Refused>(visit.console.integration_accounts.update(&visit.caller, id, input, &unchanged).await?)
    };
    match updated.await {
        Ok(_) => Ok(visit.done(&format!("accounts/{id}"), Done::Saved)),
        Err(refused) => Ok(edit_form(&visit, id, &sent.values, Some(&refused.beside_form()?))),
    }
}

async fn delete(visit: Visit, _: Form) -> Answer {
    visit.console.integration_accounts.delete(&visit.caller, visit.id(), &Precondition::default()).await?;
    Ok(visit.done("accounts", Done::Deleted))
}
