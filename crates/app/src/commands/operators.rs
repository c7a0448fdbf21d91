//! `tenantry operator-key`.

use std::fmt;

use application::{CreateOperatorKey, Operators};
use chrono::{DateTime, Utc};
use domain::access::OperatorScope;
use domain::instants::to_text;
use domain::operators::{OperatorKey, OperatorKeyParts};
use serde_json::{Value, json};

use super::print;
use crate::cli::{
    CreateOperatorKeyArguments, ListOperatorKeysArguments, OperatorKeyCommand, RevokeOperatorKeyArguments,
};
use crate::failure::told;
use crate::settings::Settings;
use crate::wire::Engine;

pub(crate) async fn operator_key(settings: &Settings, command: OperatorKeyCommand) -> anyhow::Result<()> {
    let engine = Engine::open(&settings.database, settings.limits).await?.prepare().await?;
    let operators = engine.use_cases(settings.max_key_age).operators();
    let done = match command {
        OperatorKeyCommand::Create(arguments) => create(&operators, arguments).await,
        OperatorKeyCommand::List(arguments) => list(&operators, &arguments).await,
        OperatorKeyCommand::Revoke(arguments) => revoke(&operators, &arguments).await,
    };
    engine.close().await;
    done
}

async fn create(operators: &Operators, arguments: CreateOperatorKeyArguments) -> anyhow::Result<()> {
    let CreateOperatorKeyArguments { name, json } = arguments;
    let created = operators.create_key(&OperatorScope::new(), CreateOperatorKey { name }).await;
    let (key, token) = created.map_err(told)?;
    let OperatorKeyParts { id, expires_at, .. } = key.into_parts();
    if json {
        print(json!({ "id": id.as_uuid(), "operatorKey": token.reveal(), "expiresAt": to_text(expires_at) }))
    } else {
        print(format_args!("id            {id}"))?;
        print(format_args!("expires       {}", to_text(expires_at)))?;
        print(format_args!("operator key  {}", token.reveal()))?;
        print("The key is shown this once.")
    }
}

async fn list(operators: &Operators, arguments: &ListOperatorKeysArguments) -> anyhow::Result<()> {
    let keys = operators.list_keys(&OperatorScope::new()).await.map_err(told)?;
    if arguments.json {
        return print(keys.into_iter().map(shown).collect::<Value>());
    }
    for key in keys {
        let OperatorKeyParts { id, name, expires_at, revoked_at, .. } = key.into_parts();
        let end = revoked_at.map_or(End("expires", expires_at), |at| End("revoked", at));
        print(format_args!("{id}  {end}  {}", name.as_str()))?;
    }
    Ok(())
}

async fn revoke(operators: &Operators, arguments: &RevokeOperatorKeyArguments) -> anyhow::Result<()> {
    operators.revoke_key(&OperatorScope::new(), arguments.id).await.map_err(told)?;
    print("The key is revoked.")
}

/// The end of a key: the word, and the time.
struct End(&'static str, DateTime<Utc>);

impl fmt::Display for End {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.0, to_text(self.1))
    }
}

fn shown(key: OperatorKey) -> Value {
    let OperatorKeyParts { id, name, secret_hash: _, created_at, expires_at, revoked_at } = key.into_parts();
    json!({
        "id": id.as_uuid(), "name": name.as_str(), "createdAt": to_text(created_at), "expiresAt": to_text(expires_at),
        "revokedAt": revoked_at.map(to_text),
    })
}
