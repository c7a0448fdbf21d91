//! The workspace: its settings, and what needs attention.

use actix_web::HttpResponse;
use actix_web::web::ServiceConfig;
use application::{Concern, Concerned, FindTenants};
use domain::access::Permission;
use domain::workspaces::{Workspace, WorkspaceParts};
use maud::{Markup, html};

use crate::request::form::Form;
use crate::request::route::{act, page};
use crate::request::visit::{Answer, Visit};
use crate::response::buttons::leading;
use crate::response::cell::Cell;
use crate::response::done::{Done, see_other};
use crate::response::facts::facts;
use crate::response::fields::Field;
use crate::response::form::{EditForm, SEEN, Values};
use crate::response::layout::{Api, api};
use crate::response::refused::Refused;

const GET: Api = api("GET", "/api/v1/workspace", "workspaces", "getWorkspace");
const COUNT: Api = api("GET", "/api/v1/tenants/count", "tenants", "countTenants");
const UPDATE: Api = api("PATCH", "/api/v1/workspace", "workspaces", "updateWorkspace");

pub(crate) fn routes(config: &mut ServiceConfig) {
    config.route("/", page(show)).route("/workspace/edit", page(edit)).route("/workspace/edit", act(update));
}

/// Shows the workspace, or to others than its administrators their own tenant.
async fn show(visit: Visit) -> Answer {
    if !visit.frame.is_administrator {
        return Ok(see_other(&visit.at("")));
    }
    let workspace = visit.console.workspaces.get(&visit.home).await?;
    let all = visit.console.tenants.count(&visit.home, Ok(FindTenants::default())).await?;
    let inactive = FindTenants { status: Some("INACTIVE".to_owned()), ..FindTenants::default() };
    let inactive = visit.console.tenants.count(&visit.home, Ok(inactive)).await?;
    let WorkspaceParts { id, name, default_currency, created_at, .. } = workspace.into_parts();
    let content = html! {
        ul.cards {
            @for (to, name, count) in [("/console/tenants", "tenants", all), ("/console/tenants?status=INACTIVE", "inactive tenants", inactive)] {
                li { a href=(to) { strong { (count) } span { (name) } } }
            }
        }
        (facts(&[
            ("Id", Cell::text(id)),
            ("Default currency", Cell::text(default_currency.code())),
            ("Created", Cell::Time(created_at)),
        ]))
        p { (leading(&visit.frame, Permission::Admin, "/console/workspace/edit", "Edit")) }
        (concerns(&visit.console.workspaces.concerns(&visit.home).await?))
    };
    Ok(visit.page(name.as_str(), &[GET, COUNT], content))
}

/// Shows what needs attention, by kind.
fn concerns(all: &[Concerned]) -> Markup {
    let kinds = [
        (Concern::InactiveTenant, "Inactive tenants with active users", ""),
        (Concern::FailingWebhook, "Failing webhooks", "webhooks/"),
        (Concern::SleepingImports, "Accounts whose imports sleep", "accounts/"),
        (Concern::LapsingHold, "Holds that end within a day", "reservations/"),
    ];
    html! {
        section {
            h2 { "What needs attention" }
            @if all.is_empty() { p.empty { "Nothing." } }
            @for (kind, heading, path) in kinds {
                @let found = all.iter().filter(|concerned| concerned.concern == kind).collect::<Vec<_>>();
                @if !found.is_empty() {
                    h3 { (heading) }
                    ul.attention {
                        @for Concerned { tenant_id, id, name, .. } in found {
                            @let to = if path.is_empty() { String::new() } else { format!("{path}{id}") };
                            li { a href={ "/console/t/" (tenant_id) "/" (to) } { (name) } }
                        }
                    }
                }
            }
        }
    }
}

fn fields() -> Vec<Field> {
    vec![
        Field::text("name", "Name").required(),
        Field::text("defaultCurrency", "Default currency").hint("Of prices that state none: ISO 4217.").required(),
        Field::number("defaultDiscountPercentage", "Default discount in percent").required(),
        Field::number("maxImporterHoldHours", "Hours for which an importer may hold nights").required(),
        Field::number("maxImporterHolds", "Pending stays that an importer may have with one owner").required(),
    ]
}

fn form(visit: &Visit, values: &Values, refused: Option<&Refused>) -> HttpResponse {
    let fields = fields();
    let form = EditForm { action: "/console/workspace/edit", fields: &fields, values, refused, submit: "Save" };
    visit.form("Edit the workspace", UPDATE, &form)
}

async fn edit(visit: Visit) -> Answer {
    let workspace = visit.console.workspaces.get(&visit.home).await?;
    Ok(form(&visit, &values(workspace), None))
}

async fn update(visit: Visit, sent: Form) -> Answer {
    let updated = async {
        let input = sent.command(&fields())?;
        Ok::<_, Refused>(visit.console.workspaces.update(&visit.home, input, &sent.unchanged(version)).await?)
    };
    match updated.await {
        Ok(_) => Ok(Done::Saved.at("/console/")),
        Err(refused) => Ok(form(&visit, &sent.values, Some(&refused.beside_form()?))),
    }
}

fn version(workspace: &Workspace) -> String {
    workspace.clone().into_parts().version.to_string()
}

fn values(workspace: Workspace) -> Values {
    let WorkspaceParts {
        name,
        default_currency,
        default_discount,
        longest_importer_hold,
        most_importer_holds,
        version,
        ..
    } = workspace.into_parts();
    Values::of([
        ("name", name.into()),
        ("defaultCurrency", default_currency.code().to_owned()),
        ("defaultDiscountPercentage", default_discount.to_string()),
        ("maxImporterHoldHours", longest_importer_hold.get().to_string()),
        ("maxImporterHolds", most_importer_holds.get().to_string()),
        (SEEN, version.to_string()),
    ])
}
