//! Offers: the listings that a tenant can sell now, and the checks of a requested stay.

use chrono::{DateTime, Utc};
use thiserror::Error;

use super::{GuestCount, Price, Rates};
use crate::availability::Calendar;
use crate::charges::{Charge, PriceTooHighError};
use crate::currencies::Currency;
use crate::ids::{IntegrationAccountId, ListingId, PromotionId, TenantId};
use crate::listings::{Companions, ListingDetails, Occupancy, TenantListing};
use crate::percentages::Percentage;
use crate::promotions::{Promotion, PromotionChoice, PromotionNotValidError};
use crate::reservations::{ImporterHoldHours, LapsedHold};
use crate::stays::{Nights, Stay, StayDate};

/// The markups and discounts of an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AccountRates {
    /// The markup of every sale.
    pub markup: Percentage,
    /// The additional markup if an importer sells.
    pub distribution_markup: Percentage,
    /// The discount of every sale, if the account has its own.
    pub default_discount: Option<Percentage>,
    /// The workspace's discount, used if the account has none.
    pub workspace_discount: Percentage,
}

impl AccountRates {
    /// The markups and discounts of a sale, by an importer or not, with the discount of a promotion or without.
    pub fn of_sale(&self, is_imported: bool, promotion: Option<Percentage>) -> Rates {
        Rates {
            markup: self.markup,
            distribution_markup: is_imported.then_some(self.distribution_markup),
            default_discount: self.default_discount.unwrap_or(self.workspace_discount),
            promotion,
        }
    }
}

/// A requested promotion of the listing's account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AskedPromotion {
    /// The promotion.
    pub promotion: Promotion,
    /// Whether it is assigned to the listing.
    pub is_assigned: bool,
}

/// A listing that the tenant owns or imports, with the data for deciding whether a stay can be sold, and for its price.
#[derive(Debug, Clone, PartialEq)]
pub struct Offer {
    /// The listing, as the tenant sees it.
    pub listing: TenantListing,
    /// The markups and discounts of its account.
    pub rates: AccountRates,
    /// The charges of its account that apply to the listing.
    pub charges: Vec<Charge>,
    /// The maximum hours for which importers of the workspace may hold nights.
    pub longest_importer_hold: ImporterHoldHours,
    /// Its calendar for the nights of the stay, without lapsed holds.
    pub calendar: Calendar,
    /// Lapsed holds that overlap the stay and are not yet stored as expired.
    pub lapsed: Vec<LapsedHold>,
    /// The requested promotion, if the account has it.
    pub promotion: Option<AskedPromotion>,
}

/// A requested stay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestedStay {
    /// The nights.
    pub stay: Stay,
    /// The guests.
    pub guests: GuestCount,
    /// The requested currency of the price.
    pub currency: Option<Currency>,
    /// The requested promotion.
    pub promotion: Option<PromotionChoice>,
}

/// A stay with its price.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PricedStay {
    /// The listing.
    pub listing_id: ListingId,
    /// The listing's account; never changes.
    pub integration_account_id: IntegrationAccountId,
    /// The nights.
    pub stay: Stay,
    /// The guests.
    pub guests: GuestCount,
    /// The price.
    pub price: Price,
    /// The promotion that is included in the price.
    pub promotion_id: Option<PromotionId>,
}

/// The sale whose stay is amended.
#[derive(Debug, Clone, Copy)]
pub struct AmendedSale<'a> {
    /// The stay before.
    pub before: &'a PricedStay,
    /// The tenant that sells it.
    pub seller: TenantId,
}

/// A rule of the listing that a stay breaks. The message is about the field that breaks it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum StayIssue {
    /// A check-in before today. About the check-in date.
    #[error("may not lie before {today}, which is today there.")]
    InThePast {
        /// The local date of the place.
        today: StayDate,
    },
    /// A stay that is too short. About the check-out date.
    #[error("must lie at least {} nights after the check-in date.", minimum.get())]
    TooFewNights {
        /// The minimum nights of a stay that begins then.
        minimum: Nights,
    },
    /// A stay that is too long. About the check-out date.
    #[error("may not lie more than {} nights after the check-in date.", maximum.get())]
    TooManyNights {
        /// The maximum nights of a stay that begins then.
        maximum: Nights,
    },
    /// Too many guests. About the guests.
    #[error("may not be more than {}.", occupancy.get())]
    TooManyGuests {
        /// The maximum number of guests.
        occupancy: Occupancy,
    },
    /// Too many infants. About the infants.
    #[error("may not be more than {}.", maximum.get())]
    TooManyInfants {
        /// The maximum number of infants.
        maximum: Companions,
    },
    /// Pets where none are allowed. About the pets.
    #[error("are not allowed.")]
    NoPets,
    /// A price above that of any stay. About the check-out date.
    #[error("makes the stay cost more than any stay may.")]
    PriceTooHigh,
}

/// The error for a requested currency that is not the listing's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("The listing is priced in {}.", currency.code())]
pub struct CurrencyMismatchError {
    /// The listing's currency.
    pub currency: Currency,
}

/// A listing whose nights cannot be sold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum NotOpenError {
    /// The listing is imported, and its owner does not offer it at present.
    #[error("The listing is not offered by its owner at present.")]
    ImportAsleep,
    /// One of the nights is sold or blocked, or the tenant's own listing is not offered.
    #[error("The listing is not available for these nights.")]
    NotAvailable,
}

/// The first reason for which a stay cannot be sold. A sleeping import is reported before any other reason.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum OfferRefused {
    /// All rules of the listing that the stay breaks; at least one.
    #[error("the listing does not allow such a stay")]
    Stay(Vec<StayIssue>),
    /// The price would be in another currency.
    #[error(transparent)]
    Currency(#[from] CurrencyMismatchError),
    /// The promotion does not apply.
    #[error(transparent)]
    Promotion(#[from] PromotionNotValidError),
    /// The nights cannot be sold.
    #[error(transparent)]
    NotOpen(#[from] NotOpenError),
}

impl Offer {
    /// The tenant, if it sells a listing of another tenant.
    pub fn importer(&self, tenant: TenantId) -> Option<TenantId> {
        Some(tenant).filter(|tenant| self.listing.owner != *tenant)
    }

    /// Prices a stay for the tenant that wants to sell it.
    ///
    /// # Errors
    /// The first reason that prevents it.
    pub fn price(
        &self,
        requested: &RequestedStay,
        tenant: TenantId,
        now: DateTime<Utc>,
    ) -> Result<PricedStay, OfferRefused> {
        self.price_of(requested, None, tenant, now)
    }

    /// Prices another stay of a reservation for the tenant that amends it, as the seller would sell it now. What stays as
    /// it was breaks no rule, the reservation's own nights are not in its way, and its promotion counts if it applies.
    ///
    /// # Errors
    /// The first reason that prevents it.
    pub fn price_amendment(
        &self,
        requested: &RequestedStay,
        sale: &AmendedSale<'_>,
        tenant: TenantId,
        now: DateTime<Utc>,
    ) -> Result<PricedStay, OfferRefused> {
        self.price_of(requested, Some(sale), tenant, now)
    }

    fn price_of(
        &self,
        requested: &RequestedStay,
        amended: Option<&AmendedSale<'_>>,
        tenant: TenantId,
        now: DateTime<Utc>,
    ) -> Result<PricedStay, OfferRefused> {
        // First, because an importer learns nothing else about a sleeping import.
        self.is_awake(tenant)?;
        let RequestedStay { stay, guests, currency, promotion } = requested;
        let before = amended.map(|sale| sale.before);
        let details = self.listing.listing.details();
        let today = StayDate::new(details.time_zone.unwrap_or_default().today(now));
        let issues = self.issues(*stay, *guests, today, before);
        if !issues.is_empty() {
            return Err(OfferRefused::Stay(issues));
        }
        let stated = details.start_price.currency();
        if currency.is_some_and(|currency| currency != stated) {
            return Err(CurrencyMismatchError { currency: stated }.into());
        }
        let promotion = match promotion.as_ref().map(|_| self.promotion_for(*stay, today)).transpose() {
            Err(_) if amended.is_some() => None,
            promotion => promotion?,
        };
        self.is_open_but_for(*stay, before.map(|before| before.stay), tenant)?;
        let seller = amended.map_or(tenant, |sale| sale.seller);
        let rates = self.rates.of_sale(self.importer(seller).is_some(), promotion.map(|(_, discount)| discount));
        let nights = self.calendar.nights(*stay).map(|night| night.price);
        let price = Price::of(nights, stated, rates).with_charges(&self.charges, &guests.charged(*stay));
        Ok(PricedStay {
            listing_id: self.listing.listing.id(),
            integration_account_id: self.listing.listing.integration_account_id(),
            stay: *stay,
            guests: *guests,
            price: price.map_err(|PriceTooHighError| OfferRefused::Stay(vec![StayIssue::PriceTooHigh]))?,
            promotion_id: promotion.map(|(id, _)| id),
        })
    }

    /// Checks that this tenant can sell the nights, at any price.
    ///
    /// # Errors
    /// If the import is asleep, or a night is not available.
    pub fn is_open(&self, stay: Stay, tenant: TenantId) -> Result<(), NotOpenError> {
        self.is_open_but_for(stay, None, tenant)
    }

    fn is_open_but_for(&self, stay: Stay, own: Option<Stay>, tenant: TenantId) -> Result<(), NotOpenError> {
        self.is_awake(tenant)?;
        let is_open = self.listing.unavailable.is_none() && self.calendar.is_free_but_for(stay, own);
        if is_open { Ok(()) } else { Err(NotOpenError::NotAvailable) }
    }

    fn is_awake(&self, tenant: TenantId) -> Result<(), NotOpenError> {
        self.listing.asleep(tenant).map_or(Ok(()), |_| Err(NotOpenError::ImportAsleep))
    }

    fn issues(&self, stay: Stay, guests: GuestCount, today: StayDate, before: Option<&PricedStay>) -> Vec<StayIssue> {
        let ListingDetails { max_occupancy: occupancy, max_infants, pets_allowed, .. } =
            *self.listing.listing.details();
        let first = self.calendar.night(stay.check_in());
        let minimum = first.minimum_nights;
        let too_many = first.maximum_nights.filter(|maximum| stay.night_count() > *maximum);
        let too_many_infants = max_infants.filter(|maximum| guests.infants() > *maximum);
        let arrives = before.is_none_or(|before| before.stay.check_in() != stay.check_in());
        let stays = before.is_none_or(|before| before.stay != stay);
        let come = before.is_none_or(|before| before.guests != guests);
        let issues = [
            (arrives && stay.check_in() < today).then_some(StayIssue::InThePast { today }),
            (stays && stay.night_count() < minimum).then_some(StayIssue::TooFewNights { minimum }),
            too_many.filter(|_| stays).map(|maximum| StayIssue::TooManyNights { maximum }),
            (come && guests.guests() > occupancy).then_some(StayIssue::TooManyGuests { occupancy }),
            too_many_infants.filter(|_| come).map(|maximum| StayIssue::TooManyInfants { maximum }),
            (come && guests.pets() > Companions::LEAST && pets_allowed == Some(false)).then_some(StayIssue::NoPets),
        ];
        issues.into_iter().flatten().collect()
    }

    fn promotion_for(&self, stay: Stay, today: StayDate) -> Result<(PromotionId, Percentage), PromotionNotValidError> {
        let found = self.promotion.as_ref().filter(|found| found.is_assigned).ok_or(PromotionNotValidError)?;
        Ok((found.promotion.id(), found.promotion.applies(stay, today)?))
    }
}
