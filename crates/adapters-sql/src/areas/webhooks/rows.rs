//! Conversion of webhooks and attempts from and to rows.

use domain::ids::{AttemptId, EventId, TenantId, WebhookId, WorkspaceId};
use domain::webhooks::{
    Attempt, DeliveryFailure, DisabledReason, Progress, SealedSecret, Secrets, Webhook, WebhookDetails, WebhookParts,
    WebhookTypes,
};
use ports::RepositoryError;
use sea_orm::prelude::DateTimeUtc;
use thiserror::Error;

use crate::engine::rows::{corrupt, sound, stored, stored_option};
use crate::tables::{webhook_attempts, webhooks};

const WHAT: &str = "webhook";
const ATTEMPT: &str = "webhook attempt";

/// A defect of a stored attempt.
#[derive(Debug, Error)]
#[error("neither a status nor a failure")]
struct NoResult;

/// Returns the row of a new webhook, which no server has leased.
pub(super) fn to_row(webhook: Webhook) -> webhooks::Model {
    let WebhookParts {
        workspace_id,
        id,
        tenant_id,
        details: WebhookDetails { url, description, types, scope },
        base_url,
        status,
        disabled_reason,
        progress: Progress { position, consecutive_failures, next_attempt_at, last_delivered_at },
        secrets: Secrets { current, previous },
        version,
        created_at,
        updated_at,
    } = webhook.into_parts();
    let (previous_secret, previous_until) = previous.unzip();
    webhooks::Model {
        workspace_id: workspace_id.as_uuid(),
        id: id.as_uuid(),
        tenant_id: tenant_id.as_uuid(),
        url: url.to_string(),
        description: description.map(Into::into),
        types: types.to_string(),
        scope: scope.as_str().to_owned(),
        base_url,
        status: status.as_str().to_owned(),
        disabled_reason: disabled_reason.map(DisabledReason::as_str).map(Into::into),
        position: position.cast_signed(),
        consecutive_failures: consecutive_failures.cast_signed(),
        next_attempt_at,
        last_delivered_at,
        secret: current.into(),
        previous_secret: previous_secret.map(SealedSecret::into),
        previous_until,
        version,
        created_at,
        updated_at,
        leased_by: None,
        leased_until: created_at,
        newest: 0,
    }
}

pub(super) fn to_webhook(row: webhooks::Row) -> Result<Webhook, RepositoryError> {
    let previous = row.previous_secret.zip(row.previous_until);
    Ok(Webhook::from_parts(WebhookParts {
        workspace_id: WorkspaceId::new(row.workspace_id),
        id: WebhookId::new(row.id),
        tenant_id: TenantId::new(row.tenant_id),
        details: WebhookDetails {
            url: stored(WHAT, &row.url)?,
            description: stored_option(WHAT, row.description)?,
            types: stored::<WebhookTypes>(WHAT, &row.types)?,
            scope: stored(WHAT, &row.scope)?,
        },
        base_url: row.base_url,
        status: stored(WHAT, &row.status)?,
        disabled_reason: stored_option(WHAT, row.disabled_reason)?,
        progress: Progress {
            position: row.position.unsigned_abs(),
            consecutive_failures: row.consecutive_failures.unsigned_abs(),
            next_attempt_at: row.next_attempt_at,
            last_delivered_at: row.last_delivered_at,
        },
        secrets: Secrets {
            current: SealedSecret::new(row.secret),
            previous: previous.map(|(secret, until): (String, DateTimeUtc)| (SealedSecret::new(secret), until)),
        },
        version: row.version,
        created_at: row.created_at,
        updated_at: row.updated_at,
    }))
}

pub(super) fn to_attempt_row(
    workspace_id: WorkspaceId,
    webhook_id: WebhookId,
    attempt: Attempt,
) -> webhook_attempts::Model {
    let Attempt { id, event_id, position, event_type, number, result, duration, at } = attempt;
    webhook_attempts::Model {
        workspace_id: workspace_id.as_uuid(),
        webhook_id: webhook_id.as_uuid(),
        id: id.as_uuid(),
        event_id: event_id.as_uuid(),
        position: position.map(u64::cast_signed),
        event_type,
        number: number.cast_signed(),
        status: result.ok().map(Into::into),
        failure: result.err().map(DeliveryFailure::as_str).map(Into::into),
        duration: duration.into(),
        at,
    }
}

pub(super) fn to_attempt(row: webhook_attempts::Row) -> Result<Attempt, RepositoryError> {
    let result = match (row.status, row.failure) {
        (Some(status), None) => Ok(sound(ATTEMPT, status.try_into())?),
        (None, Some(failure)) => Err(stored(ATTEMPT, &failure)?),
        (None, None) | (Some(_), Some(_)) => return Err(corrupt(ATTEMPT, NoResult)),
    };
    Ok(Attempt {
        id: AttemptId::new(row.id),
        event_id: EventId::new(row.event_id),
        position: row.position.map(i64::unsigned_abs),
        event_type: row.event_type,
        number: row.number.unsigned_abs(),
        result,
        duration: sound(ATTEMPT, row.duration.try_into())?,
        at: row.at,
    })
}
