//! Lists: items, links and numbers, in the format of the venue contract.

use actix_web::{HttpRequest, HttpResponse};
use application::{Listed, PageStart};
use serde::Serialize;
use url::form_urlencoded;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::response::address::url;

/// A page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ListView<T> {
    /// The items, in order.
    data: Vec<T>,
    links: Links,
    meta: Meta,
}

/// Links to other pages. They are absolute and keep the filters of the request.
#[derive(Debug, Serialize, ToSchema)]
struct Links {
    /// The first page.
    #[schema(example = "https://api.example.com/api/v1/tenants?page=1")]
    first: String,
    /// Always null: `/count` returns the number of items.
    last: Option<String>,
    /// The previous page, if there is one.
    prev: Option<String>,
    /// The next page, if there is one.
    next: Option<String>,
}

/// The position of the page in the list. The numbers are null if you requested the page by `after`.
#[derive(Debug, Serialize, ToSchema)]
struct Meta {
    /// The number of the page, from 1.
    current_page: Option<u32>,
    /// The number of the first item, from 1; null on an empty page.
    from: Option<u64>,
    /// The URL of the list, without a query.
    #[schema(example = "https://api.example.com/api/v1/tenants")]
    path: String,
    /// The maximum number of items of a page.
    per_page: u32,
    /// The number of the last item; null on an empty page.
    to: Option<u64>,
}

/// Returns 200 with a page. `id` returns an item's id, after which the next page starts.
pub(crate) fn list<T, V: Serialize>(
    request: &HttpRequest,
    listed: Listed<T>,
    view: fn(T) -> V,
    id: fn(&T) -> Uuid,
) -> HttpResponse {
    page(request, listed, view, |item| Some(id(item)))
}

/// Returns 200 with a page of a list that may not be ordered by id. If it is not, `id` returns `None`, and no link uses
/// `after`.
pub(crate) fn page<T, V: Serialize>(
    request: &HttpRequest,
    listed: Listed<T>,
    view: impl Fn(T) -> V,
    id: impl Fn(&T) -> Option<Uuid>,
) -> HttpResponse {
    let next_is_numbered = listed.next_is_numbered();
    let Listed { items, has_more, page } = listed;
    let path = url(request, request.path());
    let filters = filters(request.query_string());
    let link = |name: &str, value: String| {
        let query = form_urlencoded::Serializer::new(filters.clone()).append_pair(name, &value).finish();
        format!("{path}?{query}")
    };
    let numbered = |number: u32| link("page", number.to_string());
    let last_id = items.last().and_then(id);
    let next = match page.start {
        _ if !has_more => None,
        PageStart::Number(number) if next_is_numbered => Some(numbered(number + 1)),
        _ => last_id.map(|id| link("after", id.to_string())),
    };
    let (current_page, prev, offset) = match page.start {
        PageStart::Number(number) => {
            (Some(number), number.checked_sub(1).filter(|number| *number > 0).map(numbered), Some(page.offset()))
        }
        PageStart::After(_) => (None, None, None),
    };
    let offset = offset.filter(|_| !items.is_empty());
    let meta = Meta {
        current_page,
        from: offset.map(|offset| offset + 1),
        path: path.clone(),
        per_page: page.size,
        to: offset.map(|offset| offset + items.len() as u64),
    };
    let links = Links { first: numbered(1), last: None, prev, next };
    HttpResponse::Ok().json(ListView { data: items.into_iter().map(view).collect(), links, meta })
}

/// Returns the query without the parameters that a link replaces.
fn filters(query: &str) -> String {
    let kept = form_urlencoded::parse(query.as_bytes()).filter(|(name, _)| name != "page" && name != "after");
    form_urlencoded::Serializer::new(String::new()).extend_pairs(kept).finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_stay_and_the_place_in_the_list_goes() {
        for (query, kept) in [
            ("", ""),
            ("page=3", ""),
            ("name=Channel%20A&page=3&per_page=5", "name=Channel+A&per_page=5"),
            ("after=x&q=a%26b", "q=a%26b"),
        ] {
            assert_eq!(filters(query), kept);
        }
    }
}
