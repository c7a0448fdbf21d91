//! Responses of webhooks.

use application::enum_schemas::{DeliveryFailureWord, DisabledReasonWord, WebhookScopeWord, WebhookStatusWord};
use application::{ListedWebhook, NewSecret};
use domain::webhooks::{Attempt, Progress, Webhook, WebhookDetails, WebhookParts};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::areas::event_consumers::EventLagView;
use crate::response::date_time::DateTime;

/// Declares a view of a webhook: the fields that all have, and further ones.
macro_rules! webhook_views {
    ($($(#[$about:meta])* struct $name:ident { $($(#[$note:meta])* $field:ident: $type:ty),* })+) => {$(
        #[derive(Serialize, ToSchema)]
        $(#[$about])*
        #[serde(rename_all = "camelCase")]
        pub(crate) struct $name {
            id: Uuid,
            /// The address of the receiver.
            #[schema(example = "https://hooks.example.com/tenantry")]
            url: String,
            #[schema(example = "The calendar of the front desk")]
            description: Option<String>,
            /// The types of the events that are delivered; all if empty.
            #[schema(example = json!(["reservation.*"]))]
            types: Vec<String>,
            /// The events that are delivered: those of the `tenant`, or of the whole `workspace`.
            scope: WebhookScopeWord,
            status: WebhookStatusWord,
            /// The reason why it is disabled: a request, the receiver answered 410 (`GONE`), or all attempts failed
            /// (`FAILING`).
            disabled_reason: Option<DisabledReasonWord>,
            /// The position of the last event that is delivered or passed over.
            #[schema(example = 1234)]
            position: u64,
            /// The number of failures since the last success.
            #[schema(example = 0)]
            consecutive_failures: u32,
            /// The time of the next attempt after a failure.
            next_attempt_at: Option<DateTime>,
            /// The time of the last success.
            last_delivered_at: Option<DateTime>,
            created_at: DateTime,
            updated_at: DateTime,
            $($(#[$note])* $field: $type,)*
        }

        impl $name {
            fn new(webhook: Webhook, ($($field,)*): ($($type,)*)) -> Self {
                let WebhookParts {
                    workspace_id: _,
                    id,
                    tenant_id: _,
                    details: WebhookDetails { url, description, types, scope },
                    base_url: _,
                    status,
                    disabled_reason,
                    progress: Progress { position, consecutive_failures, next_attempt_at, last_delivered_at },
                    secrets: _,
                    version: _,
                    created_at,
                    updated_at,
                } = webhook.into_parts();
                Self {
                    id: id.as_uuid(),
                    url: url.to_string(),
                    description: description.map(Into::into),
                    types: types.as_slice().iter().map(ToString::to_string).collect(),
                    scope: scope.into(),
                    status: status.into(),
                    disabled_reason: disabled_reason.map(Into::into),
                    position,
                    consecutive_failures,
                    next_attempt_at: next_attempt_at.map(DateTime),
                    last_delivered_at: last_delivered_at.map(DateTime),
                    created_at: DateTime(created_at),
                    updated_at: DateTime(updated_at),
                    $($field,)*
                }
            }
        }
    )+};
}

webhook_views! {
    /// A receiver of events, and how far they are delivered to it.
    #[schema(as = Webhook)]
    struct WebhookView {}

    /// A webhook in a list, with the events that it has not delivered.
    #[schema(as = ListedWebhook)]
    struct ListedWebhookView { lag: EventLagView }

    /// A webhook with its new secret, which is shown only once.
    #[schema(as = WebhookWithSecret)]
    struct WebhookWithSecretView {
        /// The secret by which the receiver verifies signatures. It is not shown again.
        #[schema(example = "whsec_…")]
        secret: String
    }
}

impl From<Webhook> for WebhookView {
    fn from(webhook: Webhook) -> Self {
        Self::new(webhook, ())
    }
}

impl From<ListedWebhook> for ListedWebhookView {
    fn from(ListedWebhook { webhook, unread, seconds }: ListedWebhook) -> Self {
        Self::new(webhook, (EventLagView { events: unread, seconds },))
    }
}

impl From<NewSecret> for WebhookWithSecretView {
    fn from(NewSecret { webhook, secret }: NewSecret) -> Self {
        Self::new(webhook, (secret.reveal(),))
    }
}

/// An attempt to deliver an event.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = WebhookAttempt)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AttemptView {
    id: Uuid,
    /// The id of the event, which was sent as `webhook-id`.
    #[serde(rename = "eventID")]
    event_id: Uuid,
    /// The position of the event; null for a test.
    #[schema(example = 1234)]
    position: Option<u64>,
    /// The type of the event; `webhook.test` for a test.
    #[schema(example = "reservation.confirmed")]
    r#type: String,
    /// The number of the attempt to deliver this event, from 1.
    #[schema(example = 1)]
    attempt: u32,
    /// The status of the answer; null if there was none.
    #[schema(example = 200)]
    status: Option<u16>,
    /// The reason why there was no answer.
    failure: Option<DeliveryFailureWord>,
    /// The duration in milliseconds.
    #[schema(example = 87)]
    duration: u32,
    /// The time at which it began.
    at: DateTime,
}

impl From<Attempt> for AttemptView {
    fn from(attempt: Attempt) -> Self {
        let Attempt { id, event_id, position, event_type, number, result, duration, at } = attempt;
        Self {
            id: id.as_uuid(),
            event_id: event_id.as_uuid(),
            position,
            r#type: event_type,
            attempt: number,
            status: result.ok(),
            failure: result.err().map(Into::into),
            duration,
            at: DateTime(at),
        }
    }
}
