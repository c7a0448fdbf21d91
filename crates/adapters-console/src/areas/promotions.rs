//! Promotions: the list, and the page of each with the listings that it is assigned to.

use actix_web::HttpResponse;
use actix_web::web::ServiceConfig;
use application::{FindPromotions, Input, List, Listed, Precondition, PromotionFields};
use domain::access::Permission;
use domain::ids::PromotionId;
use domain::promotions::{Assignment, Promotion, PromotionDetails, PromotionParts};
use maud::{Markup, html};
use uuid::Uuid;

use super::history::history;
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

const LIST: Api = api("GET", "/api/v1/promotions", "promotions", "listPromotions");
const CREATE: Api = api("POST", "/api/v1/promotions", "promotions", "createPromotion");
const GET: Api = api("GET", "/api/v1/promotions/{id}", "promotions", "getPromotion");
const UPDATE: Api = api("PATCH", "/api/v1/promotions/{id}", "promotions", "updatePromotion");
const DELETE: Api = api("DELETE", "/api/v1/promotions/{id}", "promotions", "deletePromotion");
const ASSIGN: Api = api("PUT", "/api/v1/promotions/{id}/listings/assign", "promotions", "assignPromotionListings");
const UNASSIGN: Api =
    api("PUT", "/api/v1/promotions/{id}/listings/unassign", "promotions", "unassignPromotionListings");

pub(crate) fn routes(config: &mut ServiceConfig) {
    list_routes::<Promotions>(config, "/t/{tenant}/promotions");
    config
        .route("/t/{tenant}/promotions/new", page(new))
        .route("/t/{tenant}/promotions/new", act(create))
        .route("/t/{tenant}/promotions/{id}", page(show))
        .route("/t/{tenant}/promotions/{id}/edit", page(edit))
        .route("/t/{tenant}/promotions/{id}/edit", act(update))
        .route("/t/{tenant}/promotions/{id}/assign", act(assign))
        .route("/t/{tenant}/promotions/{id}/unassign", act(unassign))
        .route("/t/{tenant}/promotions/{id}/delete", act(delete));
}

/// The promotions of the tenant's accounts.
enum Promotions {}

impl Rows for Promotions {
    type Item = Promotion;
    type Filter = FindPromotions;
    const TITLE: &'static str = "Promotions";
    const API: &'static [Api] = &[LIST];

    fn filters() -> Vec<Field> {
        vec![
            Field::text("q", "Search").hint("A part of the name or the coupon code."),
            Field::text("integrationAccountID", "Account id"),
            Field::flag("includeInactive", "Inactive ones too"),
        ]
    }

    fn columns(visit: &Visit) -> Vec<Column<Promotion>> {
        let base = visit.at("promotions/");
        let of = |cell: fn(&PromotionDetails) -> Cell| move |promotion: &Promotion| cell(promotion.details());
        vec![
            column("Name", move |promotion: &Promotion| {
                Cell::link(format!("{base}{}", promotion.id()), &promotion.details().name)
            }),
            column("Status", of(|details| Cell::Status(details.status.as_str()))),
            column("Discount in percent", of(|details| Cell::text(details.discount))),
            column("Coupon code", of(|details| Cell::maybe(details.coupon_code.as_ref()))),
            column("First night", of(|details| Cell::text(details.start_date))),
            column("Last night", of(|details| Cell::text(details.end_date))),
            column("Bookable from", of(|details| Cell::maybe(details.booking_period_start))),
            column("Bookable until", of(|details| Cell::maybe(details.booking_period_end))),
            column("Id", |promotion: &Promotion| Cell::text(promotion.id())),
        ]
    }

    async fn page(visit: &Visit, input: Input<List<FindPromotions>>) -> Result<Listed<Promotion>, Refused> {
        Ok(visit.console.promotions.list(&visit.caller, input).await?)
    }

    fn id(promotion: &Promotion) -> Uuid {
        promotion.id().as_uuid()
    }

    fn above(visit: &Visit) -> Markup {
        html! { p { (leading(&visit.frame, Permission::Write, &visit.at("promotions/new"), "New promotion")) } }
    }
}

fn fields() -> Vec<Field> {
    vec![
        Field::text("name", "Name").hint("Unique in the account.").required(),
        Field::long_text("description", "Description"),
        Field::number("discountPercentage", "Discount in percent").required(),
        Field::text("couponCode", "Coupon code").hint("With which guests claim it. Unique in the account."),
        Field::date("startDate", "First night").required(),
        Field::date("endDate", "Last night").required(),
        Field::date("bookingPeriodStart", "Bookable from"),
        Field::date("bookingPeriodEnd", "Bookable until"),
        Field::choice("status", "Status", word_choices(["ACTIVE", "INACTIVE"])).required(),
        Field::text("thumbnailURL", "Web address of a small picture"),
    ]
}

async fn new_fields(visit: &Visit) -> Result<Vec<Field>, Refused> {
    let accounts = super::accounts::choices(visit).await?;
    let account = Field::choice("integrationAccountID", "Account", accounts).required();
    Ok([account].into_iter().chain(fields()).collect())
}

fn new_form(visit: &Visit, fields: &[Field], values: &Values, refused: Option<&Refused>) -> HttpResponse {
    let action = visit.at("promotions/new");
    let form = EditForm { action: &action, fields, values, refused, submit: "Create" };
    visit.form("New promotion", CREATE, &form)
}

async fn new(visit: Visit) -> Answer {
    let values = Values::of([("status", "ACTIVE".to_owned())]);
    Ok(new_form(&visit, &new_fields(&visit).await?, &values, None))
}

async fn create(visit: Visit, sent: Form) -> Answer {
    let id = |promotion: &Promotion| promotion.id().as_uuid();
    let fields = new_fields(&visit).await?;
    let created = async {
        let input = sent.creation::<PromotionFields>(&fields)?;
        Ok::<_, Refused>(visit.console.promotions.create(&visit.caller, input, &sent.once(id)).await?)
    };
    match created.await {
        Ok(done) => Ok(visit.done(&format!("promotions/{}", made(done, id)), Done::Created)),
        Err(refused) => Ok(new_form(&visit, &fields, &sent.values, Some(&refused.beside_form()?))),
    }
}

async fn show(visit: Visit) -> Answer {
    shown(&visit, &Values::default(), None).await
}

/// Shows a promotion; after a refusal, with the listings that it was to be assigned to or unassigned from.
async fn shown(visit: &Visit, values: &Values, refused: Option<&Refused>) -> Answer {
    let id: PromotionId = visit.id();
    let promotion = visit.console.promotions.get(&visit.caller, id).await?;
    let name = promotion.details().name.to_string();
    let at = |action: &str| visit.at(&format!("promotions/{id}/{action}"));
    let delete = at("delete");
    let delete = Button { action: &delete, label: "Delete", needs: Permission::Write, is_final: true };
    let content = html! {
        (described(visit, promotion))
        section aria-label="Actions" {
            p { (leading(&visit.frame, Permission::Write, &at("edit"), "Edit")) }
            (delete.with(&visit.frame, &html! { p { "Quotes and reservations keep their prices." } }))
        }
        @if visit.frame.permission >= Permission::Write {
            section {
                h2 { "Listings" }
                (EditForm {
                    action: &at("assign"), fields: &[ids("Listings to add")], values, refused, submit: "Assign to these listings",
                }.markup(&visit.frame))
                (EditForm {
                    action: &at("unassign"), fields: &[ids("Listings to take away")], values, refused: None,
                    submit: "Unassign from these listings",
                }.markup(&visit.frame))
            }
        }
        (history(visit, id.as_uuid()).await?)
    };
    Ok(visit.form_page(&name, &[GET, ASSIGN, UNASSIGN, DELETE], content, refused))
}

fn ids(label: &'static str) -> Field {
    Field::lines("listingIDs", label).hint("The id of a listing of the account in each line.")
}

fn described(visit: &Visit, promotion: Promotion) -> Markup {
    let PromotionParts { id, integration_account_id, details, created_at, updated_at, .. } = promotion.into_parts();
    let account = visit.at(&format!("accounts/{integration_account_id}"));
    facts(&[
        ("Status", Cell::Status(details.status.as_str())),
        ("Id", Cell::text(id)),
        ("Account", Cell::link(account, integration_account_id)),
        ("Description", Cell::maybe(details.description)),
        ("Discount", Cell::text(format_args!("{} %", details.discount))),
        ("Coupon code", Cell::maybe(details.coupon_code)),
        ("First night", Cell::text(details.start_date)),
        ("Last night", Cell::text(details.end_date)),
        ("Bookable from", Cell::maybe(details.booking_period_start)),
        ("Bookable until", Cell::maybe(details.booking_period_end)),
        ("Picture", Cell::maybe(details.thumbnail)),
        ("Created", Cell::Time(created_at)),
        ("Changed", Cell::Time(updated_at)),
    ])
}

fn edit_form(visit: &Visit, id: PromotionId, values: &Values, refused: Option<&Refused>) -> HttpResponse {
    let (fields, action) = (fields(), visit.at(&format!("promotions/{id}/edit")));
    let form = EditForm { action: &action, fields: &fields, values, refused, submit: "Save" };
    visit.form("Edit the promotion", UPDATE, &form)
}

async fn edit(visit: Visit) -> Answer {
    let id: PromotionId = visit.id();
    let promotion = visit.console.promotions.get(&visit.caller, id).await?;
    let PromotionParts { details, version, .. } = promotion.into_parts();
    let values = Values::default().and([
        ("name", Some(details.name.into())),
        ("description", details.description.map(Into::into)),
        ("discountPercentage", Some(details.discount.to_string())),
        ("couponCode", details.coupon_code.map(|code| code.to_string())),
        ("startDate", Some(details.start_date.to_string())),
        ("endDate", Some(details.end_date.to_string())),
        ("bookingPeriodStart", details.booking_period_start.map(|date| date.to_string())),
        ("bookingPeriodEnd", details.booking_period_end.map(|date| date.to_string())),
        ("status", Some(details.status.as_str().to_owned())),
        ("thumbnailURL", details.thumbnail.map(|thumbnail| thumbnail.to_string())),
        (SEEN, Some(version.to_string())),
    ]);
    Ok(edit_form(&visit, id, &values, None))
}

async fn update(visit: Visit, sent: Form) -> Answer {
    let id: PromotionId = visit.id();
    let unchanged = sent.unchanged(|promotion: &Promotion| promotion.version().to_string());
    let updated = async {
        let input = sent.command(&fields())?;
        Ok::<_, Refused>(visit.console.promotions.update(&visit.caller, id, input, &unchanged).await?)
    };
    match updated.await {
        Ok(_) => Ok(visit.done(&format!("promotions/{id}"), Done::Saved)),
        Err(refused) => Ok(edit_form(&visit, id, &sent.values, Some(&refused.beside_form()?))),
    }
}

async fn assign(visit: Visit, sent: Form) -> Answer {
    set_assignment(visit, sent, Assignment::Assign, Done::Assigned).await
}

async fn unassign(visit: Visit, sent: Form) -> Answer {
    set_assignment(visit, sent, Assignment::Unassign, Done::Unassigned).await
}

async fn set_assignment(visit: Visit, sent: Form, assignment: Assignment, done: Done) -> Answer {
    let id: PromotionId = visit.id();
    let assigned = async {
        let input = sent.command(&[ids("Listings")])?;
        Ok::<_, Refused>(visit.console.promotions.assign(&visit.caller, id, assignment, input).await?)
    };
    match assigned.await {
        Ok(_) => Ok(visit.done(&format!("promotions/{id}"), done)),
        Err(refused) => shown(&visit, &sent.values, Some(&refused.beside_form()?)).await,
    }
}

async fn delete(visit: Visit, _: Form) -> Answer {
    visit.console.promotions.delete(&visit.caller, visit.id(), &Precondition::default()).await?;
    Ok(visit.done("promotions", Done::Deleted))
}
