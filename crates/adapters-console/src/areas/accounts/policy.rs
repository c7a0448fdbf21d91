//! The policy that says who may import the listings of an account.

use actix_web::HttpResponse;
use actix_web::web::ServiceConfig;
use domain::ids::IntegrationAccountId;
use maud::html;

use super::version;
use crate::request::form::Form;
use crate::request::route::{act, page};
use crate::request::visit::{Answer, Visit};
use crate::response::done::Done;
use crate::response::fields::Field;
use crate::response::form::{EditForm, SEEN, Values};
use crate::response::layout::{Api, api};
use crate::response::refused::Refused;

const POLICY: Api =
    api("PUT", "/api/v1/integration-account/{id}/import-policy", "integration-accounts", "putImportPolicy");

pub(crate) fn routes(config: &mut ServiceConfig) {
    config
        .route("/t/{tenant}/accounts/{id}/import-policy", page(policy))
        .route("/t/{tenant}/accounts/{id}/import-policy", act(put_policy));
}

fn policy_fields() -> Vec<Field> {
    let modes = [("ALL", "all tenants"), ("ONLY", "only these"), ("EXCEPT", "all but these")];
    vec![
        Field::choice("mode", "Who may import", modes).required(),
        Field::lines("tenantIDs", "Tenants").hint("The id of a tenant in each line."),
    ]
}

fn policy_form(visit: &Visit, id: IntegrationAccountId, values: &Values, refused: Option<&Refused>) -> HttpResponse {
    let (fields, action) = (policy_fields(), visit.at(&format!("accounts/{id}/import-policy")));
    let form = EditForm { action: &action, fields: &fields, values, refused, submit: "Save" };
    let content = html! {
        p { "The imports of a tenant that may no longer import sleep until it may again." }
        (form.markup(&visit.frame))
    };
    visit.form_page("Who may import", &[POLICY], content, refused)
}

async fn policy(visit: Visit) -> Answer {
    let id: IntegrationAccountId = visit.id();
    let account = visit.console.integration_accounts.get(&visit.caller, id).await?;
    let tenants = account.import_policy().tenants().iter().map(ToString::to_string).collect::<Vec<_>>();
    let values = Values::of([
        ("mode", account.import_policy().mode().as_str().to_owned()),
        ("tenantIDs", tenants.join("\n")),
        (SEEN, version(&account)),
    ]);
    Ok(policy_form(&visit, id, &values, None))
}

async fn put_policy(visit: Visit, sent: Form) -> Answer {
    let id: IntegrationAccountId = visit.id();
    let put = async {
        let (input, unchanged) = (sent.command(&policy_fields())?, sent.unchanged(version));
        let accounts = &visit.console.integration_accounts;
        Ok::<_, Refused>(accounts.put_import_policy(&visit.caller, id, input, &unchanged).await?)
    };
    match put.await {
        Ok(_) => Ok(visit.done(&format!("accounts/{id}"), Done::Saved)),
        Err(refused) => Ok(policy_form(&visit, id, &sent.values, Some(&refused.beside_form()?))),
    }
}
