//! The admission of requests while their tenant is deactivated and activated.
//!
//! This is not part of the model. A request is admitted when it arrives and may take effect later; and another server than the
//! one that has deactivated the tenant may serve requests for a second. A server that is asked for a deactivation may find it made
//! by another.

use std::time::Duration;

use super::record::{Answer, Call, Op};
use crate::support::REVOKED_WITHIN;

/// Returns a request that was served although its tenant was inactive all the time, or refused although it was active.
pub(super) fn wrong(ops: &[Op]) -> Option<&Op> {
    ops.iter().filter(|op| op.call.is_of_tenant() && op.answer.is_some()).find(|op| match op.refusal() {
        Some("busy") => false,
        Some("tenant_inactive") => is_active_throughout(ops, op),
        _ => is_inactive_throughout(ops, op),
    })
}

/// Returns the changes of the status of the tenant of a request.
fn changes<'a>(ops: &'a [Op], of: &Op, to: bool) -> impl Iterator<Item = &'a Op> {
    let tenant = of.by;
    ops.iter().filter(move |op| op.call == Call::SetTenant { tenant, active: to })
}

fn is_inactive_throughout(ops: &[Op], op: &Op) -> bool {
    changes(ops, op, false).filter(|deactivation| deactivation.answer == Some(Answer::Done)).any(|deactivation| {
        let is_by_another = |made: &Op| {
            let is_undone = |activation: &Op| {
                made.ended.is_some_and(|ended| ended < activation.began)
                    && activation.ended.is_some_and(|ended| ended < deactivation.began)
            };
            let is_other = op.side.is_none() || op.side != made.side;
            is_other
                && deactivation.ended.is_some_and(|ended| made.began <= ended)
                && !changes(ops, op, true).any(is_undone)
        };
        let lag = if changes(ops, op, false).any(is_by_another) { REVOKED_WITHIN } else { Duration::ZERO };
        let is_known = deactivation.ended.is_some_and(|ended| ended + lag < op.began);
        let may_end = |activation: &Op| {
            let is_before = activation.ended.is_some_and(|ended| ended < deactivation.began);
            !is_before && op.ended.is_none_or(|ended| activation.began <= ended)
        };
        is_known && !changes(ops, op, true).any(may_end)
    })
}

fn is_active_throughout(ops: &[Op], op: &Op) -> bool {
    changes(ops, op, false).filter(|deactivation| op.ended.is_none_or(|ended| deactivation.began <= ended)).all(
        |deactivation| {
            changes(ops, op, true).any(|activation| {
                let is_after = deactivation.ended.is_some_and(|ended| ended < activation.began);
                is_after && activation.ended.is_some_and(|ended| ended < op.began)
            })
        },
    )
}
