//! The listing ids of a request.

use domain::ids::ListingId;
use domain::imports::MAX_LISTINGS;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::input::REQUIRED;
use crate::input::reader::{FieldReader, Fields};
use crate::input::wire::bounded;
use crate::outcome::problem::FieldErrors;

/// The field's name in the request.
const FIELD: &str = "listingIDs";

/// The listings of an operation, which applies to all of them or to none.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[schema(as = ListingIdsBody)]
#[expect(missing_docs, reason = "the ids of the listings")]
pub struct ListingIds {
    #[serde(rename = "listingIDs", default, deserialize_with = "bounded::<_, _, _, MAX_LISTINGS>")]
    #[schema(required, nullable = false, value_type = Vec<uuid::Uuid>, min_items = 1, max_items = 1_000)]
    pub listing_ids: Option<Vec<String>>,
}

impl Fields for ListingIds {
    type Values = Vec<ListingId>;

    fn read(&self, r: &mut FieldReader) -> Option<Vec<ListingId>> {
        match &self.listing_ids {
            None => r.refuse(FIELD, REQUIRED),
            Some(ids) if !(1..=MAX_LISTINGS).contains(&ids.len()) => {
                r.refuse(FIELD, format_args!("must be 1 to {MAX_LISTINGS} ids."));
            }
            Some(ids) => {
                let ids = ids.iter().enumerate();
                return Some(ids.filter_map(|(position, id)| r.at(at(position), |r| r.item(id))).collect());
            }
        }
        None
    }
}

impl ListingIds {
    /// Returns a field error for each of these positions, with the sentence that is made from the id as sent.
    pub(crate) fn field_errors(
        &self,
        sentences: impl IntoIterator<Item = (usize, impl Fn(&str) -> String)>,
    ) -> FieldErrors {
        let ids = self.listing_ids.as_deref().unwrap_or_default();
        let sentences = sentences.into_iter().map(|(position, sentence)| {
            let id = ids.get(position).map_or("", String::as_str);
            (at(position), vec![sentence(id)])
        });
        sentences.collect()
    }
}

/// Returns the path of an id: `listingIDs.3`.
fn at(position: usize) -> String {
    format!("{FIELD}.{position}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::InvalidInput;
    use crate::input::reader::read;
    use crate::outcome::problem::Problem;

    const ID: &str = "0192f0c1-7b1e-7000-8000-00000000000a";

    fn field_errors(ids: Option<&[&str]>) -> Vec<(String, Vec<String>)> {
        let listing_ids = ids.map(|ids| ids.iter().map(|id| (*id).to_owned()).collect());
        let invalid = read(&ListingIds { listing_ids }).err().map(InvalidInput::from);
        invalid.and_then(|invalid| invalid.field_errors().cloned()).unwrap_or_default().into_iter().collect()
    }

    fn one(field: &str, sentence: &str) -> Vec<(String, Vec<String>)> {
        vec![(field.to_owned(), vec![sentence.to_owned()])]
    }

    #[test]
    fn one_to_a_thousand_ids_are_named() {
        assert_eq!(field_errors(None), one("listingIDs", "The listing IDs field is required."));
        for (count, is_fine) in [(0, false), (1, true), (1_000, true), (1_001, false)] {
            let expected = if is_fine { vec![] } else { one("listingIDs", "The listing IDs must be 1 to 1000 ids.") };
            assert_eq!(field_errors(Some(&vec![ID; count])), expected, "{count}");
        }
        // Errors of more ids than allowed would make a long answer.
        assert_eq!(field_errors(Some(&[""; 1_001])).len(), 1);
    }

    #[test]
    fn every_id_that_is_none_is_named() {
        let found = field_errors(Some(&[ID, "", ID, "x", &ID.to_uppercase(), &ID.replace('-', "")]));
        let fields: Vec<_> = found.iter().map(|(field, _)| field.as_str()).collect();
        assert_eq!(fields, ["listingIDs.1", "listingIDs.3", "listingIDs.5"]);
        assert_eq!(found[1].1, ["The listing IDs.3 must be a valid UUID."]);
    }
}
