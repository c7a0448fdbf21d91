//! Decisions about the charges of an account.

use std::collections::BTreeSet;

use thiserror::Error;

use super::Charge;
use crate::access::TenantScope;
use crate::audit::{Fact, Facts, ResourceKind, Stamp};
use crate::change::Change;
use crate::events::EventData;
use crate::ids::{ChargeId, IntegrationAccountId, ListingId, WorkspaceId};
use crate::integration_accounts::AccountName;

/// The maximum number of charges of an account.
pub const MOST_CHARGES: usize = 50;

/// A charge of an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountCharge {
    /// The charge's id.
    pub id: ChargeId,
    /// The charge.
    pub charge: Charge,
    /// The listings to which it applies; `None` for all listings of the account.
    pub listings: Option<BTreeSet<ListingId>>,
}

/// All charges of an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountCharges {
    parts: AccountChargesParts,
}

/// The stored fields of the charges of an account, for adapters and views.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountChargesParts {
    /// The workspace.
    pub workspace_id: WorkspaceId,
    /// The account.
    pub integration_account_id: IntegrationAccountId,
    /// The account's name, for the audit trail.
    pub account_name: AccountName,
    /// The charges, in the order in which prices show them.
    pub charges: Vec<AccountCharge>,
    /// The version, which each change increments; a write over an older version is refused.
    pub version: i64,
}

/// A charge, as an owner states it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChargeEdit {
    /// The id of the charge that it replaces. A charge without an id is a new one, unless it equals one of the account.
    pub id: Option<ChargeId>,
    /// The charge.
    pub charge: Charge,
    /// The listings to which it applies; `None` for all listings of the account.
    pub listings: Option<BTreeSet<ListingId>>,
}

/// An invalid id of a charge, at a position counted from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum ChargeIdError {
    /// The account has no such charge.
    #[error("is not the id of a charge of the account.")]
    Unknown(usize),
    /// An earlier charge has the id.
    #[error("must be another one than that of the charge before.")]
    Repeated(usize),
}

impl ChargeIdError {
    /// The position of the charge, counted from 0.
    pub const fn position(self) -> usize {
        match self {
            Self::Unknown(position) | Self::Repeated(position) => position,
        }
    }
}

impl AccountCharges {
    /// Creates the charges from stored fields. Checks no rule.
    pub const fn from_parts(parts: AccountChargesParts) -> Self {
        Self { parts }
    }

    /// Returns the fields, to store or to show.
    pub fn into_parts(self) -> AccountChargesParts {
        self.parts
    }

    /// The charges, in the order in which prices show them.
    pub fn charges(&self) -> &[AccountCharge] {
        &self.parts.charges
    }

    /// Replaces all charges. Returns `None` if nothing changes.
    ///
    /// # Errors
    /// Every invalid id.
    pub fn replace(
        &self,
        edits: &[ChargeEdit],
        scope: &TenantScope,
        stamp: Stamp,
        next_id: impl FnMut() -> ChargeId,
    ) -> Result<Option<Change<Self>>, Vec<ChargeIdError>> {
        self.check_ids(edits)?;
        let charges = self.identified(edits, next_id);
        if charges == self.parts.charges {
            return Ok(None);
        }
        let parts = AccountChargesParts { charges, version: self.parts.version + 1, ..self.parts.clone() };
        let after = Self { parts };
        let AccountChargesParts { integration_account_id: account, account_name, .. } = &self.parts;
        let resource = (ResourceKind::IntegrationAccount, account.as_uuid(), account_name.to_string());
        let event = EventData::new([("integrationAccountID", Some(*account).into())]);
        let facts = (self.facts(), after.facts());
        let audit = stamp.entry(scope, "integration_account.update", resource, facts).telling(event);
        Ok(Some(Change::new(after, audit)))
    }

    fn check_ids(&self, edits: &[ChargeEdit]) -> Result<(), Vec<ChargeIdError>> {
        let mut seen = BTreeSet::new();
        let mut errors = Vec::new();
        for (position, id) in edits.iter().enumerate().filter_map(|(position, edit)| Some((position, edit.id?))) {
            if !self.parts.charges.iter().any(|charge| charge.id == id) {
                errors.push(ChargeIdError::Unknown(position));
            } else if !seen.insert(id) {
                errors.push(ChargeIdError::Repeated(position));
            }
        }
        if errors.is_empty() { Ok(()) } else { Err(errors) }
    }

    /// Gives each charge its id. One that is sent without an id keeps that of an equal charge, so that a repeated request
    /// changes nothing.
    fn identified(&self, edits: &[ChargeEdit], mut next_id: impl FnMut() -> ChargeId) -> Vec<AccountCharge> {
        let mut taken: BTreeSet<_> = edits.iter().filter_map(|edit| edit.id).collect();
        let mut id_of = |ChargeEdit { id, charge, listings }: &ChargeEdit| {
            let is_equal = |known: &&AccountCharge| known.charge == *charge && known.listings == *listings;
            let equal = self.parts.charges.iter().filter(is_equal).map(|known| known.id);
            let equal = id.is_none().then_some(equal).into_iter().flatten().find(|known| taken.insert(*known));
            id.or(equal).unwrap_or_else(&mut next_id)
        };
        let identify = |edit: &ChargeEdit| AccountCharge {
            id: id_of(edit),
            charge: edit.charge.clone(),
            listings: edit.listings.clone(),
        };
        edits.iter().map(identify).collect()
    }

    /// The facts of the trail, with the listings of a charge as their number.
    fn facts(&self) -> Facts {
        let text = |AccountCharge { id: _, charge, listings }: &AccountCharge| match listings {
            Some(listings) => format!("{charge} for {} of the listings", listings.len()),
            None => charge.to_string(),
        };
        let charges: Vec<_> = self.parts.charges.iter().map(text).collect();
        vec![("charges", Fact::Text(charges.join("; ")))]
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::super::fixture::parts;
    use super::super::{ChargeBasis, ChargeKind};
    use super::*;
    use crate::access::Permission;
    use crate::access::fixture::{caller, stamp, standing};

    fn fee() -> Charge {
        Charge::new(parts("Charge", ChargeKind::Fee, ChargeBasis::PerStay)).expect("a charge")
    }

    fn scope() -> TenantScope {
        let channel = || standing(2, false);
        caller(channel(), channel(), Permission::Write).tenant_scope(Permission::Write).expect("an active tenant")
    }

    fn edit(id: Option<u128>, charge: &Charge, listings: Option<&[u128]>) -> ChargeEdit {
        let id = id.map(|id| ChargeId::new(Uuid::from_u128(id)));
        let listings = listings.map(|ids| ids.iter().map(|id| ListingId::new(Uuid::from_u128(*id))).collect());
        ChargeEdit { id, charge: charge.clone(), listings }
    }

    fn nothing() -> AccountCharges {
        AccountCharges::from_parts(AccountChargesParts {
            workspace_id: WorkspaceId::new(Uuid::from_u128(1)),
            integration_account_id: IntegrationAccountId::new(Uuid::from_u128(11)),
            account_name: "Host".parse().expect("a name"),
            charges: vec![],
            version: 1,
        })
    }

    /// Replaces the charges; new ones get the next numbers.
    fn replace(
        before: &AccountCharges,
        edits: &[ChargeEdit],
    ) -> Result<Option<Change<AccountCharges>>, Vec<ChargeIdError>> {
        let mut next = ids(before).into_iter().max().unwrap_or(0);
        before.replace(edits, &scope(), stamp(), || {
            next += 1;
            ChargeId::new(Uuid::from_u128(next))
        })
    }

    fn ids(charges: &AccountCharges) -> Vec<u128> {
        charges.charges().iter().map(|charge| charge.id.as_uuid().as_u128()).collect()
    }

    #[test]
    fn charges_are_replaced_as_a_whole_and_keep_their_ids() {
        let fee = fee();
        let tax = Charge::new(parts("Charge", ChargeKind::Tax, ChargeBasis::PerGuestPerNight)).expect("a charge");
        let stated = replace(&nothing(), &[edit(None, &fee, None), edit(None, &tax, Some(&[7]))]).expect("valid");
        let stated = stated.expect("a change");
        assert_eq!((ids(&stated.after), stated.after.clone().into_parts().version), (vec![1, 2], 2));
        assert_eq!((stated.audit.action, stated.audit.resource_name.as_str()), ("integration_account.update", "Host"));
        let told = "Charge, FEE PER_STAY 10; Charge, TAX PER_GUEST_PER_NIGHT 10 for 1 of the listings";
        assert_eq!(stated.audit.before, [("charges", Fact::from(""))]);
        assert_eq!(stated.audit.after, [("charges", Fact::from(told))]);

        let same = [edit(None, &fee, None), edit(Some(2), &tax, Some(&[7]))];
        assert_eq!(replace(&stated.after, &same), Ok(None), "a repeated request changes nothing");
        let turned = [edit(None, &tax, Some(&[7])), edit(None, &fee, None)];
        let turned = replace(&stated.after, &turned).expect("valid").expect("a change");
        assert_eq!(ids(&turned.after), [2, 1], "the order is part of what is shown");
        let edited = replace(&stated.after, &[edit(Some(2), &fee, None)]).expect("valid").expect("a change");
        assert_eq!(ids(&edited.after), [2]);
        assert!(replace(&stated.after, &[]).expect("valid").expect("a change").after.charges().is_empty());
    }

    #[test]
    fn equal_charges_are_several_charges() {
        let fee = fee();
        let two = [edit(None, &fee, None), edit(None, &fee, None)];
        let stated = replace(&nothing(), &two).expect("valid").expect("a change").after;
        assert_eq!(ids(&stated), [1, 2]);
        assert_eq!(replace(&stated, &two), Ok(None));
        let other = [edit(None, &fee, None), edit(Some(1), &fee, None)];
        assert_eq!(ids(&replace(&stated, &other).expect("valid").expect("a change").after), [2, 1]);
    }

    #[test]
    fn a_charge_for_other_listings_is_another_one() {
        let of = |listing| [edit(None, &fee(), Some(&[listing]))];
        let stated = replace(&nothing(), &of(7)).expect("valid").expect("a change").after;
        assert_eq!(ids(&replace(&stated, &of(8)).expect("valid").expect("a change").after), [2]);
    }

    #[test]
    fn ids_that_the_account_does_not_have_and_repeated_ones_are_refused() {
        let fee = fee();
        let stated = replace(&nothing(), &[edit(None, &fee, None)]).expect("valid").expect("a change").after;
        let edits = [edit(Some(1), &fee, None), edit(Some(9), &fee, None), edit(Some(1), &fee, None)];
        let errors = replace(&stated, &edits).expect_err("invalid ids");
        assert_eq!(errors, [ChargeIdError::Unknown(1), ChargeIdError::Repeated(2)]);
        assert_eq!(errors.into_iter().map(ChargeIdError::position).collect::<Vec<_>>(), [1, 2]);
    }
}
