//! The fields of a webhook, as sent.

use domain::events::EventType;
use domain::patch::Patch;
use domain::webhooks::{Reach, WebhookDetails, WebhookEdit, WebhookScope, WebhookTypes, WebhookUrl};
use serde::Deserialize;
use utoipa::ToSchema;
use validator::ValidationErrors;

use crate::input::bodies::bodies;
use crate::input::enum_schemas::WebhookScopeWord;
use crate::input::reader::FieldReader;
use crate::input::wire::bounded;

bodies! {
    CreateWebhookBody: WebhookFields = "url";
}

/// The fields of a webhook. A new one needs `url`. In an update, an absent field is left unchanged and null clears a
/// field. You may send a whole webhook back: its read-only fields are ignored.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[schema(as = WebhookBody)]
pub struct WebhookFields {
    /// The address of the receiver: https, on port 443 or above 1023, at a public address.
    #[serde(default)]
    #[schema(value_type = Option<String>, nullable = false, example = "https://hooks.example.com/tenantry", max_length = 2048)]
    pub url: Patch<String>,
    /// A description.
    #[serde(default)]
    #[schema(value_type = Option<String>, example = "The calendar of the front desk", max_length = 255)]
    pub description: Patch<String>,
    /// The types of the events to deliver, like `listing.updated`, or `reservation.*` for all types of a resource. The
    /// default is all types.
    #[serde(default, deserialize_with = "bounded::<_, _, _, { EventType::ALL.len() }>")]
    #[schema(value_type = Option<Vec<String>>, example = json!(["reservation.*"]))]
    pub types: Patch<Vec<String>>,
    /// The events to deliver: `tenant` (default) for those that concern the tenant of the request, `workspace` for those of
    /// the whole workspace, which needs the authority of the default tenant. It never changes.
    #[serde(default)]
    #[schema(value_type = Option<WebhookScopeWord>, nullable = false)]
    pub scope: Patch<String>,
}

impl WebhookFields {
    /// Whether the events of the whole workspace are asked for, which must be known before the fields are checked.
    pub(super) fn is_of_workspace(&self) -> bool {
        self.scope.as_ref().value().and_then(|scope| scope.parse().ok()) == Some(WebhookScope::Workspace)
    }

    /// Reads the fields of a new webhook.
    pub(crate) fn details(&self, reach: Reach) -> Result<WebhookDetails, ValidationErrors> {
        let mut r = FieldReader::default();
        if self.url.is_keep() {
            r.required::<_, WebhookUrl>("url", &self.url);
        }
        let scope = r.keep("scope", &self.scope).unwrap_or_default();
        let WebhookEdit { url, description, types } = self.read(&mut r, reach);
        let details = url.map(|url| WebhookDetails {
            url,
            description: description.value(),
            types: types.unwrap_or_default(),
            scope,
        });
        r.finish(details)
    }

    /// Reads the changes of a webhook, and the scope that it must have, if it is sent.
    pub(crate) fn edit(&self, reach: Reach) -> Result<(WebhookEdit, Option<WebhookScope>), ValidationErrors> {
        let mut r = FieldReader::default();
        let scope = r.keep("scope", &self.scope);
        let edit = self.read(&mut r, reach);
        r.finish(Some((edit, scope)))
    }

    fn read(&self, r: &mut FieldReader, reach: Reach) -> WebhookEdit {
        let url: Option<WebhookUrl> = r.keep("url", &self.url);
        if let Some(Err(error)) = url.as_ref().map(|url| url.expect_within(reach)) {
            r.refuse("url", error);
        }
        let types = match &self.types {
            Patch::Keep => None,
            Patch::Clear => Some(WebhookTypes::default()),
            Patch::Set(types) => {
                r.items("types", types, EventType::ALL.len(), FieldReader::item).map(WebhookTypes::new)
            }
        };
        WebhookEdit { url, description: r.clear("description", &self.description), types }
    }
}
