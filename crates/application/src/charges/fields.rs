//! Charges, as sent.

use std::collections::BTreeSet;

use domain::charges::{Charge, ChargeEdit, ChargeIssue, ChargeParts, MOST_CHARGES};
use domain::ids::ListingId;
use domain::imports::MAX_LISTINGS;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::input::bodies::objects;
use crate::input::enum_schemas::{ChargeBasisWord, ChargeKindWord};
use crate::input::reader::{ENOUGH, FieldReader, Fields};
use crate::input::wire::{bounded, digits};
use crate::input::{REQUIRED, sentence};
use crate::outcome::problem::FieldErrors;

/// The field's name in the request.
pub(super) const CHARGES: &str = "charges";
const LISTINGS: &str = "listingIDs";

objects!(ChargeFields);

/// All charges of an account, in the order in which prices show them. They replace those that there are.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[schema(as = ChargesBody)]
pub struct ReplaceCharges {
    /// The charges; an empty list ends all.
    #[serde(default, deserialize_with = "bounded::<_, _, _, MOST_CHARGES>")]
    #[schema(required, nullable = false, max_items = 50)]
    pub charges: Option<Vec<ChargeFields>>,
}

/// A fee or a tax. It states an `amount`, or, with the basis `PERCENTAGE`, a `percentage`.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[schema(as = ChargeBody)]
#[serde(remote = "Self", rename_all = "camelCase")]
pub struct ChargeFields {
    /// The id of a charge of the account, which this one replaces. A charge without an id is a new one, unless the account
    /// has an equal one.
    #[schema(value_type = Option<uuid::Uuid>)]
    pub id: Option<String>,
    /// The name, which prices show.
    #[schema(required, nullable = false, example = "City tax", min_length = 1, max_length = 255)]
    pub name: Option<String>,
    /// The kind: `FEE` or `TAX`.
    #[schema(value_type = ChargeKindWord, required, nullable = false)]
    pub kind: Option<String>,
    /// The quantity by which the amount is multiplied; `PERCENTAGE` for a share of the price.
    #[schema(value_type = ChargeBasisWord, required, nullable = false)]
    pub basis: Option<String>,
    /// The amount, in the currency of the listing that is sold, with at most 4 decimals.
    #[serde(default, deserialize_with = "digits")]
    #[schema(value_type = Option<f64>, example = 2.5, minimum = 0, maximum = 1_000_000_000)]
    pub amount: Option<String>,
    /// The percentage, with at most 4 decimals. A fee's is taken of the price with markups and discounts, a tax's of that
    /// and the taxable fees.
    #[serde(default, deserialize_with = "digits")]
    #[schema(value_type = Option<f64>, minimum = 0, maximum = 100)]
    pub percentage: Option<String>,
    /// The number of nights that count at most, with the bases `PER_NIGHT` and `PER_GUEST_PER_NIGHT`.
    #[schema(example = 21, minimum = 1, maximum = 3650)]
    pub max_nights: Option<i64>,
    /// Whether children count as guests (default false), with the bases `PER_GUEST` and `PER_GUEST_PER_NIGHT`.
    pub counts_children: Option<bool>,
    /// Whether percentages of taxes are taken of the fee too (default true). A tax has no such field.
    pub is_taxable: Option<bool>,
    /// The listings of the account to which the charge applies; null (default) for all of them.
    #[serde(rename = "listingIDs", default, deserialize_with = "bounded::<_, _, _, MAX_LISTINGS>")]
    #[schema(value_type = Option<Vec<uuid::Uuid>>, max_items = 1_000)]
    pub listing_ids: Option<Vec<String>>,
    /// The first day of arrival to which the charge applies.
    #[schema(value_type = Option<chrono::NaiveDate>)]
    pub first_check_in: Option<String>,
    /// The last day of arrival to which the charge applies.
    #[schema(value_type = Option<chrono::NaiveDate>)]
    pub last_check_in: Option<String>,
}

impl Fields for ReplaceCharges {
    type Values = Vec<ChargeEdit>;

    fn read(&self, r: &mut FieldReader) -> Option<Vec<ChargeEdit>> {
        let Some(charges) = &self.charges else {
            r.refuse(CHARGES, REQUIRED);
            return None;
        };
        r.items(CHARGES, charges, MOST_CHARGES, |r, charge| charge.edit(r))
    }
}

impl ReplaceCharges {
    /// Returns a field error for the first listing ids that are not among those of the account.
    pub(super) fn unknown_listings(&self, known: &BTreeSet<ListingId>) -> FieldErrors {
        let charges = self.charges.iter().flatten().enumerate();
        let ids = charges.flat_map(|(position, charge)| {
            let ids = charge.listing_ids.iter().flatten().enumerate();
            ids.map(move |(place, id)| (format!("{CHARGES}.{position}.{LISTINGS}.{place}"), id))
        });
        let unknown = ids.filter(|(_, id)| id.parse().is_ok_and(|id| !known.contains(&id)));
        let error = |(path, _): (String, _)| {
            let sentence = sentence(&path, "was not found.");
            (path, vec![sentence])
        };
        unknown.map(error).take(ENOUGH).collect()
    }
}

impl ChargeFields {
    fn edit(&self, r: &mut FieldReader) -> Option<ChargeEdit> {
        let id = r.given("id", &self.id);
        let name = r.required("name", &self.name);
        let kind = r.required("kind", &self.kind);
        let basis = r.required("basis", &self.basis);
        let amount = r.given("amount", &self.amount);
        let percentage = r.given("percentage", &self.percentage);
        let max_nights = r.given("maxNights", &self.max_nights);
        let first_check_in = r.given("firstCheckIn", &self.first_check_in);
        let last_check_in = r.given("lastCheckIn", &self.last_check_in);
        let listings = self.listing_ids.as_deref();
        let listings = listings.map(|ids| r.items(LISTINGS, ids, MAX_LISTINGS, FieldReader::item::<_, ListingId>));
        let is_read = amount.is_some() == self.amount.is_some() && percentage.is_some() == self.percentage.is_some();
        let parts = ChargeParts {
            name: name?,
            kind: kind?,
            basis: basis?,
            amount,
            percentage,
            max_nights,
            counts_children: self.counts_children.unwrap_or_default(),
            is_taxable: self.is_taxable,
            first_check_in,
            last_check_in,
        };
        // A number that is not valid is not a missing one.
        let charge = if is_read { Charge::new(parts) } else { return None };
        let refuse = |issues: Vec<_>| issues.into_iter().for_each(|issue| r.refuse(field(issue), issue));
        let listings = listings.flatten().map(BTreeSet::from_iter);
        Some(ChargeEdit { id, charge: charge.map_err(refuse).ok()?, listings })
    }
}

/// Returns the field that breaks a rule.
const fn field(issue: ChargeIssue) -> &'static str {
    match issue {
        ChargeIssue::AmountMissing | ChargeIssue::AmountOfPercentage => "amount",
        ChargeIssue::PercentageMissing | ChargeIssue::PercentageOfAmount => "percentage",
        ChargeIssue::NightsDoNotCount => "maxNights",
        ChargeIssue::GuestsDoNotCount => "countsChildren",
        ChargeIssue::TaxOfTax => "isTaxable",
        ChargeIssue::Reversed => "lastCheckIn",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::InvalidInput;
    use crate::input::reader::read;
    use crate::outcome::problem::Problem;

    fn sent(charges: &str) -> ReplaceCharges {
        serde_json::from_str(&format!(r#"{{ "charges": [{charges}] }}"#)).expect("readable")
    }

    fn field_errors(charges: &str) -> Vec<(String, Vec<String>)> {
        let refused = read(&sent(charges)).err().map(InvalidInput::from);
        refused.and_then(|refused| refused.field_errors().cloned()).unwrap_or_default().into_iter().collect()
    }

    #[test]
    fn each_field_has_its_own_error() {
        let fee = r#""name": "Cleaning", "kind": "FEE", "basis": "PER_STAY", "amount": 50"#;
        let night = r#""name": "Cleaning", "kind": "FEE", "basis": "PER_NIGHT", "amount": 50"#;
        let share = r#""name": "Tax", "kind": "TAX", "basis": "PERCENTAGE""#;
        let long = "x".repeat(256);
        for (charge, field, message) in [
            (fee.to_owned(), "", ""),
            (fee.replace("Cleaning", ""), "name", "may not be empty."),
            (fee.replace("Cleaning", &long), "name", "may not be greater than 255 characters."),
            (fee.replace("Cleaning", r"\u0007"), "name", "may not contain control characters."),
            (fee.replace("FEE", "fee"), "kind", "field is invalid. It must be FEE or TAX."),
            (
                fee.replace("PER_STAY", ""),
                "basis",
                "field is invalid. It must be PER_STAY, PER_NIGHT, PER_GUEST, PER_GUEST_PER_NIGHT or PERCENTAGE.",
            ),
            (fee.replace("50", "null"), "amount", "field is required."),
            (fee.replace("50", "-0.01"), "amount", "must be between 0 and 1000000000."),
            (fee.replace("50", "1000000000.0001"), "amount", "must be between 0 and 1000000000."),
            (fee.replace("50", "0.00001"), "amount", "may not have more than 4 decimals."),
            (fee.replace("50", "1e2"), "amount", "must be a plain decimal number."),
            (format!(r#"{fee}, "percentage": 5"#), "percentage", "may be sent with the basis PERCENTAGE only."),
            (share.to_owned(), "percentage", "field is required."),
            (format!(r#"{share}, "percentage": 100.0001"#), "percentage", "must be between 0 and 100."),
            (
                format!(r#"{share}, "percentage": 5, "amount": 1"#),
                "amount",
                "may not be sent with the basis PERCENTAGE.",
            ),
            (format!(r#"{share}, "percentage": 5, "isTaxable": true"#), "isTaxable", "may be sent with FEE only."),
            (format!(r#"{night}, "maxNights": 0"#), "maxNights", "must be between 1 and 3650."),
            (format!(r#"{night}, "maxNights": 3651"#), "maxNights", "must be between 1 and 3650."),
            (
                format!(r#"{fee}, "maxNights": 1"#),
                "maxNights",
                "may be sent with the bases PER_NIGHT and PER_GUEST_PER_NIGHT only.",
            ),
            (
                format!(r#"{fee}, "countsChildren": true"#),
                "countsChildren",
                "may be true with the bases PER_GUEST and PER_GUEST_PER_NIGHT only.",
            ),
            (format!(r#"{fee}, "id": "1""#), "id", "must be a valid UUID."),
            (format!(r#"{fee}, "listingIDs": ["1"]"#), "listingIDs.0", "must be a valid UUID."),
            (format!(r#"{fee}, "firstCheckIn": "2030-02-30""#), "firstCheckIn", "must be a date, like 2030-01-31."),
            (format!(r#"{fee}, "lastCheckIn": """#), "lastCheckIn", "must be a date, like 2030-01-31."),
            (
                format!(r#"{fee}, "firstCheckIn": "2030-01-02", "lastCheckIn": "2030-01-01""#),
                "lastCheckIn",
                "may not lie before the first check-in.",
            ),
        ] {
            let path = format!("charges.1.{field}");
            let expected = if field.is_empty() { vec![] } else { vec![(path.clone(), vec![sentence(&path, message)])] };
            assert_eq!(field_errors(&format!("{{{fee}}}, {{{charge}}}")), expected, "{charge}");
        }
        let paths: Vec<_> = field_errors("{}").into_iter().map(|(path, _)| path).collect();
        assert_eq!(paths, ["charges.0.basis", "charges.0.kind", "charges.0.name"]);
    }

    #[test]
    fn there_are_charges_and_not_too_many() {
        let missing = InvalidInput::from(read(&ReplaceCharges::default()).expect_err("missing"));
        assert_eq!(missing.field_errors().expect("field errors")["charges"], ["The charges field is required."]);
        assert_eq!(field_errors(""), []);
        for (count, is_fine) in [(MOST_CHARGES, true), (MOST_CHARGES + 1, false)] {
            let fee = r#"{ "name": "Fee", "kind": "FEE", "basis": "PER_STAY", "amount": 1 }"#;
            assert_eq!(field_errors(&vec![fee; count].join(",")).is_empty(), is_fine, "{count}");
        }
        let ids = vec![r#""0192f0c1-7b1e-7000-8000-00000000000a""#; MAX_LISTINGS + 1].join(",");
        let fee =
            format!(r#"{{ "name": "Fee", "kind": "FEE", "basis": "PER_STAY", "amount": 1, "listingIDs": [{ids}] }}"#);
        let path = "charges.0.listingIDs";
        assert_eq!(field_errors(&fee), [(path.to_owned(), vec![sentence(path, "may not have more than 1000 items.")])]);
    }

    #[test]
    fn a_value_of_another_type_is_unreadable() {
        for charge in [
            "1",
            "[]",
            r#"{ "name": 1 }"#,
            r#"{ "amount": "1" }"#,
            r#"{ "percentage": true }"#,
            r#"{ "maxNights": 1.5 }"#,
            r#"{ "countsChildren": "no" }"#,
            r#"{ "isTaxable": 0 }"#,
            r#"{ "listingIDs": "all" }"#,
            r#"{ "listingIDs": [1] }"#,
        ] {
            let body = format!(r#"{{ "charges": [{charge}] }}"#);
            assert!(serde_json::from_str::<ReplaceCharges>(&body).is_err(), "{body}");
        }
    }
}
