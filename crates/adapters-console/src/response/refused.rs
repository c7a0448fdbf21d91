//! Refusals: a code and a message, on a page or beside a form.

use std::error::Error;
use std::ops::Deref;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::RETRY_AFTER;
use application::{Code, Counts, FieldErrors, Members, Problem, ProblemKind, in_one_line};
use maud::{Markup, html};

use super::cell::words;
use super::fields::Field;
use super::layout::{Body, Frame};

/// A refusal to show.
#[derive(Debug)]
pub(crate) struct Refused {
    pub(crate) code: Code,
    pub(crate) message: String,
    /// Boxed, because most answers are not refusals.
    details: Box<Details>,
}

/// The further members of a refusal.
#[derive(Debug, Default)]
pub(crate) struct Details {
    pub(crate) field_errors: Option<FieldErrors>,
    pub(crate) counts: Option<Counts>,
    pub(crate) retry_after: Option<u32>,
    /// The cause for the log, if the service is at fault.
    cause: Option<Box<dyn Error + Send + Sync>>,
}

impl Deref for Refused {
    type Target = Details;

    fn deref(&self) -> &Details {
        &self.details
    }
}

impl<P: Problem> From<P> for Refused {
    fn from(problem: P) -> Self {
        let Members { code, field_errors, counts, extension: _, retry_after } = problem.members();
        let (field_errors, counts, message) = (field_errors.cloned(), counts.cloned(), problem.to_string());
        let is_logged = status(code.kind()).is_server_error() && code != Code::WebhooksNotConfigured;
        let cause = is_logged.then(|| problem.into());
        Self { code, message, details: Box::new(Details { field_errors, counts, retry_after, cause }) }
    }
}

impl Refused {
    pub(crate) fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), details: Box::default() }
    }

    /// Returns the refusal of one field of a form.
    pub(crate) fn invalid(field: &str, message: &str) -> Self {
        let field_errors = Some(FieldErrors::from([(field.to_owned(), vec![message.to_owned()])]));
        let details = Box::new(Details { field_errors, ..Details::default() });
        Self { details, ..Self::new(Code::ValidationFailed, "The given data was invalid.") }
    }

    /// Returns the refusal of a request too many, with the seconds until the next one.
    pub(crate) fn limited(message: &str, seconds: u32) -> Self {
        let details = Box::new(Details { retry_after: Some(seconds), ..Details::default() });
        Self { details, ..Self::new(Code::RateLimited, message) }
    }

    /// Returns the refusal of an address that does not exist.
    pub(crate) fn no_such_page() -> Self {
        Self::new(Code::RouteNotFound, "There is no such page.")
    }

    pub(crate) fn status(&self) -> StatusCode {
        status(self.code.kind())
    }

    /// Returns a refusal that the sender of a form can do something about, to be shown beside it.
    ///
    /// # Errors
    /// Any other refusal, which is a page.
    pub(crate) fn beside_form(self) -> Result<Self, Self> {
        match self.code.kind() {
            ProblemKind::Invalid
            | ProblemKind::Unreadable
            | ProblemKind::Conflict
            | ProblemKind::PreconditionFailed
            | ProblemKind::InFlight
            | ProblemKind::Busy
            | ProblemKind::Limited => Ok(self),
            _ => Err(self),
        }
    }

    /// Returns the refusal of a form about a part of a command: errors below the path of the part are those of its fields.
    pub(crate) fn about(mut self, part: &str) -> Self {
        let errors = self.details.field_errors.take();
        let inner = |path: String| path.strip_prefix(part).map(str::to_owned).unwrap_or(path);
        self.details.field_errors =
            errors.map(|errors| errors.into_iter().map(|(path, messages)| (inner(path), messages)).collect());
        self
    }

    /// Shows the message, and the errors of fields that are not among these.
    pub(crate) fn notice(&self, fields: &[Field]) -> Markup {
        let is_shown =
            |path: &str| fields.iter().any(|field| path == field.name || path.starts_with(&format!("{}.", field.name)));
        let errors = self.field_errors.iter().flatten().filter(|(path, _)| !is_shown(path));
        html! {
            div.refusal role="alert" {
                p.refusal {
                    @if self.code == Code::PreconditionFailed {
                        "It was changed since you opened the form. Open it again to see the change."
                    } @else { (self.message) }
                    " " code { (self.code) }
                }
                @for messages in errors.map(|(_, messages)| messages) { @for message in messages { p { (message) } } }
                @if let Some(counts) = &self.counts {
                    ul { @for (name, count) in counts { li { (count) " " (words(&spaced(name))) } } }
                }
            }
        }
    }

    /// Returns the page of the refusal.
    pub(crate) fn page(self, frame: Option<&Frame>, back: Option<&str>) -> HttpResponse {
        if let Some(cause) = &self.cause {
            tracing::error!(code = self.code.as_str(), "{}", in_one_line(&**cause));
        }
        let title = match self.code.kind() {
            ProblemKind::NotFound | ProblemKind::Gone => "Not found",
            ProblemKind::Forbidden => "Not allowed",
            ProblemKind::Unavailable | ProblemKind::Busy | ProblemKind::Internal => "Try again",
            _ => "That did not work",
        };
        let content = html! {
            (self.notice(&[]))
            @if let Some(back) = back { p { a href=(back) { "Go back" } } }
        };
        let mut page = Body { title, api: &[], content }.page(frame, self.status());
        if let Some(seconds) = self.retry_after.or((self.status() == StatusCode::SERVICE_UNAVAILABLE).then_some(1)) {
            page.headers_mut().insert(RETRY_AFTER, seconds.into());
        }
        page
    }
}

/// Splits `integrationAccounts` into `integration accounts`.
fn spaced(name: &str) -> String {
    name.chars().flat_map(|c| c.is_ascii_uppercase().then_some(' ').into_iter().chain([c])).collect()
}

/// Returns the status of refusals of a kind.
fn status(kind: ProblemKind) -> StatusCode {
    StatusCode::from_u16(kind.status()).expect("a constant status")
}
