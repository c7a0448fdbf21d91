//! Enabling a webhook, where it stopped or at another position.

use domain::access::{Caller, Permission};
use domain::event_consumers::Place;
use domain::ids::WebhookId;
use domain::webhooks::Webhook;
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use utoipa::ToSchema;

use super::{WebhookError, Webhooks};
use crate::events::Start;
use crate::input::reader::{FieldReader, Fields, read};
use crate::input::{Input, InvalidInput};
use crate::steps::precondition::Precondition;
use crate::steps::retry::retry_stale;

/// The position at which a webhook goes on.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[schema(as = EnableWebhookBody)]
pub struct EnableWebhook {
    /// The position of the last event that is not delivered again, or `latest` to go on with the events that come. The
    /// default is where it stopped.
    #[serde(default, deserialize_with = "number_or_text")]
    #[schema(value_type = Option<Value>, example = 1234)]
    pub position: Option<String>,
}

/// Reads a number or a text as a text.
fn number_or_text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    match Value::deserialize(deserializer)? {
        Value::Null => Ok(None),
        Value::String(text) => Ok(Some(text)),
        Value::Number(number) => Ok(Some(number.to_string())),
        _ => Err(serde::de::Error::custom("expected a number or a string")),
    }
}

impl Fields for EnableWebhook {
    type Values = Option<Start>;

    fn read(&self, r: &mut FieldReader) -> Option<Option<Start>> {
        Some(r.given("position", &self.position))
    }
}

impl Webhooks {
    /// Enables a webhook of the caller's tenant, and tries to deliver its next event at once.
    pub async fn enable(
        &self,
        caller: &Caller,
        id: WebhookId,
        input: Input<EnableWebhook>,
        precondition: &Precondition<Webhook>,
    ) -> Result<Webhook, WebhookError> {
        let scope = caller.tenant_scope(Permission::Admin)?;
        self.outbound.vault()?;
        let start = read(&input?)?;
        let feed = caller.event_scope(false)?;
        retry_stale(async || {
            let webhook = self.load(&scope, id).await?;
            let log = self.events.log(&feed).await?;
            let position = match start {
                Some(Start::After(position)) => {
                    let place = Place::after(position, log.oldest, log.position);
                    place.map_err(|error| InvalidInput::new("position", error))?;
                    Some(position)
                }
                Some(Start::Latest) => Some(log.position),
                None => None,
            };
            precondition.check(&webhook)?;
            if position.is_none() && webhook.progress().position + 1 < log.oldest {
                return Err(WebhookError::EventsGone { oldest: log.oldest });
            }
            let stamp = scope.stamp(self.ambient.audit_id(), self.ambient.now());
            match webhook.enable(position, &scope, stamp) {
                Some(change) => Ok(self.repository.enable(&scope, change).await?),
                None => Ok(webhook),
            }
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use domain::ids::AuditId;
    use domain::webhooks::{DisabledReason, Progress, WebhookParts};
    use ports::MockWebhookRepository;
    use testkit::build;

    use super::super::fixture::{webhook, webhooks};
    use super::*;
    use crate::outcome::codes::Code;
    use crate::outcome::problem::Problem;

    /// Enables a webhook that was disabled at a position.
    async fn enable(disabled_at: u64, position: Option<&str>) -> Result<u64, Code> {
        let mut repository = MockWebhookRepository::new();
        repository.expect_get().returning(move |scope, _| {
            let parts = webhook().into_parts();
            let progress = Progress { position: disabled_at, ..parts.progress };
            let enabled = Webhook::from_parts(WebhookParts { progress, ..parts });
            let stamp = scope.stamp(AuditId::new(build::id()), build::at());
            Ok(enabled.disable(DisabledReason::Gone, scope, stamp).map(|change| change.after))
        });
        repository.expect_enable().returning(|_, change| Ok(change.after));
        let input = Ok(EnableWebhook { position: position.map(ToOwned::to_owned) });
        let (caller, id) = (build::channel(Permission::Admin), WebhookId::new(build::id()));
        let enabled = webhooks(repository).enable(&caller, id, input, &Precondition::default()).await;
        enabled.map(|webhook| webhook.progress().position).map_err(|error| error.code())
    }

    #[tokio::test]
    async fn a_webhook_goes_on_where_it_stopped_or_elsewhere_in_the_log() {
        for (disabled_at, position, expected) in [
            (18, None, Ok(18)),
            (16, None, Ok(16)),
            (18, Some("16"), Ok(16)),
            (18, Some("20"), Ok(20)),
            (18, Some("latest"), Ok(20)),
            (3, Some("16"), Ok(16)),
            (3, None, Err(Code::EventsGone)),
            (18, Some("15"), Err(Code::ValidationFailed)),
            (18, Some("21"), Err(Code::ValidationFailed)),
            (18, Some("-1"), Err(Code::ValidationFailed)),
            (18, Some("first"), Err(Code::ValidationFailed)),
        ] {
            assert_eq!(enable(disabled_at, position).await, expected, "{disabled_at} {position:?}");
        }
    }

    #[test]
    fn a_position_is_a_number_or_a_word() {
        let read = |json: &str| serde_json::from_str::<EnableWebhook>(json).map(|command| command.position).ok();
        for (json, expected) in [
            ("{}", Some(None)),
            (r#"{"position": null}"#, Some(None)),
            (r#"{"position": 7}"#, Some(Some("7"))),
            (r#"{"position": "latest"}"#, Some(Some("latest"))),
            (r#"{"position": 1.5}"#, Some(Some("1.5"))),
            (r#"{"position": [7]}"#, None),
            (r#"{"position": true}"#, None),
        ] {
            assert_eq!(read(json), expected.map(|text| text.map(ToOwned::to_owned)), "{json}");
        }
    }
}
