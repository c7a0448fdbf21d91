//! Changes that overlap: the first has its locks, and is not yet committed when the second begins.

use std::pin::pin;

use super::Ports;
use crate::Postgres;
use crate::gate::Gate;

/// Declares a test for each sentence about changes that overlap. `$open` is an async function that returns the `Ports` of a
/// PostgreSQL, where a lock may be held for long: on SQLite, changes do not overlap.
#[macro_export]
macro_rules! overlap_suite {
    ($open:path) => {
        $crate::suite! { $open;
            admissions {
                who_is_revoked_meanwhile_changes_no_user_and_no_key,
            }
            api_keys {
                no_key_is_made_for_a_user_who_is_changed_meanwhile,
            }
            approvals {
                a_listing_that_is_deleted_meanwhile_is_not_approved,
            }
            bookings {
                what_is_booked_meanwhile_is_not_deleted,
            }
            account_moves {
                no_account_moves_to_a_tenant_that_is_deactivated_meanwhile,
            }
            deliveries {
                a_listing_that_is_deleted_meanwhile_is_not_delivered,
            }
            erasures {
                a_step_leaves_rows_that_are_being_erased_alone,
                what_is_being_written_is_erased_too,
            }
            events {
                an_import_that_is_removed_meanwhile_does_not_end,
                changes_that_are_being_numbered_are_left_alone,
                events_that_are_being_forgotten_are_forgotten_once,
            }
            holds {
                a_hold_that_is_made_meanwhile_counts,
            }
            idempotency {
                a_user_who_is_deleted_meanwhile_gets_no_idempotency_record,
            }
            integration_accounts {
                an_account_that_is_changed_meanwhile_is_not_deleted,
            }
            listings {
                a_listing_that_is_changed_meanwhile_is_not_deleted,
                a_new_listing_needs_the_approval_that_its_account_requires_meanwhile,
            }
            locations {
                a_location_that_is_changed_meanwhile_is_not_deleted,
                a_location_where_a_user_begins_to_work_meanwhile_is_not_deleted,
            }
            promotions {
                a_promotion_that_is_changed_meanwhile_is_not_deleted,
            }
            reservations {
                a_reservation_of_an_account_that_is_moved_meanwhile_is_not_changed,
            }
            tenants {
                a_tenant_that_is_changed_meanwhile_is_not_deleted,
                a_tenant_is_deleted_with_a_key_that_is_made_meanwhile,
            }
            users {
                nobody_switches_to_a_tenant_that_is_deactivated_meanwhile,
                an_administrator_who_is_revoked_meanwhile_keeps_no_workspace_open,
                a_user_is_deleted_with_a_key_that_is_made_meanwhile,
            }
            webhooks {
                a_webhook_that_is_made_meanwhile_counts,
                a_webhook_that_is_changed_meanwhile_is_not_deleted,
                a_webhook_that_is_deleted_meanwhile_is_not_tested,
            }
            withdrawals {
                what_is_withdrawn_meanwhile_is_not_sold,
                what_is_withdrawn_meanwhile_is_not_imported,
            }
            workspaces {
                after_a_workspace_that_is_made_meanwhile_none_is_the_first,
            }
        }
    };
}

impl Ports {
    /// Runs the first change up to its commit, then the second one until it waits or has ended, then both to their end.
    pub(super) async fn overlap<F: Future, S: Future>(&self, first: F, second: S) -> (F::Output, S::Output) {
        let database = self.database.downcast_ref::<Postgres>().expect("a PostgreSQL");
        let (mut first, mut second) = (pin!(first), pin!(second));
        let mut gate = Gate::close(database).await;
        assert!(gate.run(first.as_mut(), 1).await.is_none(), "the first change was not stored");
        let early = gate.run(second.as_mut(), 2).await;
        gate.open().await;
        let second = async {
            match early {
                Some(done) => done,
                None => second.await,
            }
        };
        tokio::join!(first, second)
    }
}
