//! The fees and taxes of an account.

use actix_web::HttpResponse;
use actix_web::web::ServiceConfig;
use application::{ChargeFields, Refusal, ReplaceCharges};
use domain::access::Permission;
use domain::charges::{AccountCharge, AccountCharges, ChargeParts};
use domain::ids::IntegrationAccountId;
use domain::numbers::Whole;
use maud::html;

use crate::request::form::Form;
use crate::request::route::{act, page};
use crate::request::visit::{Answer, Visit};
use crate::response::buttons::{Button, leading};
use crate::response::done::Done;
use crate::response::fields::Field;
use crate::response::form::{EditForm, SEEN, Values, word_choices};
use crate::response::layout::{Api, api};
use crate::response::refused::Refused;

const GET: Api = api("GET", "/api/v1/integration-account/{id}/charges", "charges", "getCharges");
const REPLACE: Api = api("PUT", "/api/v1/integration-account/{id}/charges", "charges", "replaceCharges");
const BASES: [&str; 5] = ["PER_STAY", "PER_NIGHT", "PER_GUEST", "PER_GUEST_PER_NIGHT", "PERCENTAGE"];

pub(crate) fn routes(config: &mut ServiceConfig) {
    config
        .route("/t/{tenant}/accounts/{id}/charges", page(show))
        .route("/t/{tenant}/accounts/{id}/charges", act(add))
        .route("/t/{tenant}/accounts/{id}/charges/remove", act(remove))
        .route("/t/{tenant}/accounts/{id}/charges/{charge}", page(edit))
        .route("/t/{tenant}/accounts/{id}/charges/{charge}", act(update));
}

fn fields() -> Vec<Field> {
    vec![
        Field::text("name", "Name").required(),
        Field::choice("kind", "Kind", word_choices(["FEE", "TAX"])).required(),
        Field::choice("basis", "Basis", word_choices(BASES)).required(),
        Field::number("amount", "Amount").hint("In the currency of the listing that is sold."),
        Field::number("percentage", "Percentage").hint("With the basis percentage, in place of an amount."),
        Field::number("maxNights", "Nights that count, at most"),
        Field::maybe("countsChildren", "Children count as guests"),
        Field::maybe("isTaxable", "Percentages of taxes are taken of the fee too"),
        Field::lines("listingIDs", "Listings")
            .hint("The id of a listing in each line. Left empty, all of the account."),
        Field::date("firstCheckIn", "First day of arrival"),
        Field::date("lastCheckIn", "Last day of arrival"),
    ]
}

async fn show(visit: Visit) -> Answer {
    let id: IntegrationAccountId = visit.id();
    shown(&visit, id, &Values::default(), None).await
}

async fn shown(
    visit: &Visit,
    id: IntegrationAccountId,
    values: &Values,
    refused: Option<&Refused>,
) -> Result<HttpResponse, Refused> {
    let charges = visit.console.charges.get(&visit.caller, id).await?;
    let (seen, mut values) = (version(&charges), values.clone());
    values.set(SEEN, seen.as_str());
    let (fields, action) = (fields(), visit.at(&format!("accounts/{id}/charges")));
    let form = EditForm { action: &action, fields: &fields, values: &values, refused, submit: "Add" };
    let change = |charge: &AccountCharge| {
        let (edit, remove) = (format!("{action}/{}", charge.id), format!("{action}/remove"));
        let remove = Button { action: &remove, label: "Remove", needs: Permission::Write, is_final: false };
        html! {
            (leading(&visit.frame, Permission::Write, &edit, "Edit"))
            (remove.with(&visit.frame, &html! {
                input type="hidden" name="id" value=(charge.id);
                input type="hidden" name=(SEEN) value=(seen);
            }))
        }
    };
    let content = html! {
        p { "Prices show them in this order. What was quoted or sold keeps its lines." }
        @if charges.charges().is_empty() { p.empty { "There are none." } } @else {
            div.scroll tabindex="0" role="region" aria-label="Fees and taxes" {
                table {
                    thead { tr { th scope="col" { "Charge" } th scope="col" { "Listings" } th scope="col" { "Change" } } }
                    tbody {
                        @for charge in charges.charges() {
                            tr {
                                td data-label="Charge" { (charge.charge) }
                                td data-label="Listings" { @match &charge.listings { Some(listings) => (listings.len()), None => "all" } }
                                td data-label="Change" { (change(charge)) }
                            }
                        }
                    }
                }
            }
        }
        @if visit.frame.permission >= Permission::Write { h2 { "Add a charge" } (form.markup(&visit.frame)) }
        p { a href=(visit.at(&format!("accounts/{id}"))) { "The account" } }
    };
    Ok(visit.form_page("Fees and taxes", &[GET, REPLACE], content, refused))
}

fn version(charges: &AccountCharges) -> String {
    charges.clone().into_parts().version.to_string()
}

/// Returns a stored charge as the use case takes it.
fn stored(charge: &AccountCharge) -> ChargeFields {
    let parts = charge.charge.clone().into_parts();
    let ChargeParts {
        name,
        kind,
        basis,
        amount,
        percentage,
        max_nights,
        counts_children,
        is_taxable,
        first_check_in,
        last_check_in,
    } = parts;
    ChargeFields {
        id: Some(charge.id.to_string()),
        name: Some(name.into()),
        kind: Some(kind.as_str().to_owned()),
        basis: Some(basis.as_str().to_owned()),
        amount: amount.map(|amount| amount.to_string()),
        percentage: percentage.map(|percentage| percentage.to_string()),
        max_nights: max_nights.map(|nights| Whole::get(nights).into()),
        counts_children: Some(counts_children),
        is_taxable,
        listing_ids: charge.listings.as_ref().map(|listings| listings.iter().map(ToString::to_string).collect()),
        first_check_in: first_check_in.map(|date| date.to_string()),
        last_check_in: last_check_in.map(|date| date.to_string()),
    }
}

async fn add(visit: Visit, sent: Form) -> Answer {
    let id: IntegrationAccountId = visit.id();
    let added = replace(&visit, &sent, |charges| {
        charges.push(charge(&sent)?);
        Ok(charges.len() - 1)
    });
    match added.await {
        Ok(()) => Ok(visit.done(&format!("accounts/{id}/charges"), Done::Saved)),
        Err(refused) => shown(&visit, id, &sent.values, Some(&refused.beside_form()?)).await,
    }
}

async fn remove(visit: Visit, sent: Form) -> Answer {
    let removed = sent.get("id");
    let rest = |charges: &mut Vec<ChargeFields>| {
        charges.retain(|charge| charge.id.as_deref() != removed);
        Ok(charges.len())
    };
    replace(&visit, &sent, rest).await?;
    Ok(visit.done(&format!("accounts/{}/charges", visit.id::<IntegrationAccountId>()), Done::Saved))
}

fn edit_form(visit: &Visit, values: &Values, refused: Option<&Refused>) -> HttpResponse {
    let account: IntegrationAccountId = visit.id();
    let (fields, action) = (fields(), visit.at(&format!("accounts/{account}/charges/{}", visit.part("charge"))));
    let form = EditForm { action: &action, fields: &fields, values, refused, submit: "Save" };
    visit.form("Edit the charge", REPLACE, &form)
}

/// Returns the position of the charge that the address names.
fn position(visit: &Visit, charges: &[ChargeFields]) -> Result<usize, Refused> {
    let named = charges.iter().position(|charge| charge.id.as_deref() == Some(visit.part("charge")));
    named.ok_or_else(Refused::no_such_page)
}

async fn edit(visit: Visit) -> Answer {
    let charges = visit.console.charges.get(&visit.caller, visit.id()).await?;
    let mut stored: Vec<_> = charges.charges().iter().map(stored).collect();
    let charge = stored.swap_remove(position(&visit, &stored)?);
    let values = Values::default().and([
        ("name", charge.name),
        ("kind", charge.kind),
        ("basis", charge.basis),
        ("amount", charge.amount),
        ("percentage", charge.percentage),
        ("maxNights", charge.max_nights.map(|nights| nights.to_string())),
        ("countsChildren", charge.counts_children.map(|counts| counts.to_string())),
        ("isTaxable", charge.is_taxable.map(|is| is.to_string())),
        ("listingIDs", charge.listing_ids.map(|ids| ids.join("\n"))),
        ("firstCheckIn", charge.first_check_in),
        ("lastCheckIn", charge.last_check_in),
        (SEEN, Some(version(&charges))),
    ]);
    Ok(edit_form(&visit, &values, None))
}

async fn update(visit: Visit, sent: Form) -> Answer {
    let updated = replace(&visit, &sent, |charges| {
        let position = position(&visit, charges)?;
        let id = charges[position].id.take();
        charges[position] = ChargeFields { id, ..charge(&sent)? };
        Ok(position)
    });
    match updated.await {
        Ok(()) => Ok(visit.done(&format!("accounts/{}/charges", visit.id::<IntegrationAccountId>()), Done::Saved)),
        Err(refused) => Ok(edit_form(&visit, &sent.values, Some(&refused.beside_form()?))),
    }
}

/// Reads the charge of a form. Without listings it is one of all.
fn charge(sent: &Form) -> Result<ChargeFields, Refused> {
    let charge = sent.creation::<ChargeFields>(&fields())?.map_err(Refusal::from)?;
    Ok(ChargeFields { listing_ids: charge.listing_ids.filter(|ids| !ids.is_empty()), ..charge })
}

/// Replaces the charges, if they are as the form has shown them. `change` returns the position of the charge that the form is
/// about, beside whose fields the errors are.
async fn replace(
    visit: &Visit,
    sent: &Form,
    change: impl FnOnce(&mut Vec<ChargeFields>) -> Result<usize, Refused>,
) -> Result<(), Refused> {
    let id: IntegrationAccountId = visit.id();
    let stored_charges = visit.console.charges.get(&visit.caller, id).await?;
    let mut charges: Vec<_> = stored_charges.charges().iter().map(stored).collect();
    let position = change(&mut charges)?;
    let command = Ok(ReplaceCharges { charges: Some(charges) });
    let replaced = visit.console.charges.replace(&visit.caller, id, command, &sent.unchanged(version)).await;
    replaced.map(drop).map_err(|error| Refused::from(error).about(&format!("charges.{position}.")))
}
