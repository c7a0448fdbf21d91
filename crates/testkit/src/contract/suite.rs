//! The list of all sentences.

/// Declares a test for each sentence. `$open` is an async function that returns `Ports`.
#[macro_export]
macro_rules! suite {
    ($open:path) => {
        $crate::suite! { $open;
            admissions {
                what_a_caller_has_decided_who_is_revoked_meanwhile_is_not_stored,
                an_administrator_who_is_revoked_meanwhile_sets_no_status,
                no_key_is_made_after_its_maker_was_revoked,
            }
            approvals {
                a_decision_comes_back_as_it_was_stored,
                what_is_not_approved_is_found_and_imported_by_no_other,
                a_decision_on_a_listing_that_has_changed_is_stale,
                of_twenty_who_decide_on_a_listing_each_wins_once,
                a_new_listing_is_decided_on_as_its_account_says,
                another_workspace_decides_on_no_listing,
                every_decision_leaves_one_entry,
            }
            audit {
                an_entry_comes_back_as_it_was_written,
                a_channel_sees_its_own_entries_and_the_default_tenant_all,
                what_an_importer_sells_stands_in_two_trails,
                a_trail_of_own_and_others_entries_is_read_in_pages,
                another_workspace_has_another_trail,
                entries_are_found_by_action_resource_and_tenant,
                a_span_begins_with_its_first_instant_and_ends_before_its_last,
                the_trail_is_read_in_pages_and_walked,
                the_trail_outlives_what_it_speaks_of,
            }
            bookings {
                a_night_is_sold_once,
                of_twenty_who_book_the_same_night_one_wins,
                a_blocked_night_is_not_sold,
                nights_that_were_given_back_are_sold_again,
                a_quote_is_booked_with_once,
                of_twenty_who_book_with_a_quote_one_wins,
                an_external_id_is_taken_once_for_each_seller,
                of_twenty_who_give_the_same_external_id_one_wins,
                nobody_books_in_anothers_name,
            }
            amendments {
                an_amended_reservation_comes_back_as_it_was_stored,
                an_amendment_takes_its_nights_as_a_booking_does,
                an_amendment_of_an_old_reservation_is_stale,
                a_lapsed_hold_makes_way_for_an_amendment,
                of_twenty_who_change_a_reservation_one_wins,
                of_twenty_who_book_or_amend_to_the_same_night_one_wins,
                of_amendments_and_a_block_at_once_each_is_whole,
                what_may_not_be_sold_any_more_takes_no_other_nights,
                another_tenant_amends_no_reservation,
                an_amendment_leaves_one_entry_and_one_event,
            }
            numbering {
                many_changes_of_a_workspace_delay_no_other,
                effects_are_told_although_others_are_numbered_at_the_same_time,
                twenty_who_number_many_workspaces_number_each_change_once,
            }
            withdrawals {
                what_may_not_be_sold_any_more_is_not_sold,
                nothing_is_sold_once_it_may_not_be,
            }
            event_consumers {
                a_consumer_comes_back_as_it_was_stored,
                a_tenant_has_so_many_consumers,
                of_twenty_who_create_consumers_so_many_win_as_may,
                of_twenty_who_create_the_same_consumer_one_wins,
                a_change_of_an_old_consumer_is_stale,
                consumers_end_with_their_tenant,
                another_tenant_reaches_no_consumer,
                a_consumer_is_behind_in_a_feed_and_in_the_log,
            }
            feeds {
                a_log_without_events_begins_at_one,
                a_page_is_read_after_a_position_and_says_how_far_it_has_read,
                a_tenant_reads_its_feed_and_the_default_tenant_the_log,
                types_select_events_and_pass_the_others_over,
                an_event_is_read_as_it_was_told,
                another_workspace_reads_its_own_log,
            }
            holds {
                a_hold_that_has_lapsed_makes_way,
                a_hold_that_was_changed_since_does_not_make_way,
                of_twenty_who_meet_a_lapsed_hold_one_wins,
                an_importer_holds_so_many_stays_of_one_owner,
                of_twenty_who_hold_stays_of_one_owner_so_many_win_as_may,
            }
            calendars {
                a_calendar_comes_back_as_it_was_written,
                ten_years_are_written_at_once,
                a_price_waits_for_its_currency,
                a_calendar_that_is_gone_or_anothers_is_not_written,
                of_twenty_who_write_at_once_none_loses_anything,
                a_calendar_shows_what_is_sold_at_an_instant,
                a_night_that_is_sold_may_be_blocked,
                another_tenant_sees_no_calendar,
                an_importer_sees_no_calendar_of_what_sleeps,
                an_edit_of_a_calendar_leaves_one_entry,
                an_edit_that_changes_no_night_leaves_no_entry,
            }
            credentials {
                a_credential_holds_the_key_its_user_and_the_tenants_at_play,
                an_unknown_key_is_none,
                a_key_is_not_found_through_another_workspace,
                a_tenant_of_another_workspace_cannot_be_named,
            }
            deliveries {
                what_is_delivered_is_stored_and_delivered_again_is_unchanged,
                a_thousand_listings_are_delivered_whole_or_not_at_all,
                a_delivery_that_was_decided_on_what_has_changed_is_stale,
                of_twenty_who_deliver_the_same_new_listings_one_wins,
                deliveries_and_changes_at_once_see_each_other,
            }
            events {
                every_change_is_numbered_once_without_gaps,
                conflicting_changes_stand_in_the_order_in_which_they_took_effect,
                twenty_who_number_at_once_number_each_change_once,
                each_workspace_has_its_own_positions,
                each_feed_has_the_position_of_its_last_event,
                an_event_keeps_the_trace_of_its_change_for_its_own_tenant,
                a_commit_wakes_the_numbering,
                a_change_of_a_tenant_is_told_to_it_and_to_the_default_tenant,
                a_reservation_is_told_to_its_owner_and_its_seller,
                a_change_of_a_listing_is_told_to_its_importers,
                imports_are_told_to_the_owners_of_the_listings,
                importers_are_told_when_their_imports_fall_asleep_and_wake,
                an_importer_is_told_nothing_of_what_sleeps,
                an_importer_is_not_told_what_it_could_not_read_any_more,
                importers_fall_asleep_and_wake_each_for_itself,
                a_move_is_told_to_source_target_and_importers,
                importers_are_told_that_their_imports_ended,
                the_effects_of_a_mass_change_are_told_in_bounded_transactions,
                the_oldest_events_are_forgotten,
                each_workspace_forgets_its_own_old_events,
                a_refused_change_leaves_no_event,
            }
            erasures {
                an_erased_workspace_leaves_a_line,
                each_erasure_counts_its_own_rows,
                a_workspace_that_is_being_erased_is_not_found_by_its_name,
                the_operator_finds_nobody_to_write_for_meanwhile,
                what_was_written_meanwhile_is_erased_too,
                a_table_whose_rows_are_referred_to_is_stale,
                of_twenty_who_erase_at_once_each_deletes_what_the_others_do_not,
                an_old_workspace_is_not_erased,
            }
            import_policies {
                a_policy_comes_back_as_it_was_stored,
                a_policy_says_who_finds_and_imports,
                imports_sleep_while_a_policy_excludes_them,
                nothing_is_imported_or_sold_once_a_policy_excludes_it,
                the_owner_sees_who_imports,
            }
            imports {
                what_is_imported_is_there_until_it_is_removed,
                a_candidate_says_whose_it_is_and_what_stands_against_it,
                what_has_changed_since_is_not_imported,
                nothing_is_imported_for_a_tenant_that_is_gone,
                a_deleted_tenant_leaves_no_import,
                what_is_not_imported_is_not_removed,
                a_thousand_listings_are_imported_and_removed_at_once,
                another_tenant_reaches_no_import,
                every_step_of_imports_leaves_one_entry,
            }
            import_races {
                of_twenty_who_import_the_same_listing_one_wins,
                of_twenty_who_import_the_same_listings_in_any_order_one_wins,
                nothing_is_imported_once_it_is_not_allowed,
                imports_and_a_move_at_once_leave_nobody_with_its_own_listing,
                imports_and_a_deletion_of_their_tenant_at_once_leave_nothing,
            }
            integration_accounts {
                an_account_comes_back_as_it_was_stored,
                an_identifier_is_taken_once_for_each_provider,
                of_twenty_who_connect_the_same_account_one_wins,
                an_account_of_a_tenant_that_is_gone_is_not_stored,
                a_change_of_an_old_account_is_stale,
                of_twenty_who_update_an_account_one_wins,
                a_deleted_account_is_gone_with_its_listings_and_their_imports,
                accounts_are_found_by_provider_and_status,
                accounts_are_found_by_a_part_of_a_text,
                another_tenant_reaches_no_account,
                a_tenant_with_accounts_is_not_deleted,
                accounts_and_a_deletion_of_their_tenant_at_once_leave_none_astray,
                every_change_of_an_account_leaves_its_entries,
            }
            account_moves {
                a_moved_account_belongs_to_the_target,
                no_account_moves_to_a_tenant_that_is_inactive_or_gone,
                of_twenty_who_move_an_account_one_wins,
            }
            large_lists {
                few_and_many_changes_are_listed_by_id,
                a_list_of_many_around_a_place_shows_what_looking_at_each_shows,
            }
            listing_lists {
                every_filter_keeps_what_matches,
                pages_over_accounts_and_imports_join_without_gaps,
                an_imported_listing_says_so_and_whether_it_sleeps,
                each_own_listing_says_whether_its_account_is_active,
                an_import_that_sleeps_matches_no_filter_but_the_origin,
                a_list_shows_the_beginning_of_what_is_long,
            }
            listings {
                a_listing_comes_back_as_it_was_stored,
                a_changed_listing_comes_back_as_it_was_stored,
                an_account_says_what_a_listing_takes_from_it,
                the_operator_finds_whose_an_account_is,
                a_listing_of_an_account_that_is_gone_is_not_stored,
                a_provider_id_is_taken_once_in_its_account,
                of_twenty_who_create_the_same_provider_id_one_wins,
                an_update_of_an_old_listing_is_stale,
                of_twenty_who_update_a_listing_one_wins,
                deleting_an_old_listing_is_stale,
                a_deleted_listing_takes_its_imports_with_it,
                an_import_and_a_deletion_of_its_listing_at_once_leave_nothing,
                a_listing_whose_account_moved_away_is_stale,
                listings_are_found_by_the_ids_of_their_provider,
                another_tenant_reaches_no_listing,
                every_change_of_a_listing_leaves_one_entry,
            }
            lists {
                pages_follow_each_other_without_gaps,
                an_after_walk_sees_what_pages_see,
                names_match_whole_and_without_case,
                texts_are_found_anywhere_and_mean_themselves,
                a_status_filters,
                the_database_is_ready_once_it_is_migrated,
            }
            locations {
                a_location_comes_back_as_it_was_stored,
                a_changed_location_comes_back_as_it_was_stored,
                a_location_of_a_tenant_that_is_gone_is_not_stored,
                a_tenant_has_one_default_location,
                an_update_of_an_old_location_is_stale,
                of_twenty_who_update_a_location_one_wins,
                deleting_an_old_location_is_stale,
                a_location_where_users_work_is_not_deleted,
                new_users_and_a_deletion_at_once_leave_nobody_without_a_place,
                another_tenant_reaches_no_location,
                every_change_of_a_location_leaves_one_entry,
            }
            operators {
                an_operator_key_comes_back_as_it_was_stored,
                an_operator_key_is_revoked_once,
                the_trail_of_operators_is_read_by_workspace_and_action,
                an_operators_request_is_recorded_with_its_effect,
                of_twenty_who_repeat_an_operators_request_one_wins,
            }
            operated_workspaces {
                workspaces_are_found_by_name_and_status,
                a_change_of_an_old_workspace_by_an_operator_is_stale,
                a_suspended_workspace_admits_nobody,
                a_workspace_is_counted,
                an_administrator_is_found,
                a_suspended_workspace_is_not_swept,
                suspended_workspaces_are_told_to_those_who_wait,
            }
            promotions {
                a_promotion_comes_back_as_it_was_stored,
                a_name_and_a_coupon_code_are_taken_once_in_their_account,
                of_twenty_who_create_the_same_promotion_one_wins,
                a_change_of_an_old_promotion_is_stale,
                of_twenty_who_update_a_promotion_one_wins,
                a_promotion_whose_account_moved_away_is_stale,
                promotions_are_found_by_account_and_status,
                promotions_are_found_by_a_part_of_a_text,
                another_tenant_reaches_no_promotion,
                every_change_of_a_promotion_leaves_one_entry,
            }
            assignments {
                a_promotion_is_given_on_listings_of_its_account,
                an_assignment_that_was_decided_on_what_has_changed_is_stale,
                of_twenty_who_assign_the_same_listings_one_wins,
                assignments_and_deletions_at_once_leave_nothing_astray,
            }
            charges {
                charges_come_back_as_they_were_stored,
                charges_that_were_decided_on_what_has_changed_are_stale,
                of_twenty_who_replace_the_charges_one_wins,
                charges_go_with_their_listings_and_their_account,
                charges_move_with_their_account,
                an_offer_has_the_charges_of_its_listing,
                what_was_sold_keeps_its_lines,
                another_tenant_reaches_no_charges,
                every_change_of_charges_leaves_one_entry,
            }
            quotes {
                a_quote_comes_back_as_it_was_stored,
                guests_are_stored_by_kind,
                a_quote_knows_what_was_booked_with_it,
                an_offer_holds_all_that_decides,
                an_offer_holds_the_promotion_that_is_asked_for,
                an_offer_says_whether_the_import_sleeps,
                a_quote_for_a_tenant_that_is_gone_is_not_stored,
                a_quote_of_what_is_gone_is_not_stored,
                another_tenant_finds_no_quote_and_no_offer,
                a_quote_leaves_one_entry,
                old_quotes_are_forgotten,
            }
            reservation_lists {
                every_filter_of_reservations_keeps_what_matches,
                an_external_id_finds_the_sellers_reservation_only,
                pages_over_accounts_and_sales_join_without_gaps,
            }
            reservations {
                a_reservation_comes_back_as_it_was_stored,
                a_change_of_an_old_reservation_is_stale,
                of_twenty_who_decide_on_a_hold_one_wins,
                lapsed_holds_are_found_and_expire,
                reservations_move_with_their_account,
                a_listing_with_reservations_is_not_deleted_nor_is_its_account,
                a_booking_and_a_deletion_of_its_listing_at_once_leave_one_of_them,
                what_a_deleted_tenant_sold_stays,
                another_tenant_reaches_no_reservation,
                every_change_of_a_reservation_leaves_one_entry,
            }
            idempotency {
                an_idempotency_record_comes_back_as_it_was_kept,
                a_change_with_an_idempotency_record_is_stored_once,
                a_change_that_fails_leaves_no_idempotency_record,
                of_twenty_duplicates_one_is_stored,
                an_idempotency_record_that_is_too_old_is_replaced,
                of_twenty_duplicates_one_replaces_an_old_idempotency_record,
                a_key_belongs_to_its_user,
                what_changed_nothing_leaves_one_idempotency_record,
                old_idempotency_records_are_forgotten,
                a_deleted_user_leaves_no_idempotency_record,
                a_user_who_is_gone_gets_no_idempotency_record,
                a_workspace_that_is_gone_gets_no_idempotency_record,
                of_twenty_idempotency_records_of_a_user_who_is_deleted_meanwhile_none_is_left,
            }
            search {
                a_search_finds_what_looking_at_each_finds,
                a_list_around_a_place_shows_what_looking_at_each_shows,
                pages_of_what_is_found_join_without_gaps,
                what_would_be_too_much_is_not_looked_at,
                what_is_not_offered_is_not_found,
                every_filter_keeps_what_matches_of_what_is_found,
                a_listing_is_found_where_it_is_now,
            }
            stay_prices {
                the_price_of_a_stay_in_a_list_is_that_of_a_quote,
                a_stay_that_cannot_be_sold_has_no_price,
            }
            tenants {
                a_tenant_comes_back_as_it_was_stored,
                tenants_that_are_asked_for_at_once_are_told_apart,
                a_new_tenant_has_a_default_location_and_its_maker,
                a_taken_domain_stores_nothing,
                two_workspaces_may_use_the_same_domain,
                of_twenty_who_create_the_same_domain_one_wins,
                a_tenant_is_not_created_for_a_user_who_is_gone,
                an_update_of_an_old_version_is_stale,
                an_update_to_a_taken_domain_stores_nothing,
                of_twenty_who_update_at_once_one_wins,
                deleting_takes_everything_with_it_and_sends_guests_home,
                deleting_an_old_version_is_stale,
                another_workspace_sees_nothing,
                every_change_leaves_one_entry,
            }
            tenant_statuses {
                deactivating_sets_the_users_but_not_support,
                activating_gives_back_what_deactivating_took,
                activating_a_tenant_gives_nothing_back_to_users_of_another,
                a_status_that_everybody_has_stores_nothing,
                a_status_of_an_old_version_is_stale,
            }
            listing_texts {
                a_search_for_listings_finds_what_looking_at_each_finds,
                a_text_of_listings_is_found_however_common_it_is,
                a_search_for_reservations_finds_what_looking_at_each_finds,
                a_text_of_reservations_is_found_however_common_it_is,
                a_text_of_a_reservation_is_found_as_it_is_now,
                a_text_is_found_by_who_has_the_account_now,
            }
            texts {
                a_search_for_a_text_finds_what_looking_at_each_finds,
                a_search_for_users_finds_what_looking_at_each_finds,
                a_short_text_is_found_where_a_word_begins,
                a_text_is_found_as_it_is_now,
                a_text_is_found_however_common_it_is,
            }
            users {
                an_email_is_taken_once_whatever_its_case,
                a_user_of_a_tenant_that_is_gone_is_not_stored,
                a_switch_moves_the_user,
                a_switch_to_the_current_tenant_leaves_no_entry,
                of_twenty_switches_to_the_same_tenant_one_leaves_an_entry,
                nobody_switches_to_an_inactive_tenant,
                nobody_switches_to_a_tenant_that_is_gone,
                switches_and_a_deletion_at_once_leave_nobody_astray,
                a_user_is_found_at_home_only,
                users_are_found_by_parts_of_name_and_address,
                an_update_stores_every_field_but_the_current_tenant,
                another_tenant_changes_and_deletes_no_user,
                an_update_of_an_old_version_or_to_a_taken_email_is_refused,
                a_deleted_user_is_gone_with_the_keys,
                a_workspace_keeps_an_administrator_with_a_key,
                of_two_administrators_who_revoke_each_other_one_is_left,
                deletions_and_changes_of_their_users_at_once_do_not_deadlock,
            }
            api_keys {
                a_key_of_a_user_who_is_gone_is_not_stored,
                a_key_is_found_and_revoked_in_its_tenant_only,
                a_key_of_a_user_who_was_changed_is_neither_made_nor_revoked,
                a_key_that_expires_shortly_does_not_keep_a_workspace_open,
                a_user_makes_and_revokes_keys_of_its_own_alone,
            }
            webhooks {
                a_webhook_comes_back_as_it_was_stored,
                a_tenant_sees_and_changes_only_its_own_webhooks,
                a_list_says_how_far_a_webhook_is_behind,
                a_webhook_that_was_changed_since_is_not_overwritten,
                a_deleted_webhook_is_gone_with_its_attempts,
                a_deleted_tenant_has_no_webhooks,
                of_twenty_new_webhooks_so_many_are_stored_as_may,
                the_last_attempts_are_kept_newest_first,
            }
            webhook_deliveries {
                a_webhook_is_due_while_events_wait_for_it,
                events_of_another_tenant_wake_no_webhook,
                a_webhook_of_the_workspace_is_due_after_the_event_of_any_tenant,
                a_webhook_whose_place_would_fall_out_of_the_log_is_found_among_all,
                a_webhook_is_delivered_by_one_server_and_taken_over_when_its_lease_ends,
                of_two_servers_one_gets_the_lease,
                attempts_are_stored_with_the_place_to_which_they_lead,
                a_change_by_a_request_wins_over_a_delivery,
                a_failing_webhook_is_disabled_with_its_last_attempt,
                a_webhook_that_was_changed_meanwhile_is_not_disabled,
                the_webhooks_of_an_inactive_tenant_wait,
                the_webhooks_of_a_suspended_workspace_wait,
            }
            workspaces {
                a_new_workspace_can_be_worked_in,
                of_twenty_who_make_the_first_workspace_one_wins,
                a_database_in_which_an_operator_has_worked_gets_no_first_workspace,
                a_workspace_is_found_by_its_name,
                the_concerns_of_a_workspace_are_its_own,
                imports_that_sleep_and_holds_that_lapse_are_concerns,
                a_workspace_comes_back_as_it_was_stored,
                an_update_of_an_old_workspace_is_stale,
                of_twenty_who_update_the_workspace_one_wins,
                another_workspace_is_neither_seen_nor_changed,
                a_change_of_the_workspace_leaves_one_entry,
            }
        }
    };
    ($open:path; $($area:ident { $($sentence:ident,)+ })+) => {$(
        mod $area {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $sentence() {
                    $crate::contract::$area::$sentence($open().await).await;
                }
            )+
        }
    )+};
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    /// Sentences in which operators or the service see several workspaces, as row-level security lets them.
    const OF_OPERATORS: [&str; 6] = [
        "a_list_says_how_far_a_webhook_is_behind",
        "a_webhook_of_the_workspace_is_due_after_the_event_of_any_tenant",
        "each_workspace_forgets_its_own_old_events",
        "each_workspace_has_its_own_positions",
        "each_feed_has_the_position_of_its_last_event",
        "the_trail_of_operators_is_read_by_workspace_and_action",
    ];

    /// Returns the text of each area of the contract.
    fn areas() -> Vec<String> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/contract");
        let areas = fs::read_dir(folder).expect("the folder").map(|file| file.expect("a file").path());
        areas.map(|area| fs::read_to_string(area).expect("a text")).collect()
    }

    #[test]
    fn every_sentence_is_in_a_suite() {
        let suite = concat!(include_str!("suite.rs"), include_str!("overlap.rs"));
        let texts = areas();
        let lines = texts.iter().flat_map(|text| text.lines());
        let sentences: Vec<_> = lines
            .filter_map(|line| line.strip_prefix("pub async fn ")?.split_once('('))
            .map(|(sentence, _)| sentence)
            .collect();
        assert!(sentences.len() > 100, "{sentences:?}");
        for sentence in sentences {
            assert!(suite.contains(&format!(" {sentence},")), "{sentence} is missing in `suite!`");
        }
    }

    #[test]
    fn every_sentence_with_another_workspace_is_in_the_suite_of_isolation() {
        let suite = include_str!("isolation.rs");
        let texts = areas();
        let functions = texts.iter().flat_map(|text| text.split("\npub async fn ").skip(1));
        let functions = functions.filter_map(|function| function.split_once("\n}\n")?.0.split_once("(ports: Ports)"));
        let isolated: Vec<_> = functions
            .filter(|(sentence, body)| body.contains(".beside()") && !OF_OPERATORS.contains(sentence))
            .collect();
        assert!(isolated.len() > 30, "{isolated:?}");
        for (sentence, _) in isolated {
            assert!(suite.contains(&format!(" {sentence},")), "{sentence} is missing in `isolation_suite!`");
        }
    }
}
