//! Responses of the audit trail.

use domain::audit::{Actor, AuditRecord, Fact};
use domain::ids::TenantId;
use serde::{Serialize, Serializer};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::response::date_time::DateTime;
use crate::response::facts::FactView;

const OPERATOR: &str = "operator";

/// A change: who did what to which resource, in which tenant and when. Names are those of that time.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AuditEntry)]
pub(crate) struct AuditEntryView {
    id: Uuid,
    at: DateTime,
    /// The action.
    #[schema(example = "tenant.update")]
    action: String,
    /// The tenant whose data changed. It may have been deleted since.
    #[serde(rename = "tenantID")]
    tenant_id: Uuid,
    #[serde(rename = "tenantName")]
    #[schema(example = "Channel A")]
    tenant_name: String,
    /// The other tenant whose trail contains the entry, or null. For a reservation that an importer sold, it is the
    /// owner of the listing at that time, or the importer. It may have been deleted since.
    #[serde(rename = "otherTenantID")]
    other_tenant_id: Option<Uuid>,
    actor: ActorView,
    /// The type of the resource that was changed.
    #[serde(rename = "resourceType")]
    #[schema(example = "tenant")]
    resource_type: String,
    /// The resource that was changed. It may have been deleted since.
    #[serde(rename = "resourceID")]
    resource_id: Uuid,
    #[serde(rename = "resourceName")]
    #[schema(example = "Channel A")]
    resource_name: String,
    /// The previous values of the changed fields: null, true or false, an integer or a text under each name.
    #[schema(value_type = std::collections::BTreeMap<String, serde_json::Value>)]
    before: FactsView,
    /// The new values of the changed fields: null, true or false, an integer or a text under each name.
    #[schema(value_type = std::collections::BTreeMap<String, serde_json::Value>)]
    after: FactsView,
}

/// The actor of a change.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AuditActor)]
struct ActorView {
    /// The kind of actor: `user`; `tenant` for a user of another tenant, who is not named; or `operator` for the
    /// command line and the automatic work of the service.
    #[schema(example = "user")]
    kind: &'static str,
    /// The API user; null for the operator and for another tenant.
    #[serde(rename = "userID")]
    user_id: Option<Uuid>,
    /// The name of the user, the tenant or the operator.
    #[schema(example = "Administrator")]
    name: String,
    /// The key that the request came with; null for the operator and for another tenant.
    #[serde(rename = "apiKeyID")]
    api_key_id: Option<Uuid>,
}

/// A JSON object of the facts.
#[derive(Debug)]
struct FactsView(Vec<(String, Fact)>);

impl Serialize for FactsView {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, fact)| (name, FactView(fact.clone()))))
    }
}

impl ActorView {
    /// Returns the view of the actor, or of its tenant if the actor must not be shown.
    fn of(actor: Option<Actor>, tenant_name: &str) -> Self {
        let unnamed = |kind, name: &str| Self { kind, user_id: None, name: name.to_owned(), api_key_id: None };
        match actor {
            Some(Actor::ApiUser { id, name, api_key }) => {
                Self { kind: "user", user_id: Some(id.as_uuid()), name, api_key_id: Some(api_key.as_uuid()) }
            }
            Some(Actor::Operator) => unnamed(OPERATOR, OPERATOR),
            None => unnamed("tenant", tenant_name),
        }
    }
}

impl From<AuditRecord> for AuditEntryView {
    fn from(record: AuditRecord) -> Self {
        let AuditRecord {
            id,
            tenant_id,
            tenant_name,
            other_tenant_id,
            at,
            actor,
            action,
            resource_kind,
            resource_id,
            resource_name,
            before,
            after,
        } = record;
        Self {
            id: id.as_uuid(),
            at: DateTime(at),
            action,
            tenant_id: tenant_id.as_uuid(),
            actor: ActorView::of(actor, &tenant_name),
            tenant_name,
            other_tenant_id: other_tenant_id.map(TenantId::as_uuid),
            resource_type: resource_kind,
            resource_id,
            resource_name,
            before: FactsView(before),
            after: FactsView(after),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn facts_are_what_they_are_in_json() {
        let facts = [
            ("city", Fact::Null),
            ("is_default", Fact::Bool(true)),
            ("name", Fact::Text("A \"name\"".to_owned())),
            ("user_status", Fact::Integer(-2)),
        ];
        let view = FactsView(facts.map(|(name, fact)| (name.to_owned(), fact)).into());
        assert_eq!(
            serde_json::to_string(&view).expect("JSON"),
            r#"{"city":null,"is_default":true,"name":"A \"name\"","user_status":-2}"#
        );
    }
}
