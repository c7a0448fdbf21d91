//! Responses of charges.

use application::enum_schemas::{ChargeBasisWord, ChargeKindWord};
use domain::charges::{AccountCharge, AccountCharges, ChargeParts};
use domain::ids::ListingId;
use domain::stays::Nights;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::response::decimal::Decimal;

/// The fees and taxes of an integration account.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Charges)]
pub(crate) struct ChargesView {
    /// The charges, in the order in which prices show them.
    charges: Vec<ChargeView>,
}

/// A fee or a tax.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Charge)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ChargeView {
    id: Uuid,
    #[schema(example = "City tax")]
    name: String,
    /// The kind: `FEE` or `TAX`.
    kind: ChargeKindWord,
    /// The quantity by which the amount is multiplied; `PERCENTAGE` for a share of the price.
    basis: ChargeBasisWord,
    /// The amount, in the currency of the listing that is sold; null if it is a percentage.
    #[schema(value_type = Option<f64>, example = 2.5)]
    amount: Option<Decimal>,
    /// The percentage; null if it is an amount.
    #[schema(value_type = Option<f64>)]
    percentage: Option<Decimal>,
    /// The number of nights that count at most.
    #[schema(example = 21)]
    max_nights: Option<i32>,
    /// Whether children count as guests.
    counts_children: bool,
    /// Whether percentages of taxes are taken of the fee too; null for a tax.
    is_taxable: Option<bool>,
    /// The listings to which the charge applies; null for all of the account.
    #[serde(rename = "listingIDs")]
    listing_ids: Option<Vec<Uuid>>,
    /// The first day of arrival to which the charge applies.
    #[schema(value_type = Option<chrono::NaiveDate>)]
    first_check_in: Option<String>,
    /// The last day of arrival to which the charge applies.
    #[schema(value_type = Option<chrono::NaiveDate>)]
    last_check_in: Option<String>,
}

impl From<AccountCharges> for ChargesView {
    fn from(charges: AccountCharges) -> Self {
        Self { charges: charges.into_parts().charges.into_iter().map(ChargeView::from).collect() }
    }
}

impl From<AccountCharge> for ChargeView {
    fn from(AccountCharge { id, charge, listings }: AccountCharge) -> Self {
        let ChargeParts {
            name,
            kind,
            basis,
            amount,
            percentage,
            max_nights,
            counts_children,
            is_taxable,
            first_check_in,
            last_check_in,
        } = charge.into_parts();
        Self {
            id: id.as_uuid(),
            name: name.into(),
            kind: kind.into(),
            basis: basis.into(),
            amount: amount.map(Decimal::of),
            percentage: percentage.map(Decimal::of),
            max_nights: max_nights.map(Nights::get),
            counts_children,
            is_taxable,
            listing_ids: listings.map(|listings| listings.into_iter().map(ListingId::as_uuid).collect()),
            first_check_in: first_check_in.map(|date| date.to_string()),
            last_check_in: last_check_in.map(|date| date.to_string()),
        }
    }
}
