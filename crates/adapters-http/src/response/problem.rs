//! Refusals on the wire: `application/problem+json` (RFC 9457), with the members that clients of either contract read.

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt;

use actix_web::body::BoxBody;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, Responder, ResponseError};
use application::{Code, Counts, Extension, FieldErrors, Problem, ProblemKind};
use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};
use utoipa::ToSchema;
use utoipa::openapi::schema::{Ref, RefBuilder};
use uuid::Uuid;

use crate::status::status;

/// The `Retry-After` of errors that pass shortly, in seconds.
const SOON: u32 = 1;

/// The result of a handler.
pub(crate) type Answer = Result<HttpResponse, ApiError>;

/// A refusal to send.
///
/// The body contains the request's path, which an error does not know, so the envelope writes the body.
#[derive(Debug)]
pub(crate) struct ApiError {
    pub(crate) status: StatusCode,
    pub(crate) code: Code,
    pub(crate) message: String,
    /// Boxed, because most responses are not refusals.
    pub(crate) members: Box<Members>,
    /// The seconds after which the request can be retried, if the error is temporary.
    pub(crate) retry_after: Option<u32>,
    /// The cause for the log, if the service is at fault.
    pub(crate) cause: Option<Box<dyn Error + Send + Sync>>,
}

/// The further members of a refusal.
#[derive(Debug, Default)]
pub(crate) struct Members {
    field_errors: Option<FieldErrors>,
    counts: Option<Counts>,
    extension: Option<Extension>,
    quote: Option<Box<RawValue>>,
    price: Option<Box<RawValue>>,
}

impl ApiError {
    /// Creates a refusal with the status of its code.
    pub(crate) fn new(code: Code, message: impl Into<String>) -> Self {
        let retry_after = match code.kind() {
            ProblemKind::InFlight | ProblemKind::Busy | ProblemKind::Unavailable => Some(SOON),
            _ => None,
        };
        let (status, message) = (status(code.kind()), message.into());
        Self { status, code, message, members: Box::default(), retry_after, cause: None }
    }

    /// Adds the quote to book with instead, as its area shows it.
    pub(crate) fn with_quote(mut self, quote: &impl Serialize) -> Self {
        self.members.quote = to_raw_value(quote).ok();
        self
    }

    /// Adds the price of the amended stay, as its area shows it.
    pub(crate) fn with_price(mut self, price: &impl Serialize) -> Self {
        self.members.price = to_raw_value(price).ok();
        self
    }
}

impl<P: Problem> From<P> for ApiError {
    fn from(problem: P) -> Self {
        let application::Members { code, field_errors, counts, extension, retry_after } = problem.members();
        let error = Self::new(code, problem.to_string());
        let retry_after = retry_after.or(error.retry_after);
        let (field_errors, counts) = (field_errors.cloned(), counts.cloned());
        let members = Box::new(Members { field_errors, counts, extension, quote: None, price: None });
        // The operator is told once, at the start, that a key is missing.
        let is_logged = error.status.is_server_error() && code != Code::WebhooksNotConfigured;
        let cause = is_logged.then(|| problem.into());
        Self { members, retry_after, cause, ..error }
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.code.fmt(f)
    }
}

impl ResponseError for ApiError {
    fn status_code(&self) -> StatusCode {
        self.status
    }

    fn error_response(&self) -> HttpResponse {
        HttpResponse::new(self.status)
    }
}

impl Responder for ApiError {
    type Body = BoxBody;

    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        HttpResponse::from_error(self)
    }
}

/// The body of every refusal.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
pub(crate) struct ProblemView<'a> {
    /// Always `about:blank`: `code` identifies the problem.
    #[schema(example = "about:blank")]
    pub(crate) r#type: &'static str,
    /// The status in words.
    #[schema(example = "Unprocessable Entity")]
    pub(crate) title: &'static str,
    /// The status.
    #[schema(example = 422)]
    pub(crate) status: u16,
    /// The path of the request.
    #[schema(example = "/api/v1/tenants")]
    pub(crate) instance: &'a str,
    /// The stable name of the problem, for programs.
    #[schema(example = "validation_failed")]
    pub(crate) code: &'static str,
    /// The description of the problem, for people.
    #[schema(example = "The given data was invalid.")]
    pub(crate) message: &'a str,
    /// The field errors, by the name of the field in the request.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<BTreeMap<String, Vec<String>>>, nullable = false)]
    pub(crate) errors: Option<&'a BTreeMap<String, Vec<String>>>,
    /// The numbers of things that prevent the request, by their names.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<BTreeMap<String, u64>>, nullable = false)]
    pub(crate) counts: Option<&'a BTreeMap<&'static str, u64>>,
    /// The reservation that prevents the request.
    #[serde(rename = "reservationID", skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub(crate) reservation_id: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(schema_with = quote_schema)]
    pub(crate) quote: Option<&'a RawValue>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(schema_with = price_schema)]
    pub(crate) price: Option<&'a RawValue>,
    /// The API key, webhook or workspace that an earlier request created.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub(crate) id: Option<Uuid>,
    /// The position of the oldest event that is kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub(crate) oldest: Option<u64>,
}

/// Refers to the quotes of their area.
fn quote_schema() -> Ref {
    RefBuilder::new()
        .ref_location_from_schema_name("Quote")
        .description(Some("The quote to book with instead."))
        .build()
}

/// Refers to the prices of their area.
fn price_schema() -> Ref {
    RefBuilder::new()
        .ref_location_from_schema_name("Price")
        .description(Some("The price of the stay after the amendment."))
        .build()
}

impl<'a> ProblemView<'a> {
    pub(crate) fn new(error: &'a ApiError, instance: &'a str) -> Self {
        let Members { field_errors, counts, extension, quote, price } = &*error.members;
        let (mut reservation_id, mut id, mut oldest) = (None, None, None);
        match extension {
            Some(Extension::Reservation(found)) => reservation_id = Some(found.as_uuid()),
            Some(Extension::ApiKey(made)) => id = Some(made.as_uuid()),
            Some(Extension::Webhook(made)) => id = Some(made.as_uuid()),
            Some(Extension::Workspace(made)) => id = Some(made.as_uuid()),
            Some(Extension::OldestEvent(position)) => oldest = Some(*position),
            None => {}
        }
        Self {
            r#type: "about:blank",
            title: error.status.canonical_reason().unwrap_or("Error"),
            status: error.status.as_u16(),
            instance,
            code: error.code.as_str(),
            message: &error.message,
            errors: field_errors.as_ref(),
            counts: counts.as_ref(),
            reservation_id,
            quote: quote.as_deref(),
            price: price.as_deref(),
            id,
            oldest,
        }
    }
}
