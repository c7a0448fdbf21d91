//! Making a key for a user of the tenant.

use domain::access::{Caller, Permission, TenantScope};
use domain::api_keys::{ApiKey, ApiKeyName, ApiKeyToken, NewApiKey};
use domain::ids::{ApiKeyId, UserId};
use domain::instants::Edge;
use domain::receipts::{Repeatable, Reply};
use validator::Validate;

use super::{ApiKeyError, ApiKeys};
use crate::input::{Asked, InvalidInput, is, optional, required, together, valid};
use crate::receipts::{Done, Once};
use crate::retry::decide_anew;

/// A new key, as asked for.
#[derive(Debug, Clone, Default, Validate)]
pub struct CreateApiKey {
    /// What people will call it.
    #[validate(required, custom(function = is::<ApiKeyName>))]
    pub name: Option<String>,
    /// Whose key it will be: a user of the caller's tenant.
    #[validate(required, custom(function = is::<UserId>))]
    pub user_id: Option<String>,
    /// `ADMIN`, `WRITE` or `READ`.
    #[validate(required, custom(function = is::<Permission>))]
    pub permission: Option<String>,
    /// From when on it will be refused: an instant in the future.
    #[validate(custom(function = is::<Edge>, code = "expiresAt"))]
    pub expires_at: Option<String>,
}

/// A new key, and its text, which is shown this once.
#[derive(Debug, Clone)]
pub struct CreatedApiKey {
    /// The key.
    pub api_key: ApiKey,
    /// What the client will send.
    pub token: ApiKeyToken,
}

impl ApiKeys {
    /// Makes a key for a user of the caller's tenant.
    ///
    /// Its text is stored nowhere, so a request that is repeated is refused with the id of the key that it made.
    pub async fn create(
        &self,
        caller: &Caller,
        asked: Asked<CreateApiKey>,
        request: Option<Repeatable>,
    ) -> Result<CreatedApiKey, ApiKeyError> {
        let scope = caller.tenant_scope(Permission::Admin)?;
        let once = Once::new(request, |id: ApiKeyId| Reply { status: 201, body: id.to_string().into_bytes() });
        match self.receipts.once(caller, &once, async || self.create_in(&scope, caller, asked, &once).await).await? {
            Done::Now(created) => Ok(created),
            Done::Before(reply) => Err(ApiKeyError::already_created(&reply)),
        }
    }

    async fn create_in(
        &self,
        scope: &TenantScope,
        caller: &Caller,
        asked: Asked<CreateApiKey>,
        once: &Once<ApiKeyId>,
    ) -> Result<CreatedApiKey, ApiKeyError> {
        let command = asked?;
        let expiry = command.expires_at.as_deref().and_then(|text| text.parse().ok()).map(Edge::instant);
        let expiry = ApiKey::expiry(expiry, self.ambient.now()).map(drop);
        together(valid(&command), expiry.map_err(|error| InvalidInput::new("expiresAt", error)))?;
        let user_id = required("user_id", command.user_id.as_deref())?;
        let permission = required("permission", command.permission.as_deref())?;
        let expires_at = optional("expiresAt", command.expires_at.as_deref())?.map(Edge::instant);

        let secret = self.ambient.secret();
        let token = ApiKeyToken::new(scope.workspace_id(), self.ambient.id(ApiKeyId::new), secret.clone());
        decide_anew(async || {
            let user = self.users.find(scope, user_id).await?;
            let user = user.ok_or_else(|| ApiKeyError::user_not_found("user_id"))?;
            caller.may_handle(user.role())?;
            let (secret, name) = (secret.clone(), required("name", command.name.as_deref())?);
            let new = NewApiKey { id: token.id(), secret, name, permission, expires_at };
            let stamp = scope.stamp(self.ambient.audit_id(), self.ambient.now());
            let change = ApiKey::issue(new, &user, stamp).map_err(|error| InvalidInput::new("expiresAt", error))?;
            let api_key = self.repository.create(scope, &user, once.sign(change, &token.id())).await?;
            Ok(CreatedApiKey { api_key, token: token.clone() })
        })
        .await
    }
}
