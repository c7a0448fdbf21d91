//! Decisions about reservations.

use chrono::{DateTime, Utc};
use thiserror::Error;

use super::{Reservation, ReservationStatus, TenantReservation};
use crate::access::TenantScope;
use crate::audit::{Actor, AuditEntry, Fact, Facts, ResourceKind, Stamp, difference};
use crate::change::Change;
use crate::events::EventData;
use crate::ids::{AuditId, TenantId};
use crate::instants;
use crate::tenants::TenantName;

/// An attempt to confirm a reservation that was cancelled or has expired.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("The reservation is {} and cannot be confirmed.", status.as_str())]
pub struct NotPendingError {
    /// The reservation's status.
    pub status: ReservationStatus,
}

/// A lapsed hold, with its owner, in whose name the expiry is audited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LapsedHold {
    /// The hold.
    pub reservation: Reservation,
    /// The tenant of its account.
    pub owner: TenantId,
    /// The owner's name, for the audit trail.
    pub owner_name: TenantName,
}

/// The tenants that find a change of a reservation in their trails.
#[derive(Clone, Copy)]
pub(super) struct Parties<'a> {
    /// The tenant whose change it is.
    pub(super) tenant: TenantId,
    /// The tenant's name.
    pub(super) name: &'a TenantName,
    /// The owner of the listing.
    pub(super) owner: TenantId,
}

impl<'a> Parties<'a> {
    pub(super) const fn of(scope: &'a TenantScope, owner: TenantId) -> Self {
        Self { tenant: scope.tenant_id(), name: scope.tenant_name(), owner }
    }
}

impl TenantReservation {
    /// The owner or the importer that sold it, whichever is not this tenant.
    pub fn other_than(&self, tenant: TenantId) -> Option<TenantId> {
        other_of(self.owner, self.reservation.parts.sold_by, tenant)
    }
}

fn other_of(owner: TenantId, importer: Option<TenantId>, tenant: TenantId) -> Option<TenantId> {
    [Some(owner), importer].into_iter().flatten().find(|party| *party != tenant)
}

impl Reservation {
    /// Confirms a hold that has not lapsed. Returns `None` if it is confirmed already.
    ///
    /// # Errors
    /// If it was cancelled or has expired: its nights may be sold to others.
    pub fn confirm(
        &self,
        scope: &TenantScope,
        owner: TenantId,
        stamp: Stamp,
    ) -> Result<Option<Change<Self>>, NotPendingError> {
        match self.parts.status {
            ReservationStatus::Confirmed => Ok(None),
            ReservationStatus::Pending if !self.has_lapsed(stamp.at) => {
                let mut after = self.clone();
                after.parts.confirmed_at = Some(stamp.at);
                let parties = Parties::of(scope, owner);
                Ok(Some(self.turned(after, ReservationStatus::Confirmed, parties, stamp, "reservation.confirm")))
            }
            ReservationStatus::Pending => Err(NotPendingError { status: ReservationStatus::Expired }),
            status @ (ReservationStatus::Cancelled | ReservationStatus::Expired) => Err(NotPendingError { status }),
        }
    }

    /// Cancels the reservation and frees its nights. Returns `None` if they are free already. A lapsed hold becomes
    /// expired, not cancelled.
    pub fn cancel(&self, scope: &TenantScope, owner: TenantId, stamp: Stamp) -> Option<Change<Self>> {
        let parties = Parties::of(scope, owner);
        match self.parts.status {
            ReservationStatus::Cancelled | ReservationStatus::Expired => None,
            ReservationStatus::Pending if self.has_lapsed(stamp.at) => {
                let stamp = Stamp { actor: Actor::Operator, ..stamp };
                Some(self.turned(self.clone(), ReservationStatus::Expired, parties, stamp, "reservation.expire"))
            }
            ReservationStatus::Pending | ReservationStatus::Confirmed => {
                let mut after = self.clone();
                after.parts.cancelled_at = Some(stamp.at);
                Some(self.turned(after, ReservationStatus::Cancelled, parties, stamp, "reservation.cancel"))
            }
        }
    }

    fn turned(
        &self,
        mut after: Self,
        status: ReservationStatus,
        parties: Parties<'_>,
        stamp: Stamp,
        action: &'static str,
    ) -> Change<Self> {
        after.parts.status = status;
        after.parts.version += 1;
        after.parts.updated_at = stamp.at;
        let audit = after.entry(parties, stamp, action, difference(self.facts(), after.facts()));
        Change::new(after, audit)
    }

    /// The facts for the audit trail, without the guest and the notes: the guest may ask for their deletion, and the
    /// trail stays.
    pub(super) fn facts(&self) -> Facts {
        let mut facts = self.priced().facts();
        let parts = &self.parts;
        facts.extend([
            ("quoteID", Fact::from(parts.quote_id)),
            ("soldByTenantID", Fact::from(parts.sold_by)),
            ("externalID", Fact::from(parts.external.as_ref().map(|external| &external.id))),
            ("reservationType", Fact::from(parts.kind.as_str())),
            ("status", Fact::from(parts.status.as_str())),
            ("holdExpiresAt", Fact::from(parts.hold_expires_at.map(instants::to_text))),
            ("source", Fact::from(parts.source.as_ref())),
        ]);
        facts
    }

    fn event(&self) -> EventData {
        let priced = self.priced();
        EventData::new([
            ("listingID", Some(priced.listing_id).into()),
            ("integrationAccountID", Some(priced.integration_account_id).into()),
            ("checkInDate", Some(priced.stay.check_in()).into()),
            ("checkOutDate", Some(priced.stay.check_out()).into()),
            ("soldByTenantID", self.parts.sold_by.into()),
        ])
    }

    pub(super) fn entry(
        &self,
        Parties { tenant, name, owner }: Parties<'_>,
        stamp: Stamp,
        action: &'static str,
        (before, after): (Facts, Facts),
    ) -> AuditEntry {
        AuditEntry {
            id: stamp.id,
            workspace_id: self.parts.workspace_id,
            tenant_id: tenant,
            tenant_name: name.to_string(),
            other_tenant_id: other_of(owner, self.parts.sold_by, tenant),
            at: stamp.at,
            actor: stamp.actor,
            action,
            resource_kind: ResourceKind::Reservation,
            resource_id: self.id().as_uuid(),
            resource_name: self.priced().stay.to_string(),
            before,
            after,
            event: Some(self.event()),
        }
    }
}

impl LapsedHold {
    /// Marks a lapsed hold as expired. Returns `None` if it has not lapsed. The author in the audit trail is the
    /// operator, whichever request finds the hold.
    pub fn expire(&self, id: AuditId, at: DateTime<Utc>) -> Option<Change<Reservation>> {
        let Self { reservation, owner, owner_name } = self;
        let stamp = Stamp { id, actor: Actor::Operator, at };
        let expire = || {
            let parties = Parties { tenant: *owner, name: owner_name, owner: *owner };
            let after = reservation.clone();
            reservation.turned(after, ReservationStatus::Expired, parties, stamp, "reservation.expire")
        };
        reservation.has_lapsed(at).then(expire)
    }
}
