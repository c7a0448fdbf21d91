//! Doors for fuzzing: the readers of commands, without their use cases.

use std::fmt::Debug;

use chrono::DateTime;
use domain::ids::ReservationId;
use domain::webhooks::Reach;
use serde::de::DeserializeOwned;
use utoipa::openapi::{RefOr, Schema};
use utoipa::{IntoParams, PartialSchema};
use uuid::Uuid;
use validator::ValidationErrors;

use crate::input::InvalidInput;
use crate::input::reader::{FieldReader, Fields, read};
use crate::{BookingFields, DeliverListings, FindListings, List, ListingFields, WebhookFields};

/// A command whose fields can be checked.
pub trait Check {
    /// Reads the fields like the use case, and returns their errors.
    ///
    /// # Errors
    /// If a field is not valid.
    fn check(&self) -> Result<(), InvalidInput>;
}

impl<F: Fields> Check for F {
    fn check(&self) -> Result<(), InvalidInput> {
        checked(read(self))
    }
}

impl Check for BookingFields {
    fn check(&self) -> Result<(), InvalidInput> {
        checked(self.read(ReservationId::new(Uuid::nil())))
    }
}

impl Check for DeliverListings {
    fn check(&self) -> Result<(), InvalidInput> {
        checked(self.clone().new_listings())
    }
}

impl Check for ListingFields {
    /// Checks the fields of a new listing, or those of an update if they name no account.
    fn check(&self) -> Result<(), InvalidInput> {
        let mut r = FieldReader::default();
        if self.integration_account_id.is_keep() {
            self.edit(&mut r);
            return checked(r.finish(Some(())));
        }
        let new = self.clone().complete().new_listing(&mut r);
        checked(r.finish(new))
    }
}

impl Check for List<FindListings> {
    fn check(&self) -> Result<(), InvalidInput> {
        let mut r = FieldReader::default();
        self.filter.read(&mut r, false, DateTime::UNIX_EPOCH);
        let page = self.paging.read(&mut r);
        checked(r.finish(page))
    }
}

impl Check for WebhookFields {
    /// Checks the fields of a new webhook, or those of an update if they have no URL.
    fn check(&self) -> Result<(), InvalidInput> {
        if self.url.is_keep() {
            return checked(self.edit(Reach::Public));
        }
        checked(self.details(Reach::Public))
    }
}

fn checked<T>(read: Result<T, ValidationErrors>) -> Result<(), InvalidInput> {
    read.map(drop).map_err(InvalidInput::from)
}

/// A command that is a body.
pub trait Body: Check + Debug + DeserializeOwned {
    /// Returns the names of the fields in the document.
    fn names() -> Vec<String>;
}

impl<T: Check + Debug + DeserializeOwned + PartialSchema> Body for T {
    fn names() -> Vec<String> {
        match T::schema() {
            RefOr::T(Schema::Object(object)) => object.properties.into_keys().collect(),
            _ => vec![],
        }
    }
}

/// A command that is a query.
pub trait Query: Debug + DeserializeOwned {
    /// Returns the names of the parameters in the document.
    fn names() -> Vec<String>;
}

impl<T: Debug + DeserializeOwned + IntoParams> Query for T {
    fn names() -> Vec<String> {
        T::into_params(|| None).into_iter().map(|parameter| parameter.name).collect()
    }
}
