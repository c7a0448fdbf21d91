//! The conditions of changes (`If-Match`, `If-None-Match`).

use std::convert::Infallible;
use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::Method;
use actix_web::http::header::{IF_MATCH, IF_NONE_MATCH};
use actix_web::{FromRequest, HttpRequest};
use application::Precondition;
use serde::Serialize;

use crate::openapi::takes;
use crate::response::etag::{ANY, is_of, tag, tags};
use crate::response::json::ok;
use crate::router::Router;

/// The conditions of a change: the tag of the resource must be among those of `If-Match`, and must not be among those
/// of `If-None-Match`.
pub(crate) struct IfMatch {
    one_of: Option<Vec<String>>,
    none_of: Vec<String>,
}

impl FromRequest for IfMatch {
    type Error = Infallible;
    type Future = Ready<Result<Self, Infallible>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let headers = request.headers();
        let one_of = headers.contains_key(IF_MATCH).then(|| tags(headers, &IF_MATCH).collect());
        ready(Ok(Self { one_of, none_of: tags(headers, &IF_NONE_MATCH).collect() }))
    }
}

impl IfMatch {
    /// Returns the precondition on the tag of the resource as GET would show it. For `If-Match`, weak and unreadable
    /// tags never match.
    pub(crate) fn on<T, V>(self, view: impl Fn(T) -> V + Send + Sync + 'static) -> Precondition<T>
    where
        T: Clone,
        V: Serialize,
    {
        let Self { one_of, none_of } = self;
        if one_of.is_none() && none_of.is_empty() {
            return Precondition::default();
        }
        Precondition::new(move |found: Option<&T>| {
            // `If-Match` needs a resource with one of its tags, or, for `*`, any resource.
            let Some(found) = found else { return one_of.is_none() };
            let tag = tag(&ok(view(found.clone())).body);
            let is_one_of = |tags: &Vec<String>| tags.iter().any(|known| known == ANY || *known == tag);
            one_of.as_ref().is_none_or(is_one_of) && !none_of.iter().any(|known| is_of(known, &tag))
        })
    }
}

/// Whether the request has `If-None-Match: *`, so that nothing that exists may be changed, and the operation does not
/// check tags itself. A POST creates a resource, so it is not affected.
pub(crate) fn expects_nothing(request: &HttpRequest) -> bool {
    if request.method() == Method::POST || !tags(request.headers(), &IF_NONE_MATCH).any(|tag| tag == ANY) {
        return false;
    }
    !Router::operation_of(request).is_some_and(|operation| takes(operation, IF_MATCH.as_str()))
}
