//! The query of a page: a filter and a page number. Fields that are left empty are ignored.

use actix_web::HttpRequest;
use application::{Input, List, Paging, Unreadable};
use serde::de::DeserializeOwned;
use url::form_urlencoded;

use crate::response::form::Values;

/// The number of items on a page, unless the address says otherwise.
const PAGE_SIZE: i64 = 25;

/// Returns the parameters that are not empty.
pub(crate) fn values(request: &HttpRequest) -> Values {
    let pairs = form_urlencoded::parse(request.query_string().as_bytes()).into_owned();
    Values(pairs.filter(|(_, value)| !value.is_empty()).collect())
}

/// Reads the parameters that `T` knows.
pub(crate) fn read<T: DeserializeOwned>(values: &Values) -> Input<T> {
    let pairs = values.0.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let encoded = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
    let read = serde_html_form::from_str(&encoded);
    read.map_err(|error| Unreadable::Malformed(format!("The address cannot be read: {error}.")))
}

/// Reads the filter and the page of a list.
pub(crate) fn list<F: DeserializeOwned>(values: &Values) -> Input<List<F>> {
    let mut paging: Paging = read(values)?;
    if paging.per_page.is_none() && paging.limit.is_none() {
        paging.per_page = Some(PAGE_SIZE);
    }
    Ok(List { filter: read(values)?, paging })
}
