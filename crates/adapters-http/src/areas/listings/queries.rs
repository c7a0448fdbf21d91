//! Queries of listings.

use application::{FindListings, Paging};
use utoipa::IntoParams;
use utoipa::openapi::Required;
use utoipa::openapi::path::{Parameter, ParameterIn};

/// The filter of a search, which requires a location.
pub(crate) struct SearchQuery;

impl IntoParams for SearchQuery {
    fn into_params(parameter_in: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let mut parameters = FindListings::into_params(parameter_in);
        for parameter in &mut parameters {
            if ["location", "radius"].contains(&parameter.name.as_str()) {
                parameter.required = Required::True;
            }
        }
        parameters
    }
}

/// The page of a search, which has its own default size, and no `after`, because a search is ordered by distance.
pub(crate) struct SearchPageQuery;

impl IntoParams for SearchPageQuery {
    fn into_params(parameter_in: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let mut parameters = Paging::into_params(parameter_in);
        parameters.retain(|parameter| parameter.name != "after");
        for parameter in &mut parameters {
            if parameter.name == "per_page" {
                parameter.description = Some("The maximum number of items (default 20).".to_owned());
            }
        }
        parameters
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::{Value, json};

    /// The parameters in the query of the path, by name.
    fn query(path: &str) -> BTreeMap<String, Value> {
        let document = serde_json::to_value(crate::document()).expect("JSON");
        let parameters = document["paths"][path]["get"]["parameters"].as_array().expect("parameters").clone();
        let in_query = parameters.into_iter().filter(|parameter| parameter["in"] == "query");
        in_query.map(|parameter| (parameter["name"].as_str().expect("a name").to_owned(), parameter)).collect()
    }

    #[test]
    fn a_search_is_described_as_it_is() {
        let lists = query("/api/v1/listing");
        let search = query("/api/v1/tenants/search-listings");
        let count = query("/api/v1/tenants/search-listings/count");
        for (name, parameter) in &lists {
            let is_place = ["location", "radius"].contains(&name.as_str());
            let is_page = ["page", "per_page", "limit", "after"].contains(&name.as_str());
            assert_eq!(parameter["required"], json!(false), "{name}");
            assert_eq!(search.get(name).map(|found| &found["required"]), (name != "after").then_some(&json!(is_place)));
            assert_eq!(count.get(name).map(|found| &found["required"]), (!is_page).then_some(&json!(is_place)));
        }
        assert_eq!(lists["per_page"]["description"], "The maximum number of items (default 10).");
        assert_eq!(search["per_page"]["description"], "The maximum number of items (default 20).");
    }
}
