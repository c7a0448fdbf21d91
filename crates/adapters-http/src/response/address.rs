//! The address by which a client has reached the service. Links are built from it.

use actix_web::{HttpMessage, HttpRequest};

/// The scheme and host that the client used.
#[derive(Debug, PartialEq)]
pub(crate) struct Address {
    pub(crate) scheme: &'static str,
    pub(crate) host: String,
}

/// Returns the URL of a path of the service, with the scheme and host that the client used.
pub(crate) fn url(request: &HttpRequest, path: &str) -> String {
    match request.extensions().get() {
        Some(Address { scheme, host }) => format!("{scheme}://{host}{path}"),
        None => path.to_owned(),
    }
}
