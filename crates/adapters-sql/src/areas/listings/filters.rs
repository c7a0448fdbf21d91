//! The conditions of the filters of listings.

use domain::currencies::Currency;
use domain::ids::IntegrationAccountId;
use domain::instants::Edge;
use domain::listings::{ApprovalStatus, Bathrooms, ListingStatus, ProviderId};
use domain::money::Amount;
use domain::numbers::Whole;
use ports::{FreeNights, ListingFilter};

use super::rows::{INTERNAL_NAME, folded};
use super::statements::LISTINGS;
use super::totals::bounded;
use crate::engine::dialect::Dialect;
use crate::engine::query::Query;
use crate::engine::text_search::{containing, containing_before};

/// The condition on the time of the last change, which an index answers.
pub(super) const BY_CHANGE: &str = "listing.updated_at >= ?";

/// Adds the conditions on `listing`, except that on the origin. The condition on the time of the last change is `changed`.
pub(super) fn filtered(query: Query, dialect: &dyn Dialect, filter: &ListingFilter, changed: &str) -> Query {
    let ListingFilter {
        origin: _,
        status,
        approval,
        integration_account_id,
        provider_id,
        guests,
        bedroom_count,
        bathroom_count,
        min_price,
        max_price,
        currency,
        amenities,
        updated_since,
        free,
        price: _,
        around: _,
        q,
    } = filter;
    let query = approval.iter().fold(query, |query, approval| query.and_all(is_decided(*approval), []));
    let query = free.iter().fold(query, |query, nights| free_for(query, *nights));
    let query = bounded(query, filter);
    let query = query
        .and("listing.status = ?", status.map(ListingStatus::as_str))
        .and("listing.integration_account_id = ?", integration_account_id.map(IntegrationAccountId::as_uuid))
        .and("listing.provider_id = ?", provider_id.as_ref().map(ProviderId::as_str))
        .and("listing.max_occupancy >= ?", guests.map(Whole::get))
        .and("listing.bedroom_count >= ?", bedroom_count.map(Whole::get))
        .and("listing.bathroom_tenths >= ?", bathroom_count.map(Bathrooms::tenths))
        .and("listing.start_price_scaled >= ?", min_price.map(Amount::ten_thousandths_up))
        .and("listing.start_price_scaled <= ?", max_price.map(Amount::ten_thousandths))
        .and("listing.currency = ?", currency.map(Currency::code))
        .and(changed, updated_since.map(Edge::instant))
        .and(&LISTINGS.each_has_text(), q.as_ref().map(containing));
    amenities.iter().fold(query, |query, amenity| query.and(dialect.has_amenity(), Some(folded(amenity))))
}

/// Returns the pattern of the searched texts that importers see.
pub(super) fn shown_text(filter: &ListingFilter) -> Option<String> {
    filter.q.as_ref().map(|q| containing_before(INTERNAL_NAME, q))
}

/// Returns the condition on the decision on offering the listing.
const fn is_decided(approval: ApprovalStatus) -> &'static str {
    match approval {
        ApprovalStatus::Pending => "NOT listing.is_approved AND listing.rejection_reason IS NULL",
        ApprovalStatus::Approved => "listing.is_approved",
        ApprovalStatus::Rejected => "listing.rejection_reason IS NOT NULL",
    }
}

/// Adds the condition that the listing is free for these nights.
///
/// PostgreSQL would turn NOT EXISTS into joins, or estimate that hardly any listing remains, and then not read the
/// index of positions nearest first. For this CASE it has no estimate, and checks each listing separately.
fn free_for(query: Query, FreeNights { stay, at }: FreeNights) -> Query {
    let values = [stay.check_in().as_date().into(), stay.check_out().as_date().into(), at.into()];
    query.and_all(
        "CASE WHEN (SELECT 1 FROM calendar_nights night \
                    WHERE night.workspace_id = $1 AND night.listing_id = listing.id AND night.is_blocked \
                      AND night.night >= ?1 AND night.night < ?2 LIMIT 1) IS NULL \
               AND (SELECT 1 FROM reservations stay \
                    WHERE stay.workspace_id = $1 AND stay.listing_id = listing.id \
                      AND stay.status IN ('PENDING', 'CONFIRMED') AND stay.check_out > ?1 AND stay.check_in < ?2 \
                      AND (stay.status = 'CONFIRMED' OR stay.hold_expires_at > ?3) LIMIT 1) IS NULL \
              THEN 1 END IS NOT NULL",
        values,
    )
}
