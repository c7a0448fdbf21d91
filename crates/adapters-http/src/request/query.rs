//! The query of a request.

use std::convert::Infallible;
use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use application::Input;
use serde::de::DeserializeOwned;
use url::form_urlencoded;

use crate::request::not_supported;
use crate::request::unreadable::unreadable;

/// The query, or the reason why it cannot be read. The use case refuses it after it has authorised the caller.
pub(crate) struct Query<T>(pub(crate) Input<T>);

impl<T: DeserializeOwned> FromRequest for Query<T> {
    type Error = Infallible;
    type Future = Ready<Result<Self, Infallible>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(Self::read(request)))
    }
}

impl<T: DeserializeOwned> Query<T> {
    /// Reads the parameters that `T` knows; others are ignored.
    pub(crate) fn read(request: &HttpRequest) -> Self {
        if let Err(refused) = not_supported::in_query(request) {
            return Self(Err(refused));
        }
        Self(parse(request.query_string()))
    }
}

/// Parses the parameters that `T` knows.
pub(crate) fn parse<T: DeserializeOwned>(query: &str) -> Input<T> {
    let pairs = form_urlencoded::parse(query.as_bytes());
    let read = serde_path_to_error::deserialize(serde_html_form::Deserializer::new(pairs));
    read.map_err(|error| unreadable("The query", &error))
}
