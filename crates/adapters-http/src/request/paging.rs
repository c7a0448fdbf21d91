//! Queries of lists: a filter and a page.

use std::convert::Infallible;
use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use application::{Input, List, Paging};
use serde::de::DeserializeOwned;

use crate::request::query::Query;

/// The query of a list: its filter and its page.
pub(crate) struct ListQuery<F> {
    filter: Query<F>,
    page: Query<Paging>,
}

impl<F: DeserializeOwned> FromRequest for ListQuery<F> {
    type Error = Infallible;
    type Future = Ready<Result<Self, Infallible>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(Self { filter: Query::read(request), page: Query::read(request) }))
    }
}

impl<F> ListQuery<F> {
    /// Converts the query to the input of the use case.
    pub(crate) fn input(self) -> Input<List<F>> {
        Ok(List { filter: self.filter.0?, paging: self.page.0? })
    }
}
