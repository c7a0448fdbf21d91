//! Refusals on the wire: `application/problem+json` (RFC 9457), with the members that clients of either contract read.

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, ResponseError};
use application::{Counts, Extension, FieldErrors, Problem, ProblemKind};
use domain::quotes::Quote;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::areas::quotes::QuoteView;

/// The `Retry-After` of errors that pass shortly, in seconds.
pub(crate) const SOON: u32 = 1;

/// The result of a handler.
pub(crate) type Answer = Result<HttpResponse, ApiError>;

/// A refusal to send.
///
/// The body contains the request's path, which an error does not know, so the envelope writes the body.
#[derive(Debug)]
pub(crate) struct ApiError {
    pub(crate) status: StatusCode,
    pub(crate) code: &'static str,
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
    faults: Option<FieldErrors>,
    counts: Option<Counts>,
    extension: Option<Extension>,
}

impl ApiError {
    /// Creates a refusal of the HTTP layer.
    pub(crate) fn new(status: StatusCode, code: &'static str, message: &str) -> Self {
        let retry_after = (status == StatusCode::SERVICE_UNAVAILABLE).then_some(SOON);
        Self { status, code, message: message.to_owned(), members: Box::default(), retry_after, cause: None }
    }
}

impl<P: Problem> From<P> for ApiError {
    fn from(problem: P) -> Self {
        let status = match problem.kind() {
            ProblemKind::Unreadable => StatusCode::BAD_REQUEST,
            ProblemKind::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            ProblemKind::UnsupportedMediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            ProblemKind::Unauthenticated => StatusCode::UNAUTHORIZED,
            ProblemKind::Forbidden => StatusCode::FORBIDDEN,
            ProblemKind::NotFound => StatusCode::NOT_FOUND,
            ProblemKind::Invalid => StatusCode::UNPROCESSABLE_ENTITY,
            ProblemKind::PreconditionFailed => StatusCode::PRECONDITION_FAILED,
            ProblemKind::Conflict | ProblemKind::InFlight => StatusCode::CONFLICT,
            ProblemKind::Limited { .. } => StatusCode::TOO_MANY_REQUESTS,
            ProblemKind::Busy | ProblemKind::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            ProblemKind::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        };
        let retry_after = match problem.kind() {
            ProblemKind::InFlight | ProblemKind::Busy | ProblemKind::Unavailable => Some(SOON),
            ProblemKind::Limited { seconds } => Some(seconds),
            _ => None,
        };
        let (code, message) = (problem.code(), problem.to_string());
        let (faults, counts) = (problem.faults().cloned(), problem.counts().cloned());
        let members = Box::new(Members { faults, counts, extension: problem.extension() });
        let cause = status.is_server_error().then(|| problem.into());
        Self { status, code, message, members, retry_after, cause }
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code)
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
    /// The quote to book with instead.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub(crate) quote: Option<QuoteView>,
    /// The API key that an earlier request created.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub(crate) id: Option<Uuid>,
}

impl<'a> ProblemView<'a> {
    pub(crate) fn new(error: &'a ApiError, instance: &'a str) -> Self {
        let Members { faults, counts, extension } = &*error.members;
        let (mut reservation_id, mut quote, mut id) = (None, None, None);
        match extension {
            Some(Extension::Reservation(found)) => reservation_id = Some(found.as_uuid()),
            Some(Extension::Quote(fresh)) => quote = Some(QuoteView::from(Quote::clone(fresh))),
            Some(Extension::ApiKey(made)) => id = Some(made.as_uuid()),
            None => {}
        }
        Self {
            r#type: "about:blank",
            title: error.status.canonical_reason().unwrap_or("Error"),
            status: error.status.as_u16(),
            instance,
            code: error.code,
            message: &error.message,
            errors: faults.as_ref(),
            counts: counts.as_ref(),
            reservation_id,
            quote,
            id,
        }
    }
}
