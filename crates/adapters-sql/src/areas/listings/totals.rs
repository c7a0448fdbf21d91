//! The price of a stay at each listing of a list, computed by the database with the rules of `domain::quotes` and
//! `domain::charges`. A test compares them.
//!
//! All numbers are whole: minor units of the listing's currency, ten-thousandths of amounts, hundredths of percentages, and
//! ten-thousandths of percentages of charges. No product leaves 64 bits.

use std::sync::OnceLock;

use domain::currencies::Currency;
use domain::money::{Money, Total};
use domain::quotes::StayPrice;
use domain::stays::StayDate;
use domain::time_zones::TimeZone;
use ports::{ListingFilter, PricedNights, RepositoryError};
use sea_orm::Value;
use thiserror::Error;

use crate::engine::query::Query;
use crate::engine::rows::{corrupt, sound};

/// The listing's base price, and the percentages of its account, for stays that its rules allow: `?1` to `?2` of `?3` nights
/// for `?4` adults. Without LIMIT, PostgreSQL would repeat the subqueries wherever a column is used.
const BASE: &str = "\
    SELECT {scale} AS scale, rated.markup, \
           CASE WHEN rated.tenant_id <> $2 THEN rated.distribution_markup ELSE 0 END AS distribution_markup, \
           COALESCE(rated.default_discount, workspace.default_discount) AS discount, \
           listing.start_price * ?3 + COALESCE( \
             (SELECT CAST(SUM(night.price - listing.start_price) AS bigint) FROM calendar_nights night \
              WHERE night.workspace_id = $1 AND night.listing_id = listing.id \
                AND night.night >= ?1 AND night.night < ?2 AND night.currency = listing.currency), 0) AS base \
    FROM integration_accounts rated CROSS JOIN workspaces workspace \
    WHERE rated.workspace_id = $1 AND rated.id = listing.integration_account_id AND workspace.id = $1 \
      AND rated.status = 'ACTIVE' AND listing.status = 'ACTIVE' AND listing.is_approved \
      AND listing.max_occupancy >= ?4 \
      AND COALESCE({minimum}, listing.minimum_nights) <= ?3 \
      AND COALESCE({maximum}, listing.maximum_nights, ?3) >= ?3{open} LIMIT 1";

/// A bound of the night of check-in.
const FIRST_NIGHT: &str = "\
    (SELECT night.{bound} FROM calendar_nights night \
     WHERE night.workspace_id = $1 AND night.listing_id = listing.id AND night.night = ?1)";

/// The base price with markups, less the discount.
const SUBTOTAL: &str = "\
    SELECT base.scale, base.base + {markup} + {distribution_markup} - {discount} AS price FROM ({base}) base";

/// The prices with the charges of the kind: `price` with all of them, `taxed` with those on which taxes are taken. What is
/// above the price of any stay only needs to stay so.
const CHARGED: &str = "\
    SELECT summed.scale, summed.before, {price} AS price, {taxed} AS taxed \
    FROM (SELECT MIN(line.scale) AS scale, MIN(line.price) AS before, \
                 MIN(line.price) + COALESCE(CAST(SUM(line.value) AS bigint), 0) AS price, \
                 MIN(line.price) \
                   + COALESCE(CAST(SUM(CASE WHEN line.is_taxable THEN line.value END) AS bigint), 0) AS taxed \
          FROM (SELECT exact.scale, exact.price, exact.is_taxable, \
                       CASE WHEN exact.percentage IS NULL THEN {amount} ELSE {share} END AS value \
                FROM (SELECT below.scale, below.price, below.{of} AS share_of, charge.is_taxable, charge.percentage, \
                             {product} AS product \
                      FROM ({below}) below LEFT JOIN charges charge \
                        ON charge.workspace_id = $1 AND charge.integration_account_id = listing.integration_account_id \
                          AND charge.kind = '{kind}' AND {applies}) exact) line) summed";

/// The condition that a charge applies to the listing on the day of check-in.
const APPLIES: &str = "\
    (NOT charge.is_for_listings OR EXISTS \
      (SELECT 1 FROM charge_listings chosen \
       WHERE chosen.workspace_id = $1 AND chosen.integration_account_id = listing.integration_account_id \
         AND chosen.charge_id = charge.id AND chosen.listing_id = listing.id)) \
    AND (charge.first_check_in IS NULL OR charge.first_check_in <= ?1) \
    AND (charge.last_check_in IS NULL OR charge.last_check_in >= ?1)";

/// The amount times nights and guests, in ten-thousandths.
const PRODUCT: &str = "\
    charge.amount \
    * CASE WHEN charge.basis NOT IN ('PER_NIGHT', 'PER_GUEST_PER_NIGHT') THEN 1 \
           WHEN charge.max_nights < ?3 THEN charge.max_nights ELSE ?3 END \
    * CASE WHEN charge.basis IN ('PER_GUEST', 'PER_GUEST_PER_NIGHT') THEN ?4 ELSE 1 END";

/// The highest price of a stay, in ten-thousandths.
const MOST: &str = "100000000000000000";

/// A stored price of another form.
#[derive(Debug, Error)]
#[error("a price of a stay that is not three numbers")]
struct CorruptPrice;

/// Fills the hole for the price of the stay that the filter asks for.
pub(super) fn shown(query: Query, filter: &ListingFilter) -> Query {
    match filter.price.as_ref().filter(|price| price.is_shown) {
        None => query.fill("stay", "CAST(NULL AS text)"),
        Some(price) => {
            let shown = of_stay(
                "CAST(paid.price AS text) || ' ' || CAST(paid.before AS text) || ' ' || CAST(?3 AS text)",
                price,
            );
            query.fill_all("stay", &shown, values(price))
        }
    }
}

/// Adds the condition that the price of the stay is inside the bounds of the filter.
pub(super) fn bounded(query: Query, filter: &ListingFilter) -> Query {
    let Some(price) = filter.price.as_ref().filter(|price| price.min.is_some() || price.max.is_some()) else {
        return query;
    };
    let least = price.min.map_or(0, Total::ten_thousandths_up);
    let most = price.max.map_or(i64::MAX, Total::ten_thousandths);
    let total = of_stay("paid.price * paid.scale", price);
    // As for free nights: PostgreSQL has no estimate for a CASE.
    let inside = format!("CASE WHEN {total} BETWEEN ?5 AND ?6 THEN 1 END IS NOT NULL");
    query.and_all(&inside, values(price).into_iter().chain([least.into(), most.into()]))
}

/// Reads what [`shown`] has written.
pub(super) fn to_price(text: &str, currency: Currency) -> Result<StayPrice, RepositoryError> {
    let numbers: Vec<i64> = text.split(' ').filter_map(|number| number.parse().ok()).collect();
    let [total, before_taxes, nights] = numbers[..] else { return Err(corrupt("listing", CorruptPrice)) };
    let money = |minor| Money::from_minor(minor, currency);
    Ok(StayPrice {
        nights: sound("listing", nights.try_into())?,
        total: money(total),
        before_taxes: money(before_taxes),
    })
}

fn values(PricedNights { stay, guests, .. }: &PricedNights) -> [Value; 4] {
    [
        stay.check_in().as_date().into(),
        stay.check_out().as_date().into(),
        i64::from(stay.night_count().get()).into(),
        i64::from(guests.get()).into(),
    ]
}

/// Returns a subquery for `result`, of the `price`, the price `before` taxes and the `scale` of a stay at `listing`.
fn of_stay(result: &str, PricedNights { stay, at, .. }: &PricedNights) -> String {
    static PAID: OnceLock<String> = OnceLock::new();
    let paid = PAID.get_or_init(paid).replace("{open}", &open(stay.check_in(), *at));
    format!("(SELECT CASE WHEN paid.price * paid.scale <= {MOST} THEN {result} END FROM ({paid}) paid)")
}

/// Returns the condition that the day of check-in has not passed at the listing.
fn open(check_in: StayDate, at: chrono::DateTime<chrono::Utc>) -> String {
    let passed = TimeZone::all().filter(|zone| zone.today(at) > check_in.as_date());
    let passed: Vec<_> = passed.map(|zone| format!("'{zone}'")).collect();
    match passed.len() {
        0 => String::new(),
        all if all == TimeZone::all().count() => " AND 1 = 0".to_owned(),
        _ => format!(" AND COALESCE(listing.time_zone, 'UTC') NOT IN ({})", passed.join(", ")),
    }
}

fn paid() -> String {
    let first = |bound: &str| FIRST_NIGHT.replace("{bound}", bound);
    let base = BASE
        .replace("{scale}", &scale())
        .replace("{minimum}", &first("minimum_nights"))
        .replace("{maximum}", &first("maximum_nights"));
    let of_base = |rate: &str| share("base.base", &format!("base.{rate}"), 10_000);
    let subtotal = SUBTOTAL
        .replace("{markup}", &of_base("markup"))
        .replace("{distribution_markup}", &of_base("distribution_markup"))
        .replace("{discount}", &of_base("discount"))
        .replace("{base}", &base);
    charged(&charged(&subtotal, "FEE", "price"), "TAX", "taxed")
}

/// Returns the prices of `below` with the charges of a kind, whose percentages are taken of the column `of`.
fn charged(below: &str, kind: &str, of: &str) -> String {
    CHARGED
        .replace("{amount}", &amount())
        .replace("{share}", &share("exact.share_of", "exact.percentage", 1_000_000))
        .replace("{product}", PRODUCT)
        .replace("{applies}", APPLIES)
        .replace("{kind}", kind)
        .replace("{price}", &capped("summed.price"))
        .replace("{taxed}", &capped("summed.taxed"))
        .replace("{of}", of)
        .replace("{below}", below)
}

/// Returns the number of ten-thousandths in a minor unit of the listing's currency.
fn scale() -> String {
    let case = |digits: u32| {
        let codes = Currency::all().filter(|currency| currency.minor_digits() == digits);
        let codes: Vec<_> = codes.map(|currency| format!("'{}'", currency.code())).collect();
        format!("WHEN listing.currency IN ({}) THEN {}", codes.join(", "), 10_i64.pow(4 - digits))
    };
    format!("CASE {} ELSE 100 END", [0, 3, 4].map(case).join(" "))
}

/// Returns a share of a price, rounded half-even: `rate` parts of `whole`.
fn share(price: &str, rate: &str, whole: i64) -> String {
    let (half, double) = (whole / 2, whole * 2);
    // A tie is rounded down if the result is even then. Only the remainder is multiplied, so that no product is too large.
    format!(
        "({price} / {whole} * {rate} + (({price} % {whole}) * {rate} + {half} \
         - CASE WHEN (({price} % {double}) * {rate}) % {double} = {half} THEN 1 ELSE 0 END) / {whole})"
    )
}

fn capped(price: &str) -> String {
    format!("CASE WHEN {price} > {MOST} / summed.scale THEN {MOST} / summed.scale + 1 ELSE {price} END")
}

/// Returns the product of an amount in minor units, rounded half-even.
fn amount() -> String {
    let product = format!("CASE WHEN exact.product > {MOST} THEN {MOST} + 10000 ELSE exact.product END");
    format!(
        "({product} + exact.scale / 2 \
         - CASE WHEN exact.scale > 1 AND exact.product % (2 * exact.scale) = exact.scale / 2 THEN 1 ELSE 0 END) / exact.scale"
    )
}
