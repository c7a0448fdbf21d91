//! Queries of lists: a filter and a page.

use std::convert::Infallible;
use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use application::{Input, List, Paging};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use utoipa::IntoParams;

use crate::request::query::Query;

/// The requested page of a list.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct PageQuery {
    /// The number of the page, from 1.
    #[param(minimum = 1)]
    page: Option<i64>,
    /// The maximum number of items (default 10).
    #[param(minimum = 1, maximum = 100)]
    per_page: Option<i64>,
    /// Another name of `per_page`.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<i64>,
    /// The id after which the page starts, in place of `page`.
    #[param(value_type = Option<uuid::Uuid>)]
    after: Option<String>,
}

/// The query of a list: its filter `Q` and its page.
pub(crate) struct ListQuery<Q> {
    filter: Query<Q>,
    page: Query<PageQuery>,
}

impl<Q: DeserializeOwned> FromRequest for ListQuery<Q> {
    type Error = Infallible;
    type Future = Ready<Result<Self, Infallible>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(Self { filter: Query::read(request), page: Query::read(request) }))
    }
}

impl<Q> ListQuery<Q> {
    /// Converts the query to the input of the use case.
    pub(crate) fn input<F: From<Q>>(self) -> Input<List<F>> {
        Ok(List { filter: self.filter.0?.into(), paging: self.page.0?.into() })
    }
}

impl From<PageQuery> for Paging {
    fn from(PageQuery { page, per_page, limit, after }: PageQuery) -> Self {
        Self { page, per_page, limit, after }
    }
}
