//! Authentication of requests, by the key and tenant headers of both contracts.

use std::future::Future;
use std::marker::PhantomData;
use std::ops::Deref;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::http::header::{AUTHORIZATION, HeaderMap, HeaderValue};
use actix_web::{FromRequest, HttpMessage, HttpRequest, web};
use application::fairness::{Client, works_for};
use application::{Code, Refusal};
use domain::access::{AccessError, Caller, Permission, TenantChoice};
use domain::api_keys::ApiKeyToken;
use domain::ids::TenantId;
use uuid::Uuid;

use crate::request::headers::{API_KEY, TENANT_HEADERS};
use crate::request::idempotency;
use crate::response::problem::ApiError;
use crate::state::Api;

const BEARER: &str = "Bearer";

/// The tenant in which a request was served, for the response header.
#[derive(Clone, Copy)]
pub(crate) struct ServedIn(pub(crate) TenantId);

/// A caller admitted by the headers of the request.
pub(crate) struct Admitted<T> {
    caller: Caller,
    is_stateless: bool,
    runs_in: PhantomData<T>,
}

/// The tenant that an operation runs in.
pub(crate) trait RunsIn: 'static {
    /// Whether such an operation may move the user into another tenant, which the stateless header prevents.
    const MAY_MOVE_USER: bool;

    /// Returns the tenant in which the operation runs.
    fn tenant(caller: &Caller) -> TenantId;

    /// Checks that the caller has the permission in that tenant.
    fn leave(caller: &Caller, needed: Permission) -> Result<(), AccessError>;
}

/// A marker for operations that work in the tenant of the request.
pub(crate) enum TenantOfRequest {}

/// A marker for operations that run in the tenant whose authority they use.
pub(crate) enum TenantOfAuthority {}

/// The caller of an operation that works in the tenant of the request.
pub(crate) type InTenant = Admitted<TenantOfRequest>;

/// The caller of an operation that runs in the tenant whose authority it uses.
pub(crate) type UnderAuthority = Admitted<TenantOfAuthority>;

impl RunsIn for TenantOfRequest {
    const MAY_MOVE_USER: bool = false;

    fn tenant(caller: &Caller) -> TenantId {
        caller.tenant_id()
    }

    fn leave(caller: &Caller, needed: Permission) -> Result<(), AccessError> {
        caller.tenant_scope(needed).map(drop)
    }
}

impl RunsIn for TenantOfAuthority {
    const MAY_MOVE_USER: bool = true;

    fn tenant(caller: &Caller) -> TenantId {
        caller.authority_id()
    }

    fn leave(caller: &Caller, needed: Permission) -> Result<(), AccessError> {
        caller.admin_scope(needed).map(drop)
    }
}

impl<T> Deref for Admitted<T> {
    type Target = Caller;

    fn deref(&self) -> &Caller {
        &self.caller
    }
}

impl<T: RunsIn> FromRequest for Admitted<T> {
    type Error = ApiError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, ApiError>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let presented = presented(request.headers())?;
            idempotency::read_key(&request)?;
            let token = presented.token()?;
            let identified = api(&request).authentication.identify(&token, presented.choice).await?;
            let home = identified.home_tenant_id();
            let entered = identified.enter(presented.choice);
            // A genuine key counts, even if the request is refused for another reason; but a banned user does not use the
            // tenant's quota.
            let is_active = !matches!(entered, Err(AccessError::UserNotActive));
            count(&request, token.id().as_uuid(), is_active.then_some(home))?;
            Ok(Self::new(&request, entered?))
        })
    }
}

impl<T: RunsIn> Admitted<T> {
    fn new(request: &HttpRequest, caller: Caller) -> Self {
        works_for(Client { workspace: caller.own_scope().workspace_id(), tenant: caller.home_tenant_id() });
        let is_stateless = request.headers().contains_key(API_KEY);
        let admitted = Self { caller, is_stateless, runs_in: PhantomData };
        request.extensions_mut().insert(ServedIn(admitted.served_in()));
        admitted
    }

    /// Admits the caller again, by the data that is stored now: the client may have taken long to send its body, or have
    /// waited for events.
    pub(crate) async fn again(request: &HttpRequest) -> Result<Self, ApiError> {
        request.extensions_mut().remove::<ServedIn>();
        let presented = presented(request.headers())?;
        let caller = api(request).authentication.authenticate(&presented.token()?, presented.choice).await?;
        Ok(Self::new(request, caller))
    }

    /// Whether the operation may move the user: not if the key came in the stateless header, which neither uses nor moves
    /// the current tenant.
    pub(crate) const fn may_move_user(&self) -> bool {
        T::MAY_MOVE_USER && !self.is_stateless
    }

    /// The tenant that the operation runs in.
    pub(crate) fn served_in(&self) -> TenantId {
        T::tenant(&self.caller)
    }
}

pub(crate) fn api(request: &HttpRequest) -> &Api {
    request.app_data::<web::Data<Api>>().expect("`configure` adds it")
}

/// Counts a request of the key and of its active user's home tenant, and refuses it if it exceeds a rate limit.
pub(crate) fn count(request: &HttpRequest, key: Uuid, home: Option<TenantId>) -> Result<(), ApiError> {
    let Some(standing) = api(request).server_limits.rate_limits.count(key, home) else { return Ok(()) };
    let refused = standing.is_over.then(|| standing.refusal());
    request.extensions_mut().insert(standing);
    refused.map_or(Ok(()), |message| Err(ApiError::new(Code::RateLimited, message)))
}

/// The key and tenant that the headers name.
#[derive(Debug, PartialEq)]
pub(crate) struct Presented<'a> {
    key: Option<&'a [u8]>,
    pub(crate) choice: TenantChoice,
}

impl Presented<'_> {
    /// Parses the key. A malformed key is refused without a query.
    pub(crate) fn token(&self) -> Result<ApiKeyToken, Refusal> {
        let token = self.key.and_then(|key| str::from_utf8(key).ok()).and_then(|key| key.parse().ok());
        token.ok_or(Refusal::Access(AccessError::Unauthenticated))
    }
}

fn key(headers: &HeaderMap) -> Result<Option<&[u8]>, ApiError> {
    let api_keys = headers.get_all(API_KEY).map(HeaderValue::as_bytes);
    let bearers = headers.get_all(AUTHORIZATION).filter_map(|value| bearer(value.as_bytes()));
    only_one(api_keys.chain(bearers), Code::ConflictingKeys, "The request holds different API keys.")
}

/// Returns the key of a request that has it as a bearer token only.
pub(crate) fn bearer_key(headers: &HeaderMap) -> Result<Option<&[u8]>, ApiError> {
    Ok(key(headers)?.filter(|_| !headers.contains_key(API_KEY)))
}

pub(crate) fn presented(headers: &HeaderMap) -> Result<Presented<'_>, ApiError> {
    let key = key(headers)?;

    let named = TENANT_HEADERS.into_iter().flat_map(|name| headers.get_all(name));
    let named = named.map(|value| value.to_str().ok().and_then(|id| id.parse().ok()).ok_or_else(malformed_tenant));
    let named = named.collect::<Result<Vec<TenantId>, _>>()?;
    let named = only_one(named.into_iter(), Code::ConflictingTenants, "The request names different tenants.")?;

    let choice = match named {
        Some(id) => TenantChoice::Named(id),
        None if headers.contains_key(API_KEY) => TenantChoice::Home,
        None => TenantChoice::Current,
    };
    Ok(Presented { key, choice })
}

/// Returns the credentials of a `Bearer` header. Headers of other schemes are ignored.
fn bearer(value: &[u8]) -> Option<&[u8]> {
    let (scheme, credentials) = value.split_at_checked(BEARER.len())?;
    let is_bearer = scheme.eq_ignore_ascii_case(BEARER.as_bytes()) && credentials.first().is_none_or(|c| *c == b' ');
    is_bearer.then(|| credentials.trim_ascii())
}

/// Returns the common value, if there is one. Different values are an error.
fn only_one<T: PartialEq>(
    mut values: impl Iterator<Item = T>,
    code: Code,
    message: &str,
) -> Result<Option<T>, ApiError> {
    let first = values.next();
    if values.all(|value| Some(&value) == first.as_ref()) { Ok(first) } else { Err(ApiError::new(code, message)) }
}

fn malformed_tenant() -> ApiError {
    ApiError::new(Code::MalformedTenantHeader, "The tenant header must be a valid UUID.")
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderName;

    use super::*;

    const A: &str = "0192f0c1-7b1e-7000-8000-00000000000a";
    const B: &str = "0192f0c1-7b1e-7000-8000-00000000000b";

    fn read(headers: &[(&'static str, &str)]) -> Result<(Option<String>, TenantChoice), Code> {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(HeaderName::from_static(name), HeaderValue::from_str(value).expect("a header"));
        }
        let text = |key: &[u8]| String::from_utf8_lossy(key).into_owned();
        presented(&map).map(|Presented { key, choice }| (key.map(text), choice)).map_err(|error| error.code)
    }

    #[test]
    fn the_header_of_the_key_chooses_the_rule() {
        let named = TenantChoice::Named(A.parse().expect("an id"));
        let key = || Some("k".to_owned());
        for (headers, expected) in [
            (&[][..], Ok((None, TenantChoice::Current))),
            (&[("x-calry-api-key", "k")], Ok((key(), TenantChoice::Home))),
            (&[("authorization", "Bearer k")], Ok((key(), TenantChoice::Current))),
            (&[("authorization", "bearer  k ")], Ok((key(), TenantChoice::Current))),
            (&[("authorization", "Bearer k"), ("x-calry-api-key", "k")], Ok((key(), TenantChoice::Home))),
            (&[("authorization", "Basic k")], Ok((None, TenantChoice::Current))),
            (&[("authorization", "Bearerk")], Ok((None, TenantChoice::Current))),
            (&[("authorization", "Basic x"), ("x-calry-api-key", "k")], Ok((key(), TenantChoice::Home))),
            (&[("x-calry-api-key", "k"), ("x-calry-api-key", "k")], Ok((key(), TenantChoice::Home))),
            (&[("x-calry-api-key", "k"), ("x-calry-tenant-id", A)], Ok((key(), named))),
            (&[("authorization", "Bearer k"), ("x-tenant-id", A)], Ok((key(), named))),
            (&[("x-calry-tenant-id", A), ("x-tenant-id", &A.to_uppercase())], Ok((None, named))),
            (&[("x-calry-api-key", "k"), ("x-calry-api-key", "l")], Err(Code::ConflictingKeys)),
            (&[("authorization", "Bearer k"), ("x-calry-api-key", "l")], Err(Code::ConflictingKeys)),
            (&[("x-calry-tenant-id", A), ("x-tenant-id", B)], Err(Code::ConflictingTenants)),
            (&[("x-tenant-id", A), ("x-tenant-id", B)], Err(Code::ConflictingTenants)),
            (&[("x-calry-tenant-id", "")], Err(Code::MalformedTenantHeader)),
            (&[("x-calry-tenant-id", "channel-a")], Err(Code::MalformedTenantHeader)),
            (&[("x-calry-tenant-id", A), ("x-tenant-id", "x")], Err(Code::MalformedTenantHeader)),
        ] {
            assert_eq!(read(headers), expected, "{headers:?}");
        }
    }

    #[test]
    fn a_malformed_key_is_refused_without_a_query() {
        for key in [None, Some(&b""[..]), Some(b"tny_mistyped"), Some(b"tny_\xff")] {
            let refused = Presented { key, choice: TenantChoice::Home }.token().map(|token| token.id());
            assert!(matches!(refused, Err(Refusal::Access(AccessError::Unauthenticated))), "{key:?}");
        }
    }
}
