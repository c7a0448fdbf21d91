//! One function per operation.

use actix_web::web;
use application::Code::{
    CurrencyMismatch, ImportAsleep, ListingNotFound, NotAvailable, PromotionNotValid, TenantInactive,
    TooManyCouponCodes,
};
use application::StayFields;
use domain::access::Permission;

use super::views::QuoteView;
use crate::openapi::{Refuses, TenantHeaders, codes};
use crate::request::body::Body;
use crate::request::caller::InTenant;
use crate::response::json::{Data, created, plain};
use crate::response::problem::Answer;
use crate::state::Api;

/// Prices a stay at a listing of the tenant of the request, its own or imported, and keeps the price for 15 minutes.
///
/// The nights are not held.
#[utoipa::path(post, path = "/api/v1/quote", operation_id = "createQuote", tag = "quotes",
    params(TenantHeaders), request_body = StayFields,
    responses(
        (status = 201, body = Data<QuoteView>, links(
            ("createReservation" = (operation_id = "createReservation",
                description = "Send the new quote's id as `quoteID` in the body.")))),
        Refuses<{ codes(&[
            TenantInactive, ListingNotFound, NotAvailable, ImportAsleep, CurrencyMismatch, PromotionNotValid,
            TooManyCouponCodes
        ]) }>))]
pub(crate) async fn create(api: web::Data<Api>, caller: InTenant, body: Body) -> Answer {
    let answer = |quote| created(QuoteView::from(quote));
    let (caller, body, idempotent) =
        body.read_idempotent::<StayFields, _, _>(caller, Permission::Write, answer).await?;
    let done = api.quotes.create(&caller, body, &idempotent).await?;
    Ok(plain(done.reply(answer)))
}
