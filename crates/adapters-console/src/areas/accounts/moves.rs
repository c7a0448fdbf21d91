//! The move of an account to another tenant, in three steps: choose it, see the effects, confirm by the account's name.

use actix_web::HttpResponse;
use actix_web::web::ServiceConfig;
use application::{FindTenants, List, MoveIntegrationAccount, Paging, Precondition};
use domain::ids::{IntegrationAccountId, TenantId};
use domain::integration_accounts::{Holdings, IntegrationAccount, MovedImports};
use domain::tenants::{Tenant, TenantStatus};
use maud::{Markup, html};

use super::version;
use crate::request::form::Form;
use crate::request::query;
use crate::request::route::{act, page};
use crate::request::visit::{Answer, Visit};
use crate::response::cell::Cell;
use crate::response::done::Done;
use crate::response::facts::facts;
use crate::response::fields::Field;
use crate::response::form::{EditForm, SEEN, Values, filters};
use crate::response::layout::{Api, api};
use crate::response::refused::Refused;
use crate::response::table::{column, table};

const MOVE: Api =
    api("PATCH", "/api/v1/integration-account/{id}/move-tenant", "integration-accounts", "moveIntegrationAccount");
/// The number of tenants that a search shows.
const SHOWN: i64 = 25;

pub(crate) fn routes(config: &mut ServiceConfig) {
    config
        .route("/t/{tenant}/accounts/{id}/move", page(choose))
        .route("/t/{tenant}/accounts/{id}/move/{target}", page(preview))
        .route("/t/{tenant}/accounts/{id}/move/{target}", act(confirm));
}

/// Shows tenants to choose from.
async fn choose(visit: Visit) -> Answer {
    let id: IntegrationAccountId = visit.id();
    let account = visit.console.integration_accounts.get(&visit.caller, id).await?;
    let filter: FindTenants = query::read(&visit.query).unwrap_or_default();
    let filter = FindTenants { status: Some(TenantStatus::Active.as_str().to_owned()), ..filter };
    let list = List { filter, paging: Paging { per_page: Some(SHOWN), ..Paging::default() } };
    let listed = visit.console.tenants.list(&visit.home, Ok(list)).await?;
    let others: Vec<_> = listed.items.into_iter().filter(|tenant| tenant.id() != account.tenant_id()).collect();
    let base = visit.at(&format!("accounts/{id}/move/"));
    let columns = [
        column("Tenant", move |tenant: &Tenant| Cell::link(format!("{base}{}", tenant.id()), tenant.name())),
        column("Domain", |tenant: &Tenant| Cell::text(tenant.domain())),
        column("Id", |tenant: &Tenant| Cell::text(tenant.id())),
    ];
    let search = [Field::text("q", "Search").hint("A part of the name, domain, description or city.")];
    let content = html! {
        (steps(1))
        p { "Choose the tenant that will own the account “" (account.details().name) "”." }
        (filters(&search, &visit.query, None))
        div #results {
            (table("Tenants", &columns, &others))
            @if listed.has_more { p { "These are the first " (SHOWN) ". Search to see others." } }
        }
    };
    Ok(visit.page("Move the account", &[MOVE], content))
}

/// Shows the steps, and which is the present one.
fn steps(present: usize) -> Markup {
    html! {
        ol.steps {
            @for (place, step) in (1..).zip(["Choose a tenant", "See the effects", "Confirm"]) {
                li aria-current=[(place == present).then_some("step")] { (step) }
            }
        }
    }
}

/// Runs the move dry.
async fn preview(visit: Visit) -> Answer {
    let id: IntegrationAccountId = visit.id();
    let account = visit.console.integration_accounts.get(&visit.caller, id).await?;
    previewed(&visit, &account, None).await
}

async fn previewed(
    visit: &Visit,
    account: &IntegrationAccount,
    refused: Option<&Refused>,
) -> Result<HttpResponse, Refused> {
    let id = account.id();
    let target: TenantId = visit.part("target").parse().map_err(|_| Refused::no_such_page())?;
    let tenant = visit.console.tenants.get(&visit.home, target).await?;
    let command = MoveIntegrationAccount { tenant_id: Some(target.to_string()), dry_run: true };
    let dry =
        visit.console.integration_accounts.move_account(&visit.home, id, Ok(command), &Precondition::default()).await?;
    let Holdings { listings, promotions, reservations, imports: MovedImports { kept, ended } } = dry.holdings;
    let action = visit.at(&format!("accounts/{id}/move/{target}"));
    let values = Values::of([(SEEN, version(account))]);
    let fields = [Field::text("name", "The account's name").hint("Type it to confirm.").required()];
    let form = EditForm { action: &action, fields: &fields, values: &values, refused, submit: "Move the account" };
    let content = html! {
        (steps(2))
        p { "This is what the move does. Nothing is changed yet." }
        (facts(&[
            ("Account", Cell::text(&account.details().name)),
            ("From", Cell::text(&visit.frame.tenant_name)),
            ("To", Cell::link(format!("/console/t/{target}/"), tenant.name())),
            ("Listings that move with it", Cell::text(listings)),
            ("Reservations that move with it", Cell::text(reservations)),
            ("Promotions that move with it", Cell::text(promotions)),
            ("Imports that go on", Cell::text(kept)),
            ("Imports of the new owner that end", Cell::text(ended)),
        ]))
        h2 { "Confirm" }
        (form.markup(&visit.frame))
        p { a href=(visit.at(&format!("accounts/{id}/move"))) { "Choose another tenant" } }
    };
    Ok(visit.form_page("Move the account", &[MOVE], content, refused))
}

async fn confirm(visit: Visit, sent: Form) -> Answer {
    let id: IntegrationAccountId = visit.id();
    let account = visit.console.integration_accounts.get(&visit.caller, id).await?;
    if sent.get("name").map(str::trim) != Some(account.details().name.as_str()) {
        let refused = Refused::invalid("name", "This is not the name of the account.");
        return previewed(&visit, &account, Some(&refused)).await;
    }
    let target = visit.part("target").to_owned();
    let command = MoveIntegrationAccount { tenant_id: Some(target.clone()), dry_run: false };
    let unchanged = sent.unchanged(version);
    match visit.console.integration_accounts.move_account(&visit.home, id, Ok(command), &unchanged).await {
        Ok(_) => Ok(Done::Moved.at(&format!("/console/t/{target}/accounts/{id}"))),
        Err(error) => previewed(&visit, &account, Some(&Refused::from(error).beside_form()?)).await,
    }
}
