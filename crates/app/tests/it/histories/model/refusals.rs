//! The reasons of refusals.

use super::Listing;
use crate::histories::record::{Call, Kind};

impl Listing {
    /// Whether the reason of a refusal holds.
    pub(super) fn refuses(&self, by: usize, call: &Call, code: &str, clock: i64) -> bool {
        let (owns, imports, sees) = (self.owns(by), self.imports(by), self.sees(by));
        let sale = |mark: u16| self.sales.get(&mark);
        match (code, call) {
            // The request was refused before it was looked at.
            ("tenant_inactive" | "busy", _) => true,
            ("listing_not_found", Call::Calendar) => !sees || imports && self.sleeps(),
            ("listing_not_found", Call::Import) => !self.is_there || !sees && !self.is_offered(),
            ("listing_not_found", _) => !sees,
            ("not_the_owner", _) => !owns && imports,
            ("import_asleep", _) => imports && self.sleeps(),
            ("not_available", Call::Book { stay, .. }) => {
                owns && !self.is_open() || sees && !self.is_free(*stay, None, clock)
            }
            ("not_available", Call::Amend { mark, stay }) => {
                owns && !self.is_open() || sees && !self.is_free(*stay, Some(*mark), clock)
            }
            ("validation_failed", Call::Book { kind: Kind::HoldUntil(end), .. }) => *end <= clock,
            (
                "reservation_not_found",
                Call::Amend { mark, .. } | Call::Confirm { mark } | Call::Cancel { mark } | Call::Read { mark },
            ) => self.sale(by, *mark).is_none(),
            ("not_live", Call::Amend { mark, .. }) | ("not_pending", Call::Confirm { mark }) => {
                sale(*mark).is_some_and(|sale| !sale.is_live(clock))
            }
            ("already_imported", Call::Import) => imports,
            ("own_listing", Call::Import) => owns,
            ("import_not_allowed", Call::Import) => self.is_there && !self.allows_import,
            ("not_imported", Call::Remove) => !self.imports[by],
            ("already_there", Call::Move { to }) => self.has_account && self.owner == *to,
            ("target_inactive", Call::Move { to }) => !self.tenants_are_active[*to],
            ("integration_account_not_found", Call::Move { .. }) => !self.has_account,
            ("integration_account_not_found", _) => !self.has_account || self.owner != by,
            ("has_reservations", Call::DeleteListing | Call::DeleteAccount) => !self.sales.is_empty(),
            _ => false,
        }
    }
}
