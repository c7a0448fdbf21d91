//! The style sheet and the scripts.

use actix_web::http::header::{CACHE_CONTROL, ETAG};
use actix_web::{HttpRequest, HttpResponse, web};

use crate::assets::{Asset, find};
use crate::response::refused::Refused;

/// Returns a file. Its address with a version never changes its content, so that a browser asks for it once.
pub(super) async fn asset(request: HttpRequest, name: web::Path<String>) -> HttpResponse {
    let Some(Asset { media_type, content, version, .. }) = find(&name) else {
        return Refused::no_such_page().page(None, None);
    };
    let is_versioned = request.query_string() == format!("v={version}");
    let kept = if is_versioned { "public, max-age=31536000, immutable" } else { "no-cache" };
    HttpResponse::Ok()
        .content_type(*media_type)
        .insert_header((CACHE_CONTROL, kept))
        .insert_header((ETAG, format!("\"{version}\"")))
        .body(*content)
}
