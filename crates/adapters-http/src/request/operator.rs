//! Authentication of operators: by their key as a bearer token, and by nothing else.

use std::future::Future;
use std::ops::Deref;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use application::Refusal;
use domain::access::{AccessError, OperatorScope};
use domain::operators::OperatorKeyToken;

use crate::request::caller::{api, bearer_key, count};
use crate::request::idempotency;
use crate::response::problem::ApiError;

/// An operator, admitted by the key of the request.
pub(crate) struct Operator(OperatorScope);

impl Deref for Operator {
    type Target = OperatorScope;

    fn deref(&self) -> &OperatorScope {
        &self.0
    }
}

impl FromRequest for Operator {
    type Error = ApiError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, ApiError>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let token = token(&request)?;
            idempotency::read_key(&request)?;
            let admitted = api(&request).operators.authenticate(&token?).await?;
            if let Some(key) = admitted.operator().key() {
                count(&request, key.as_uuid(), None)?;
            }
            Ok(Self(admitted))
        })
    }
}

impl Operator {
    /// Admits the operator again, by the data that is stored now: the client may have taken long to send its body.
    pub(crate) async fn again(request: &HttpRequest) -> Result<Self, ApiError> {
        Ok(Self(api(request).operators.authenticate(&token(request)??).await?))
    }
}

/// Parses the key; the outer error is that of conflicting headers. A malformed key is refused without a query.
fn token(request: &HttpRequest) -> Result<Result<OperatorKeyToken, Refusal>, ApiError> {
    let token = bearer_key(request.headers())?.and_then(|key| str::from_utf8(key).ok()?.parse().ok());
    Ok(token.ok_or(Refusal::Access(AccessError::Unauthenticated)))
}
