//! Refusals of operations, by code.
//!
//! A handler names the codes of its own refusals. Codes that follow from the kind of an operation (it takes a key, a
//! query, a body, …) are added to all operations of that kind.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use actix_web::http::Method;
use application::Code;
use utoipa::openapi::path::{Operation, ParameterIn};
use utoipa::openapi::{Content, OpenApi, Ref, RefOr, Response, ResponseBuilder};
use utoipa::{IntoResponses, Modify};

use super::conventions::{operations, parameters};
use super::not_supported::not_supported;
use crate::status::status;

/// Responses by status.
type Responses = BTreeMap<String, RefOr<Response>>;

/// The refusals of an operation: a set of [`codes`].
pub(crate) struct Refuses<const CODES: u128>;

/// Returns a set of codes, in which each code is a bit.
pub(crate) const fn codes(list: &[Code]) -> u128 {
    match list {
        [] => 0,
        [code, rest @ ..] => 1 << *code as u32 | codes(rest),
    }
}

impl<const CODES: u128> IntoResponses for Refuses<CODES> {
    fn responses() -> Responses {
        let mut responses = Responses::new();
        for code in Code::ALL.iter().filter(|code| CODES & codes(&[**code]) != 0) {
            refuse(&mut responses, *code);
        }
        responses
    }
}

/// Adds the refusals that follow from the kind of an operation.
pub(super) struct Refusals;

impl Modify for Refusals {
    fn modify(&self, document: &mut OpenApi) {
        for (method, operation) in operations(document) {
            for code in implied(&method, operation) {
                refuse(&mut operation.responses.responses, code);
            }
        }
    }
}

/// Returns the refusals that follow from the kind of an operation.
fn implied(method: &Method, operation: &Operation) -> Vec<Code> {
    let needs_key = operation.security.is_none();
    let is_of_operators = operation.tags.iter().flatten().any(|tag| tag == "operators");
    let changes = *method != Method::GET;
    let has_query = parameters(operation).any(|parameter| parameter.parameter_in == ParameterIn::Query);
    let has_body = operation.request_body.is_some();
    let kinds: [(bool, &[_]); _] = [
        (
            needs_key,
            &[
                Code::MalformedTenantHeader,
                Code::ConflictingKeys,
                Code::ConflictingTenants,
                Code::Unauthenticated,
                Code::WorkspaceSuspended,
                Code::UserNotActive,
                Code::TenantNotFound,
                Code::RateLimited,
                Code::InternalError,
                Code::Unavailable,
            ],
        ),
        (
            is_of_operators,
            &[Code::ConflictingKeys, Code::Unauthenticated, Code::RateLimited, Code::InternalError, Code::Unavailable],
        ),
        (true, &[Code::MalformedHost]),
        (needs_key && changes, &[Code::PermissionDenied]),
        (changes, &[Code::ValidationFailed, Code::Busy]),
        (has_query || has_body, &[Code::MalformedRequest, Code::ValidationFailed]),
        (has_body, &[Code::RequestTimeout, Code::PayloadTooLarge, Code::UnsupportedMediaType]),
        (*method == Method::POST, &[Code::MalformedIdempotencyKey, Code::RequestInFlight, Code::IdempotencyKeyReused]),
        (changes && *method != Method::POST, &[Code::PreconditionFailed]),
        (not_supported(operation).next().is_some(), &[Code::NotSupported]),
    ];
    kinds.into_iter().filter(|(is, _)| *is).flat_map(|(_, refusals)| refusals).copied().collect()
}

/// Adds a code to the response with its status.
fn refuse(responses: &mut Responses, code: Code) {
    let status = status(code.kind());
    match responses.entry(status.as_str().to_owned()) {
        Entry::Vacant(entry) => {
            let title = status.canonical_reason().unwrap_or_default();
            let refusal = ResponseBuilder::new()
                .description(format!("{title}. `code`: {code}"))
                .content("application/problem+json", Content::new(Some(Ref::from_schema_name("Problem"))));
            entry.insert(refusal.build().into());
        }
        Entry::Occupied(mut entry) => {
            if let RefOr::T(Response { description, .. }) = entry.get_mut()
                && description.split([' ', ',']).all(|word| word != code.as_str())
            {
                description.extend([", ", code.as_str()]);
            }
        }
    }
}
