//! Queries of listings.

use application::FindListings;
use serde::Deserialize;
use utoipa::openapi::Required;
use utoipa::openapi::path::{Parameter, ParameterIn};
use utoipa::{IntoParams, ToSchema};

use crate::openapi::enum_schemas::ListingStatusWord;
use crate::request::paging::PageQuery;

/// The origin of listings: the tenant's own or imported.
#[derive(ToSchema)]
#[schema(rename_all = "lowercase")]
#[expect(dead_code, reason = "it documents the words that the application reads")]
pub(crate) enum ListingType {
    #[schema(rename = "self")]
    Own,
    Imported,
}

/// The filter of listings.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ListingsQuery {
    /// The origin of the listings: `self` or `imported`.
    #[param(value_type = Option<ListingType>)]
    listing_type: Option<String>,
    /// The status of the listing.
    #[param(value_type = Option<ListingStatusWord>)]
    status: Option<String>,
    /// The account of the listings.
    #[serde(rename = "integrationAccountID")]
    #[param(value_type = Option<uuid::Uuid>)]
    integration_account_id: Option<String>,
    /// The number of guests for whom there must be room.
    #[param(minimum = 1, maximum = 1000)]
    guests: Option<i64>,
    /// The minimum number of bedrooms.
    #[param(minimum = 0, maximum = 1000)]
    bedroom_count: Option<i64>,
    /// The minimum number of bathrooms, with at most one decimal.
    #[param(value_type = Option<f64>, minimum = 0, maximum = 1000)]
    bathroom_count: Option<String>,
    /// The minimum price of a night, in the listing's own currency.
    #[param(value_type = Option<f64>, minimum = 0, maximum = 1_000_000_000)]
    min_price: Option<String>,
    /// The maximum price of a night, in the listing's own currency.
    #[param(value_type = Option<f64>, minimum = 0, maximum = 1_000_000_000)]
    max_price: Option<String>,
    /// The currency of the price (ISO 4217).
    #[param(pattern = "^[A-Za-z]{3}$")]
    currency: Option<String>,
    /// The amenities that the listing must have, ignoring case: separated by commas, or as several parameters.
    #[serde(default)]
    #[param(style = Form, explode = false)]
    amenities: Vec<String>,
    /// The earliest instant of the last change.
    #[param(value_type = Option<chrono::DateTime<chrono::Utc>>)]
    updated_since: Option<String>,
    /// The latitude and longitude of a location: the nearest listings come first. Requires `radius`.
    #[param(example = "40.7128,-74.0060", pattern = r"^-?\d{1,2}(\.\d+)?,-?\d{1,3}(\.\d+)?$")]
    location: Option<String>,
    /// The radius around the location, in kilometres: more than 0 and at most 1000. Requires `location`.
    #[param(value_type = Option<f64>, exclusive_minimum = 0, maximum = 1000, example = 50)]
    radius: Option<String>,
    /// The first night on which the listing must be free. Requires `checkOutDate`.
    #[param(value_type = Option<chrono::NaiveDate>, example = "2030-01-10")]
    check_in_date: Option<String>,
    /// The day after the last night on which the listing must be free: 1 to 730 nights later. Requires `checkInDate`.
    #[param(value_type = Option<chrono::NaiveDate>, example = "2030-01-12")]
    check_out_date: Option<String>,
}

impl From<ListingsQuery> for FindListings {
    fn from(query: ListingsQuery) -> Self {
        let ListingsQuery {
            listing_type,
            status,
            integration_account_id,
            guests,
            bedroom_count,
            bathroom_count,
            min_price,
            max_price,
            currency,
            amenities,
            updated_since,
            location,
            radius,
            check_in_date,
            check_out_date,
        } = query;
        Self {
            listing_type,
            status,
            integration_account_id,
            guests,
            bedroom_count,
            bathroom_count,
            min_price,
            max_price,
            currency,
            amenities,
            updated_since,
            location,
            radius,
            check_in_date,
            check_out_date,
        }
    }
}

/// The filter of a search, which requires a location.
pub(crate) struct SearchQuery;

impl IntoParams for SearchQuery {
    fn into_params(parameter_in: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let mut parameters = ListingsQuery::into_params(parameter_in);
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
        let mut parameters = PageQuery::into_params(parameter_in);
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
