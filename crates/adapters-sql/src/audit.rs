//! The audit trail: written in the transaction of the change that it speaks of.

use domain::audit::{Actor, AuditEntry, Fact, Facts};
use ports::RepositoryError;
use serde_json::{Map, Value};

use crate::database::Transaction;
use crate::entities::audit::Model;

const OPERATOR: &str = "operator";

impl Transaction {
    /// Appends the entry.
    pub(crate) async fn append(&self, entry: AuditEntry) -> Result<(), RepositoryError> {
        self.insert(row(entry)).await
    }
}

fn row(entry: AuditEntry) -> Model {
    let AuditEntry {
        id,
        workspace_id,
        tenant_id,
        tenant_name,
        at,
        actor,
        action,
        resource_kind,
        resource_id,
        resource_name,
        before,
        after,
    } = entry;
    let (actor_id, actor_name, actor_key_id) = match actor {
        Actor::ApiUser { id, name, api_key } => (Some(id.as_uuid()), name, Some(api_key.as_uuid())),
        Actor::Operator => (None, OPERATOR.to_owned(), None),
    };
    Model {
        workspace_id: workspace_id.as_uuid(),
        id: id.as_uuid(),
        at,
        tenant_id: tenant_id.as_uuid(),
        tenant_name,
        actor_id,
        actor_name,
        actor_key_id,
        action: action.to_owned(),
        resource_kind: resource_kind.as_str().to_owned(),
        resource_id,
        resource_name,
        before: json(before),
        after: json(after),
    }
}

fn json(facts: Facts) -> Value {
    let values = facts.into_iter().map(|(name, fact)| {
        let value = match fact {
            Fact::Null => Value::Null,
            Fact::Bool(value) => value.into(),
            Fact::Integer(value) => value.into(),
            Fact::Text(value) => value.into(),
        };
        (name.to_owned(), value)
    });
    Value::Object(values.collect::<Map<_, _>>())
}
