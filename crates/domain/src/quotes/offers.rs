//! What a tenant may sell now, and what stands against a stay.

use chrono::{DateTime, Utc};
use thiserror::Error;

use super::{Price, Rates};
use crate::availability::Calendar;
use crate::currencies::Currency;
use crate::ids::{IntegrationAccountId, ListingId, PromotionId, TenantId};
use crate::listings::{Occupancy, TenantListing};
use crate::percentages::Percentage;
use crate::promotions::{Promotion, PromotionChoice, PromotionNotValidError};
use crate::reservations::LapsedHold;
use crate::stays::{Nights, Stay, StayDate};

/// What an account asks for and gives, as its listings are sold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AccountRates {
    /// Put on whoever sells.
    pub markup: Percentage,
    /// Put on where an importer sells.
    pub distribution_markup: Percentage,
    /// Taken off always, if the account says so.
    pub default_discount: Option<Percentage>,
    /// What is taken off where the account says nothing: the workspace's.
    pub workspace_discount: Percentage,
}

/// A promotion that was asked for, of the account of a listing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AskedPromotion {
    /// The promotion.
    pub promotion: Promotion,
    /// Whether it is given on the listing.
    pub is_assigned: bool,
}

/// What a tenant may sell now: a listing of its own or one that it imported, with all that decides whether and for how much.
#[derive(Debug, Clone, PartialEq)]
pub struct Offer {
    /// The listing, as the tenant sees it.
    pub listing: TenantListing,
    /// What its account asks for and gives.
    pub rates: AccountRates,
    /// Its calendar for the nights of the stay. Holds that have lapsed are not in it.
    pub calendar: Calendar,
    /// Holds in the way of the stay that have lapsed, but are stored as if they had not.
    pub lapsed: Vec<LapsedHold>,
    /// The promotion that was asked for, where the account has one that is called so.
    pub promotion: Option<AskedPromotion>,
}

/// A stay that somebody asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AskedStay {
    /// The nights.
    pub stay: Stay,
    /// How many people.
    pub guests: Occupancy,
    /// The currency that the answer is expected in.
    pub currency: Option<Currency>,
    /// The promotion that is asked for.
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
    /// How many people.
    pub guests: Occupancy,
    /// The price.
    pub price: Price,
    /// The promotion that the price has in it.
    pub promotion_id: Option<PromotionId>,
}

/// What a listing does not allow of a stay. The sentence is about the field at fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum StayFault {
    /// It begins before today. About the check-in date.
    #[error("may not lie before {today}, which is today there.")]
    InThePast {
        /// The date on the calendars of the place.
        today: StayDate,
    },
    /// About the check-out date.
    #[error("must lie at least {} nights after the check-in date.", minimum.get())]
    TooFewNights {
        /// The fewest nights of a stay that begins then.
        minimum: Nights,
    },
    /// About the check-out date.
    #[error("may not lie more than {} nights after the check-in date.", maximum.get())]
    TooManyNights {
        /// The most nights of a stay that begins then.
        maximum: Nights,
    },
    /// About the guests.
    #[error("may not be more than {}.", occupancy.get())]
    TooManyGuests {
        /// How many people may stay.
        occupancy: Occupancy,
    },
}

/// Another currency was asked for than the listing's.
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

/// Why a stay has no price: the first that holds.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum OfferRefused {
    /// The listing does not allow it. All faults; there is one at least.
    #[error("the listing does not allow such a stay")]
    Stay(Vec<StayFault>),
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
    /// The importer, where the tenant did not offer a listing of its own.
    pub fn importer(&self, tenant: TenantId) -> Option<TenantId> {
        Some(tenant).filter(|tenant| self.listing.owner != *tenant)
    }

    /// Prices a stay that the tenant wants to sell.
    ///
    /// # Errors
    /// The first reason that prevents it.
    pub fn price(&self, asked: &AskedStay, tenant: TenantId, now: DateTime<Utc>) -> Result<PricedStay, OfferRefused> {
        let AskedStay { stay, guests, currency, promotion } = asked;
        let details = self.listing.listing.details();
        let today = StayDate::new(details.time_zone.unwrap_or_default().today(now));
        let faults = self.faults(*stay, *guests, today);
        if !faults.is_empty() {
            return Err(OfferRefused::Stay(faults));
        }
        let stated = details.start_price.currency();
        if currency.is_some_and(|currency| currency != stated) {
            return Err(CurrencyMismatchError { currency: stated }.into());
        }
        let promotion = promotion.as_ref().map(|_| self.promotion_for(*stay, today)).transpose()?;
        self.is_open(*stay, tenant)?;
        let rates = Rates {
            markup: self.rates.markup,
            distribution_markup: self.importer(tenant).map(|_| self.rates.distribution_markup),
            default_discount: self.rates.default_discount.unwrap_or(self.rates.workspace_discount),
            promotion: promotion.map(|(_, discount)| discount),
        };
        Ok(PricedStay {
            listing_id: self.listing.listing.id(),
            integration_account_id: self.listing.listing.integration_account_id(),
            stay: *stay,
            guests: *guests,
            price: Price::of(self.calendar.nights(*stay).map(|night| night.price), stated, rates),
            promotion_id: promotion.map(|(id, _)| id),
        })
    }

    /// Looks whether the nights can be sold, by this tenant, at whatever price.
    ///
    /// # Errors
    /// Where the listing sleeps, or a night is taken.
    pub fn is_open(&self, stay: Stay, tenant: TenantId) -> Result<(), NotOpenError> {
        match (self.listing.is_available, self.importer(tenant)) {
            (false, Some(_)) => Err(NotOpenError::ImportAsleep),
            (true, _) if self.calendar.is_free(stay) => Ok(()),
            _ => Err(NotOpenError::NotAvailable),
        }
    }

    fn faults(&self, stay: Stay, guests: Occupancy, today: StayDate) -> Vec<StayFault> {
        let occupancy = self.listing.listing.details().max_occupancy;
        let first = self.calendar.night(stay.check_in());
        let minimum = first.minimum_nights;
        let too_many = first.maximum_nights.filter(|maximum| stay.night_count() > *maximum);
        let faults = [
            (stay.check_in() < today).then_some(StayFault::InThePast { today }),
            (stay.night_count() < minimum).then_some(StayFault::TooFewNights { minimum }),
            too_many.map(|maximum| StayFault::TooManyNights { maximum }),
            (guests > occupancy).then_some(StayFault::TooManyGuests { occupancy }),
        ];
        faults.into_iter().flatten().collect()
    }

    fn promotion_for(&self, stay: Stay, today: StayDate) -> Result<(PromotionId, Percentage), PromotionNotValidError> {
        let found = self.promotion.as_ref().filter(|found| found.is_assigned).ok_or(PromotionNotValidError)?;
        Ok((found.promotion.id(), found.promotion.applies(stay, today)?))
    }
}
