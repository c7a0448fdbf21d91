//! Decisions about webhooks.

use chrono::TimeDelta;

use super::{
    DisabledReason, Progress, SealedSecret, Secrets, Webhook, WebhookDescription, WebhookDetails, WebhookParts,
    WebhookStatus, WebhookTypes, WebhookUrl,
};
use crate::access::TenantScope;
use crate::audit::{AuditEntry, Fact, Facts, ResourceKind, Stamp, difference};
use crate::change::Change;
use crate::ids::WebhookId;
use crate::instants;
use crate::patch::Patch;

/// The time for which the previous secret signs beside the new one.
const OVERLAP: TimeDelta = TimeDelta::hours(24);

/// The fields of a new webhook.
#[derive(Debug, Clone)]
pub struct NewWebhook {
    /// The webhook's id.
    pub id: WebhookId,
    /// The fields that the tenant chooses.
    pub details: WebhookDetails,
    /// The address of this service by which it is created.
    pub base_url: String,
    /// The encrypted secret.
    pub secret: SealedSecret,
    /// The position of the last event before it.
    pub position: u64,
}

/// The fields to change. `None` leaves a field unchanged.
#[derive(Debug, Clone, Default)]
#[expect(missing_docs, reason = "the fields of a webhook")]
pub struct WebhookEdit {
    pub url: Option<WebhookUrl>,
    pub description: Patch<WebhookDescription>,
    pub types: Option<WebhookTypes>,
}

impl Webhook {
    /// Creates a webhook of the scope's tenant, which delivers the events after the position.
    pub fn create(new: NewWebhook, scope: &TenantScope, stamp: Stamp) -> Change<Self> {
        let NewWebhook { id, details, base_url, secret, position } = new;
        let webhook = Self {
            parts: WebhookParts {
                workspace_id: scope.workspace_id(),
                id,
                tenant_id: scope.tenant_id(),
                details,
                base_url,
                status: WebhookStatus::Enabled,
                disabled_reason: None,
                progress: Progress { position, ..Progress::default() },
                secrets: Secrets { current: secret, previous: None },
                version: 1,
                created_at: stamp.at,
                updated_at: stamp.at,
            },
        };
        let audit = webhook.entry(scope, stamp, "webhook.create", (Facts::new(), webhook.facts()));
        Change::new(webhook, audit)
    }

    /// Changes the fields that the edit names. Returns `None` if nothing changes.
    pub fn update(&self, edit: WebhookEdit, scope: &TenantScope, stamp: Stamp) -> Option<Change<Self>> {
        let WebhookEdit { url, description, types } = edit;
        self.changed("webhook.update", scope, stamp, |parts| {
            let details = parts.details.clone();
            parts.details = WebhookDetails {
                url: url.unwrap_or(details.url),
                description: description.apply(details.description),
                types: types.unwrap_or(details.types),
                scope: details.scope,
            };
        })
    }

    /// Enables the webhook at a position, or where it stopped, and tries at once. Returns `None` if nothing changes. A
    /// position is always a change: a delivery under way, which is not stored yet, may have passed it.
    pub fn enable(&self, position: Option<u64>, scope: &TenantScope, stamp: Stamp) -> Option<Change<Self>> {
        let mut after = self.clone();
        after.parts.status = WebhookStatus::Enabled;
        after.parts.disabled_reason = None;
        after.parts.progress = Progress {
            position: position.unwrap_or(self.parts.progress.position),
            consecutive_failures: 0,
            next_attempt_at: None,
            last_delivered_at: self.parts.progress.last_delivered_at,
        };
        (after != *self || position.is_some()).then(|| self.to(after, "webhook.enable", scope, stamp))
    }

    /// Disables the webhook. Returns `None` if it is disabled already.
    pub fn disable(&self, reason: DisabledReason, scope: &TenantScope, stamp: Stamp) -> Option<Change<Self>> {
        if self.parts.status == WebhookStatus::Disabled {
            return None;
        }
        self.changed("webhook.disable", scope, stamp, |parts| {
            parts.status = WebhookStatus::Disabled;
            parts.disabled_reason = Some(reason);
            parts.progress.next_attempt_at = None;
        })
    }

    /// Replaces the secret. The previous one signs too for a day.
    pub fn rotate(&self, secret: SealedSecret, scope: &TenantScope, stamp: Stamp) -> Change<Self> {
        let until = stamp.at + OVERLAP;
        let mut after = self.clone();
        let previous = std::mem::replace(&mut after.parts.secrets.current, secret);
        after.parts.secrets.previous = Some((previous, until));
        after.parts.version += 1;
        after.parts.updated_at = stamp.at;
        let facts = (Facts::new(), vec![("previousSecretUntil", Fact::Text(instants::to_text(until)))]);
        let audit = after.entry(scope, stamp, "webhook.rotate_secret", facts);
        Change::new(after, audit)
    }

    /// Returns the webhook at a place to which attempts have led.
    #[must_use]
    pub fn advanced(&self, progress: Progress) -> Self {
        Self { parts: WebhookParts { progress, ..self.parts.clone() } }
    }

    /// Deletes the webhook with its attempts.
    pub fn delete(&self, scope: &TenantScope, stamp: Stamp) -> Change<Self> {
        let audit = self.entry(scope, stamp, "webhook.delete", (self.facts(), Facts::new()));
        Change::new(self.clone(), audit)
    }

    fn changed(
        &self,
        action: &'static str,
        scope: &TenantScope,
        stamp: Stamp,
        change: impl FnOnce(&mut WebhookParts),
    ) -> Option<Change<Self>> {
        let mut after = self.clone();
        change(&mut after.parts);
        (after != *self).then(|| self.to(after, action, scope, stamp))
    }

    fn to(&self, mut after: Self, action: &'static str, scope: &TenantScope, stamp: Stamp) -> Change<Self> {
        after.parts.version += 1;
        after.parts.updated_at = stamp.at;
        let audit = after.entry(scope, stamp, action, difference(self.facts(), after.facts()));
        Change::new(after, audit)
    }

    fn entry(&self, scope: &TenantScope, stamp: Stamp, action: &'static str, facts: (Facts, Facts)) -> AuditEntry {
        let resource = (ResourceKind::Webhook, self.id().as_uuid(), self.parts.details.url.origin());
        stamp.entry(scope, action, resource, facts)
    }

    /// The facts of the trail. Of the URL they have the origin only, because path and query often contain a secret of
    /// the receiver.
    fn facts(&self) -> Facts {
        let WebhookParts { details, status, disabled_reason, progress, .. } = &self.parts;
        let WebhookDetails { url, description, types, scope } = details;
        vec![
            ("url", Fact::Text(url.origin())),
            ("description", Fact::from(description.as_ref())),
            ("types", Fact::Text(types.to_string())),
            ("scope", Fact::from(scope.as_str())),
            ("status", Fact::from(status.as_str())),
            ("disabledReason", Fact::from(disabled_reason.map(DisabledReason::as_str))),
            ("position", Fact::Integer(i64::try_from(progress.position).unwrap_or(i64::MAX))),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::super::WebhookScope;
    use super::super::fixture::{scope, webhook};
    use super::*;
    use crate::access::fixture::{at, stamp};

    fn sealed(text: &str) -> SealedSecret {
        SealedSecret::new(text.to_owned())
    }

    #[test]
    fn a_new_webhook_is_enabled_and_begins_after_the_last_event() {
        let parts = webhook(&scope()).into_parts();
        assert_eq!((parts.status, parts.progress.position, parts.version), (WebhookStatus::Enabled, 7, 1));
        assert_eq!(parts.details.scope, WebhookScope::Tenant);
    }

    #[test]
    fn an_update_says_what_changed_and_one_that_changes_nothing_is_none() {
        let webhook = webhook(&scope());
        let edit = WebhookEdit {
            types: Some(WebhookTypes::new(["user.*".parse().expect("a pattern")])),
            ..WebhookEdit::default()
        };
        let change = webhook.update(edit.clone(), &scope(), stamp()).expect("a change");
        assert_eq!((change.audit.action, change.after.version()), ("webhook.update", 2));
        assert_eq!(change.audit.after, [("types", Fact::from("user.*"))]);
        assert_eq!(change.after.update(edit, &scope(), stamp()), None);
        assert_eq!(webhook.update(WebhookEdit::default(), &scope(), stamp()), None);
    }

    #[test]
    fn a_webhook_is_disabled_once_and_goes_on_where_it_stopped_or_elsewhere() {
        let webhook = webhook(&scope());
        assert_eq!(webhook.enable(None, &scope(), stamp()), None);
        assert!(webhook.enable(Some(7), &scope(), stamp()).is_some(), "a delivery under way may have passed it");
        let disabled = webhook.disable(DisabledReason::Gone, &scope(), stamp()).expect("a change");
        assert_eq!(disabled.audit.action, "webhook.disable");
        assert_eq!(disabled.audit.after, [("status", Fact::from("DISABLED")), ("disabledReason", Fact::from("GONE"))]);
        assert_eq!(disabled.after.disable(DisabledReason::Requested, &scope(), stamp()), None);
        for (position, expected) in [(None, 7), (Some(3), 3), (Some(9), 9)] {
            let enabled = disabled.after.enable(position, &scope(), stamp()).expect("a change");
            let parts = enabled.after.into_parts();
            assert_eq!((parts.status, parts.disabled_reason), (WebhookStatus::Enabled, None));
            assert_eq!(parts.progress.position, expected);
        }
    }

    #[test]
    fn a_failing_webhook_is_tried_at_once_when_it_is_enabled_again() {
        let parts = webhook(&scope()).into_parts();
        let progress = Progress { consecutive_failures: 3, next_attempt_at: Some(at()), ..parts.progress };
        let failing = Webhook::from_parts(WebhookParts { progress, ..parts });
        let enabled = failing.enable(None, &scope(), stamp()).expect("a change").after;
        assert_eq!(*enabled.progress(), Progress { position: 7, ..Progress::default() });
    }

    #[test]
    fn an_attempt_advances_the_webhook_and_is_no_change() {
        let webhook = webhook(&scope());
        let progress = Progress { position: 9, ..Progress::default() };
        let advanced = webhook.advanced(progress);
        assert_eq!((advanced.progress(), advanced.version()), (&progress, webhook.version()));
    }

    #[test]
    fn the_previous_secret_signs_for_a_day() {
        let rotated = webhook(&scope()).rotate(sealed("new"), &scope(), stamp()).after;
        assert_eq!(rotated.version(), 2);
        let until = at() + OVERLAP;
        let secrets = rotated.parts().secrets.clone();
        assert_eq!(secrets, Secrets { current: sealed("new"), previous: Some((sealed("sealed"), until)) });
        assert_eq!(secrets.signing(until - TimeDelta::milliseconds(1)).count(), 2);
        assert_eq!(secrets.signing(until).count(), 1);
        let again = rotated.rotate(sealed("newer"), &scope(), stamp()).after.into_parts();
        assert_eq!(again.secrets.previous, Some((sealed("new"), until)), "at most two sign");
    }

    #[test]
    fn the_trail_holds_no_secret_and_nothing_of_the_url_but_its_origin() {
        let webhook = webhook(&scope());
        let scope = scope();
        let entries = [
            Some(webhook.rotate(sealed("planted"), &scope, stamp()).audit),
            Some(webhook.delete(&scope, stamp()).audit),
            webhook.disable(DisabledReason::Failing, &scope, stamp()).map(|change| change.audit),
        ];
        let told = format!("{entries:?}");
        assert!(!told.contains("planted") && !told.contains("sealed"), "{told}");
        assert!(told.contains("https://hooks.example.com\""), "{told}");
    }
}
