//! Which listings are asked for.

use application::FindListings;
use serde::Deserialize;
use utoipa::openapi::Required;
use utoipa::openapi::path::{Parameter, ParameterIn};
use utoipa::{IntoParams, ToSchema};

use crate::lists::PageQuery;
use crate::words::ListingStatusWord;

/// The words for whose listings are asked for.
#[derive(ToSchema)]
#[schema(rename_all = "lowercase")]
#[expect(dead_code, reason = "it stands for what the application reads")]
pub(crate) enum ListingType {
    #[schema(rename = "self")]
    Own,
    Imported,
}

/// Which listings.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ListingsQuery {
    /// `self` or `imported`.
    #[param(value_type = Option<ListingType>)]
    listing_type: Option<String>,
    /// Whether it is offered.
    #[param(value_type = Option<ListingStatusWord>)]
    status: Option<String>,
    /// The account that they hang on.
    #[serde(rename = "integrationAccountID")]
    #[param(value_type = Option<uuid::Uuid>)]
    integration_account_id: Option<String>,
    /// How many people must find room.
    #[param(minimum = 1, maximum = 1000)]
    guests: Option<i64>,
    /// At least so many.
    #[param(minimum = 0, maximum = 1000)]
    bedroom_count: Option<i64>,
    /// At least so many, with at most one decimal.
    #[param(value_type = Option<f64>, minimum = 0, maximum = 1000)]
    bathroom_count: Option<String>,
    /// A night costs at least so much, in the listing's own currency.
    #[param(value_type = Option<f64>, minimum = 0, maximum = 1_000_000_000)]
    min_price: Option<String>,
    /// A night costs at most so much, in the listing's own currency.
    #[param(value_type = Option<f64>, minimum = 0, maximum = 1_000_000_000)]
    max_price: Option<String>,
    /// ISO 4217: the currency of the price.
    #[param(pattern = "^[A-Za-z]{3}$")]
    currency: Option<String>,
    /// All of these, ignoring case: with commas between them, or as several parameters.
    #[serde(default)]
    #[param(style = Form, explode = false)]
    amenities: Vec<String>,
    /// Changed then or later.
    #[param(value_type = Option<chrono::DateTime<chrono::Utc>>)]
    updated_since: Option<String>,
    /// Latitude and longitude: the nearest come first. Goes together with `radius`.
    #[param(example = "40.7128,-74.0060", pattern = r"^-?\d{1,2}(\.\d+)?,-?\d{1,3}(\.\d+)?$")]
    location: Option<String>,
    /// How far around the location, in kilometres: more than 0 and at most 1000.
    #[param(value_type = Option<f64>, exclusive_minimum = 0, maximum = 1000, example = 50)]
    radius: Option<String>,
    /// Free from this night on. Goes together with `checkOutDate`.
    #[param(value_type = Option<chrono::NaiveDate>, example = "2030-01-10")]
    check_in_date: Option<String>,
    /// Free until the night before this day: 1 to 730 nights.
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

/// Which listings of a search: it needs a place.
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

/// Which part of a search: of a size of its own, and not behind an id, because it goes by distance.
pub(crate) struct SearchPageQuery;

impl IntoParams for SearchPageQuery {
    fn into_params(parameter_in: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let mut parameters = PageQuery::into_params(parameter_in);
        parameters.retain(|parameter| parameter.name != "after");
        for parameter in &mut parameters {
            if parameter.name == "per_page" {
                parameter.description = Some("At most how many items (default 20).".to_owned());
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
        assert_eq!(lists["per_page"]["description"], "At most how many items (default 10).");
        assert_eq!(search["per_page"]["description"], "At most how many items (default 20).");
    }
}
