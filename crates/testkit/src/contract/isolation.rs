//! The list of the sentences about isolation.

/// Declares a test for each sentence in which another workspace has data, and for some in which connections change their
/// workspace or race.
#[macro_export]
macro_rules! isolation_suite {
    ($open:path) => {
        $crate::suite! { $open;
            api_keys {
                a_key_is_found_and_revoked_in_its_tenant_only,
            }
            approvals {
                another_workspace_decides_on_no_listing,
            }
            audit {
                another_workspace_has_another_trail,
            }
            bookings {
                nobody_books_in_anothers_name,
                of_twenty_who_book_the_same_night_one_wins,
                of_twenty_who_book_with_a_quote_one_wins,
            }
            calendars {
                a_calendar_that_is_gone_or_anothers_is_not_written,
                another_tenant_sees_no_calendar,
            }
            charges {
                another_tenant_reaches_no_charges,
            }
            credentials {
                a_key_is_not_found_through_another_workspace,
                a_tenant_of_another_workspace_cannot_be_named,
            }
            deliveries {
                a_thousand_listings_are_delivered_whole_or_not_at_all,
            }
            erasures {
                what_was_written_meanwhile_is_erased_too,
            }
            event_consumers {
                another_tenant_reaches_no_consumer,
            }
            events {
                twenty_who_number_at_once_number_each_change_once,
                the_oldest_events_are_forgotten,
            }
            feeds {
                another_workspace_reads_its_own_log,
            }
            idempotency {
                a_key_belongs_to_its_user,
                old_idempotency_records_are_forgotten,
                of_twenty_duplicates_one_is_stored,
            }
            import_policies {
                the_owner_sees_who_imports,
            }
            imports {
                another_tenant_reaches_no_import,
            }
            integration_accounts {
                an_identifier_is_taken_once_for_each_provider,
                another_tenant_reaches_no_account,
            }
            listing_texts {
                a_search_for_listings_finds_what_looking_at_each_finds,
                a_search_for_reservations_finds_what_looking_at_each_finds,
            }
            listings {
                the_operator_finds_whose_an_account_is,
                listings_are_found_by_the_ids_of_their_provider,
                another_tenant_reaches_no_listing,
            }
            locations {
                another_tenant_reaches_no_location,
            }
            numbering {
                many_changes_of_a_workspace_delay_no_other,
                effects_are_told_although_others_are_numbered_at_the_same_time,
                twenty_who_number_many_workspaces_number_each_change_once,
            }
            operated_workspaces {
                workspaces_are_found_by_name_and_status,
                a_suspended_workspace_admits_nobody,
                a_workspace_is_counted,
                suspended_workspaces_are_told_to_those_who_wait,
            }
            operators {
                of_twenty_who_repeat_an_operators_request_one_wins,
            }
            promotions {
                another_tenant_reaches_no_promotion,
            }
            quotes {
                another_tenant_finds_no_quote_and_no_offer,
                old_quotes_are_forgotten,
            }
            reservations {
                another_tenant_reaches_no_reservation,
                lapsed_holds_are_found_and_expire,
            }
            search {
                what_would_be_too_much_is_not_looked_at,
                what_is_not_offered_is_not_found,
                a_search_finds_what_looking_at_each_finds,
            }
            tenants {
                tenants_that_are_asked_for_at_once_are_told_apart,
                two_workspaces_may_use_the_same_domain,
                a_tenant_is_not_created_for_a_user_who_is_gone,
                another_workspace_sees_nothing,
            }
            texts {
                a_search_for_a_text_finds_what_looking_at_each_finds,
            }
            users {
                an_email_is_taken_once_whatever_its_case,
                a_user_is_found_at_home_only,
            }
            webhook_deliveries {
                a_webhook_is_delivered_by_one_server_and_taken_over_when_its_lease_ends,
            }
            webhooks {
                a_tenant_sees_and_changes_only_its_own_webhooks,
            }
            workspaces {
                the_concerns_of_a_workspace_are_its_own,
                another_workspace_is_neither_seen_nor_changed,
                of_twenty_who_make_the_first_workspace_one_wins,
            }
        }
    };
}
