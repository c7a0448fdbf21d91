//! Links from the creation of a resource to the operations on it.

use utoipa::Modify;
use utoipa::openapi::link::Link;
use utoipa::openapi::{OpenApi, RefOr};

use super::conventions::operations_of;

/// The id of a new resource in the response.
pub(crate) const ID: &str = "$response.body#/data/id";

/// Links each POST of a collection to all operations on one item of it. A handler adds links to operations that take
/// the id elsewhere. If they take it in the body, the link's description says so: its `requestBody` would have to be an
/// object, but the parsers of OpenAPI Generator and Swagger accept only a text.
pub(super) struct Links;

impl Modify for Links {
    fn modify(&self, document: &mut OpenApi) {
        let paths = &mut document.paths.paths;
        let mut named = Vec::new();
        for (path, item) in &*paths {
            named
                .extend(operations_of(item).filter_map(|(_, found)| Some((path.clone(), found.operation_id.clone()?))));
        }
        for (path, item) in paths {
            let item_path = format!("{path}/{{id}}");
            let on_item = named.iter().filter(|(path, _)| path.starts_with(&item_path));
            let links = on_item.map(|(_, to)| (to.clone(), Link::builder().operation_id(to).parameter("id", ID)));
            let links: Vec<_> = links.map(|(to, link)| (to, RefOr::T(link.build()))).collect();
            for (status, response) in item.post.iter_mut().flat_map(|post| &mut post.responses.responses) {
                if let (true, RefOr::T(response)) = (status.starts_with('2'), response) {
                    response.links.extend(links.clone());
                }
            }
        }
    }
}
