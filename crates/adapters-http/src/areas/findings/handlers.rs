//! One function per operation.

use actix_web::web;
use application::Code::TenantInactive;
use application::FindAnything;

use super::views::FoundView;
use crate::openapi::{IfNoneMatchHeader, Refuses, TenantHeaders, codes};
use crate::request::caller::InTenant;
use crate::request::query::Query;
use crate::response::json::{Data, ok, tagged};
use crate::response::problem::Answer;
use crate::state::Api;

/// Finds what the tenant of the request has by a part of a text, up to five of each kind.
///
/// The best come first: the whole text, its beginning, the beginning of a word, any other part.
#[utoipa::path(get, path = "/api/v1/find", operation_id = "find", tag = "findings",
    params(FindAnything, TenantHeaders, IfNoneMatchHeader),
    responses((status = 200, body = Data<FoundView>), Refuses<{ codes(&[TenantInactive]) }>))]
pub(crate) async fn find(api: web::Data<Api>, caller: InTenant, query: Query<FindAnything>) -> Answer {
    let found = api.findings.find(&caller, query.0).await?;
    Ok(tagged(ok(FoundView::from(found))))
}
