//! The listing ids of a request.

use std::borrow::Cow;

use domain::ids::ListingId;
use domain::imports::MAX_LISTINGS;
use validator::{Validate, ValidationErrors};

use crate::input::{InvalidInput, REQUIRED, invalid};
use crate::outcome::problem::FieldErrors;

/// The field's name in the request.
const FIELD: &str = "listingIDs";

/// The requested listings, as sent: `listingIDs`, 1 to 1,000 of them.
#[derive(Debug, Clone, Default)]
pub struct ListingIds {
    /// The ids.
    pub listing_ids: Option<Vec<String>>,
}

impl Validate for ListingIds {
    fn validate(&self) -> Result<(), ValidationErrors> {
        let mut errors = ValidationErrors::new();
        let mut refuse = |field: Cow<'static, str>, phrase: &str| {
            let mut error = invalid(phrase);
            error.code = field;
            errors.add("listing_ids", error);
        };
        match &self.listing_ids {
            None => refuse(FIELD.into(), REQUIRED),
            Some(ids) if !(1..=MAX_LISTINGS).contains(&ids.len()) => {
                refuse(FIELD.into(), &format!("must be 1 to {MAX_LISTINGS} ids."));
            }
            Some(ids) => {
                for (position, id) in ids.iter().enumerate() {
                    if let Err(error) = id.parse::<ListingId>() {
                        refuse(at(position).into(), &error.to_string());
                    }
                }
            }
        }
        if errors.is_empty() { Ok(()) } else { Err(errors) }
    }
}

impl ListingIds {
    /// Returns the ids in the order of the request.
    pub(crate) fn ids(&self) -> Result<Vec<ListingId>, InvalidInput> {
        let ids = self.listing_ids.iter().flatten().map(|id| id.parse());
        ids.collect::<Result<_, _>>().map_err(|error| InvalidInput::new(FIELD, error))
    }

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
    use crate::input::valid;
    use crate::outcome::problem::Problem;

    const ID: &str = "0192f0c1-7b1e-7000-8000-00000000000a";

    fn field_errors(ids: Option<&[&str]>) -> Vec<(String, Vec<String>)> {
        let listing_ids = ids.map(|ids| ids.iter().map(|id| (*id).to_owned()).collect());
        let invalid = valid(&ListingIds { listing_ids }).err();
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
