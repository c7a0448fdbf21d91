//! One function per operation.

use actix_web::web;
use domain::access::Permission;

use super::bodies::QuoteBody;
use super::views::QuoteView;
use crate::Api;
use crate::caller::InTenant;
use crate::data::{Data, created, plain};
use crate::input::Body;
use crate::openapi::{CouponsLimited, ListingNotFound, NotOpen, PriceRefused, TenantHeaders, TenantInactive};
use crate::problem::Answer;

/// Prices a stay at a listing of the tenant of the request, its own or imported, and keeps the price for 15 minutes.
///
/// The nights are not held.
#[utoipa::path(post, path = "/api/v1/quote", operation_id = "createQuote", tag = "quotes",
    params(TenantHeaders), request_body = QuoteBody,
    responses((status = 201, body = Data<QuoteView>), TenantInactive, ListingNotFound, NotOpen, PriceRefused,
        CouponsLimited))]
pub(crate) async fn create(api: web::Data<Api>, caller: InTenant, body: Body) -> Answer {
    let answer = |quote| created(QuoteView::from(quote));
    let (caller, body, once) = body.read_once::<QuoteBody, _, _>(caller, Permission::Write, answer).await?;
    let done = api.quotes.create(&caller, body.map(Into::into), &once).await?;
    Ok(plain(done.reply(answer)))
}
