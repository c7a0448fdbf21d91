//! The callers of an attack.

use crate::calls::{ADMIN, Call, OPERATOR, READ, WRITE};
use crate::client::Client;
use crate::document::Operation;
use crate::side::Side;

/// The kind of ids of what is there and was never the attacker's.
pub(crate) const FOREIGN: &str = "foreign";
/// The kind of ids of what an attacker has owned.
pub(crate) const MOVED: &str = "moved away";
/// Operations that a key of a deactivated tenant may call.
const AT_ANY_STATUS: [&str; 2] = ["getMe", "switchTenant"];

/// A caller, and what it may do.
#[derive(Debug, Clone)]
pub(crate) struct Attacker {
    /// The key and the tenant that it names, in words.
    pub(crate) way: String,
    pub(crate) client: Client,
    /// Its own things.
    pub(crate) own: Side,
    pub(crate) standing: Standing,
    /// Whether it plays every place and kind of id, or the paths only.
    pub(crate) is_thorough: bool,
}

/// The standing of a caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    /// Refused everywhere.
    Refused,
    /// A key of operators, which is refused outside of their operations.
    Operator,
    /// Refused, except where the status of its tenant does not matter.
    Inactive,
    /// A key of a sibling tenant, with this permission.
    Sibling(&'static str),
    /// An administrator of the workspace in the context of a sibling, who may switch to any tenant.
    Administrator,
    /// A key of another workspace.
    Elsewhere,
}

impl Attacker {
    /// Whether an operation must be refused, whatever it names.
    pub(crate) fn must_be_refused(&self, operation: &str, call: &Call) -> bool {
        match self.standing {
            _ if call.permission == OPERATOR => true,
            Standing::Refused | Standing::Operator => true,
            Standing::Inactive => !AT_ANY_STATUS.contains(&operation),
            Standing::Sibling(permission) => call.needs_authority() || !includes(permission, call.permission),
            Standing::Administrator => call.needs_authority(),
            Standing::Elsewhere => false,
        }
    }

    /// Whether the operation is the attacker's right, and would do harm.
    pub(crate) fn may_not_send(&self, operation: &Operation) -> bool {
        match self.standing {
            Standing::Administrator => operation.name == "switchTenant",
            Standing::Operator => operation.is_for_operators(),
            _ => false,
        }
    }

    /// Whether it reads anything.
    pub(crate) const fn is_let_in(&self) -> bool {
        !matches!(self.standing, Standing::Refused | Standing::Operator | Standing::Inactive)
    }

    /// Whether the contract lets it learn more of the id than that it is unknown: importing tells a sibling why a
    /// listing cannot be imported, and the trail of what an attacker has owned stays its own.
    pub(crate) fn may_learn(&self, operation: &str, kind: &str) -> bool {
        let is_near = self.standing != Standing::Elsewhere;
        let says_why = kind == FOREIGN || kind == MOVED;
        is_near && operation == "importListings" && says_why
            || kind == MOVED && ["listAudit", "countAudit"].contains(&operation)
    }
}

/// Whether a permission includes another.
fn includes(permission: &str, other: &str) -> bool {
    let rank = |permission: &str| [READ, WRITE, ADMIN].iter().position(|known| *known == permission);
    rank(permission) >= rank(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_permission_includes_the_ones_before_it() {
        assert!(includes(ADMIN, READ) && includes(WRITE, WRITE) && includes(READ, READ));
        assert!(!includes(READ, WRITE) && !includes(WRITE, ADMIN));
    }
}
