//! The rules of a copy of one tenant: the rows that it owns, and what hangs on its accounts, as a workspace of its own.
//!
//! The tenant is the default tenant of the copy, active, as are its users who were active before it was deactivated. No row of
//! another tenant is copied: imports end, and what the tenant has sold of others' listings stays with their owners.

use crate::tables::TABLES;

/// The rule of a table.
pub(super) struct Rule {
    pub(super) table: &'static str,
    /// The columns that identify a row in its workspace.
    pub(super) key: &'static [&'static str],
    /// The condition that a row `copied` belongs to the tenant `$2` of the workspace `$1`.
    pub(super) condition: &'static str,
    /// The columns that have another value in the copy.
    pub(super) replaced: &'static [(&'static str, &'static str)],
}

const ALL: &str = "$2 = $2";
/// Rows that would refer to other tenants' rows.
const NONE: &str = "$2 <> $2";
const OF_TENANT: &str = "copied.tenant_id = $2";
const OF_ACCOUNT: &str = "\
    copied.integration_account_id IN (\
        SELECT account.id FROM integration_accounts account WHERE account.workspace_id = $1 AND account.tenant_id = $2)";
const OF_LISTING: &str = "\
    EXISTS (SELECT 1 FROM listings listing JOIN integration_accounts account \
              ON account.workspace_id = $1 AND account.id = listing.integration_account_id \
            WHERE listing.workspace_id = $1 AND listing.id = copied.listing_id AND account.tenant_id = $2)";
const OF_PROMOTION: &str = "\
    EXISTS (SELECT 1 FROM promotions promotion JOIN integration_accounts account \
              ON account.workspace_id = $1 AND account.id = promotion.integration_account_id \
            WHERE promotion.workspace_id = $1 AND promotion.id = copied.promotion_id AND account.tenant_id = $2)";
const OF_USER: &str = "\
    copied.user_id IN (\
        SELECT api_user.id FROM users api_user WHERE api_user.workspace_id = $1 AND api_user.home_tenant_id = $2)";
const OF_WEBHOOK: &str = "\
    copied.webhook_id IN (\
        SELECT webhook.id FROM webhooks webhook WHERE webhook.workspace_id = $1 AND webhook.tenant_id = $2)";
/// The priced stays that the tenant requested of its own listings.
const OF_TENANT_AND_ACCOUNT: &str = "\
    copied.tenant_id = $2 AND copied.integration_account_id IN (\
        SELECT account.id FROM integration_accounts account WHERE account.workspace_id = $1 AND account.tenant_id = $2)";

/// The changes of the tenant's trail that have no position yet.
const WAITING: &str = "\
    copied.progress IS NULL AND EXISTS (\
        SELECT 1 FROM audit entry WHERE entry.workspace_id = $1 AND entry.id = copied.entry_id \
        AND (entry.tenant_id = $2 OR entry.other_tenant_id = $2))";
/// The events of the tenant's feed that tell of a change in its trail. The others tell of other tenants' resources.
const IN_FEED: &str = "\
    EXISTS (\
        SELECT 1 FROM event_recipients recipient JOIN audit entry ON entry.workspace_id = $1 \
        WHERE recipient.workspace_id = $1 AND recipient.tenant_id = $2 AND recipient.position = copied.position \
        AND entry.id = copied.entry_id AND (entry.tenant_id = $2 OR entry.other_tenant_id = $2))";
const FEED: &str = "\
    copied.tenant_id = $2 AND EXISTS (\
        SELECT 1 FROM events event JOIN audit entry \
          ON entry.workspace_id = $1 AND entry.id = event.entry_id \
        WHERE event.workspace_id = $1 AND event.position = copied.position \
        AND (entry.tenant_id = $2 OR entry.other_tenant_id = $2))";

/// The users of other tenants are not named in the trail of a tenant: the tenant takes their place.
const AUTHOR: &str = "\
    CASE WHEN copied.tenant_id <> $2 AND copied.actor_id IS NOT NULL THEN copied.tenant_id ELSE copied.actor_id END";
const AUTHOR_NAME: &str = "\
    CASE WHEN copied.tenant_id <> $2 AND copied.actor_id IS NOT NULL THEN copied.tenant_name ELSE copied.actor_name END";
const AUTHOR_KEY: &str = "\
    CASE WHEN copied.tenant_id <> $2 AND copied.actor_id IS NOT NULL THEN copied.tenant_id ELSE copied.actor_key_id END";
/// The data of an event that the tenant is told.
const TOLD: &str = "\
    COALESCE((SELECT recipient.data FROM event_recipients recipient \
              WHERE recipient.workspace_id = $1 AND recipient.tenant_id = $2 AND recipient.position = copied.position), \
             copied.data)";

/// The rules, in the order of the tables.
pub(super) const RULES: [Rule; TABLES.len()] = [
    rule("workspaces", &["id"], ALL),
    rule("tenants", &["id"], "copied.id = $2").replacing(&[("is_default", "(copied.id = $2)"), ("status", "'ACTIVE'")]),
    rule("locations", &["id"], OF_TENANT),
    rule("users", &["id"], "copied.home_tenant_id = $2").replacing(&[
        ("current_tenant_id", "copied.home_tenant_id"),
        ("status", "COALESCE(copied.status_before, copied.status)"),
        ("status_before", "NULL"),
    ]),
    rule("api_keys", &["id"], OF_USER),
    rule("audit", &["id"], "(copied.tenant_id = $2 OR copied.other_tenant_id = $2)").replacing(&[
        ("actor_id", AUTHOR),
        ("actor_name", AUTHOR_NAME),
        ("actor_key_id", AUTHOR_KEY),
    ]),
    // Stored responses may show other tenants' data.
    rule("idempotency_records", &["user_id", "idempotency_key"], NONE),
    rule("integration_accounts", &["id"], OF_TENANT),
    rule("listings", &["id"], OF_ACCOUNT),
    rule("imports", &["tenant_id", "listing_id"], NONE),
    rule("calendar_nights", &["listing_id", "night"], OF_LISTING),
    rule("promotions", &["id"], OF_ACCOUNT),
    rule("promotion_listings", &["promotion_id", "listing_id"], OF_PROMOTION),
    rule("charges", &["integration_account_id", "id"], OF_ACCOUNT),
    rule("charge_listings", &["integration_account_id", "charge_id", "listing_id"], OF_ACCOUNT),
    rule("quotes", &["id"], OF_TENANT_AND_ACCOUNT),
    rule("reservations", &["id"], OF_ACCOUNT),
    rule("unnumbered_events", &["sequence"], WAITING),
    rule("event_logs", &["workspace_id"], ALL),
    rule("events", &["position"], IN_FEED).replacing(&[("data", TOLD)]),
    rule("event_recipients", &["tenant_id", "position"], FEED),
    rule("ended_imports", &["entry_id", "integration_account_id", "tenant_id", "listing_id"], NONE),
    rule("sleeping_imports", &["tenant_id", "listing_id"], NONE),
    rule("event_consumers", &["tenant_id", "name"], OF_TENANT),
    rule("webhooks", &["id"], OF_TENANT),
    rule("webhook_attempts", &["webhook_id", "id"], OF_WEBHOOK),
];

const fn rule(table: &'static str, key: &'static [&'static str], condition: &'static str) -> Rule {
    Rule { table, key, condition, replaced: &[] }
}

impl Rule {
    const fn replacing(self, replaced: &'static [(&'static str, &'static str)]) -> Self {
        Self { replaced, ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_table_has_a_rule_in_the_order_of_the_tables() {
        assert_eq!(RULES.map(|rule| rule.table), TABLES);
    }
}
