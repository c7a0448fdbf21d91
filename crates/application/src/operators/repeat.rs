//! Requests of operators that may be repeated. Their answers have a secret, so a repeated request is refused with the id of
//! what the first one created.

use domain::access::OperatorScope;
use domain::idempotency::IdempotentRequest;
use domain::operators::OperatorRecord;
use uuid::Uuid;

use super::{OperatorError, Operators};
use crate::outcome::refusal::Refusal;

impl Operators {
    /// Runs `act`, or returns `already` of the resource that the same request has created before. `act` stores the
    /// [`record`](Self::record_of) with its change.
    pub(super) async fn once<T>(
        &self,
        scope: &OperatorScope,
        request: Option<&IdempotentRequest>,
        already: fn(Uuid) -> OperatorError,
        act: impl AsyncFnOnce() -> Result<T, OperatorError>,
    ) -> Result<T, OperatorError> {
        let Some(request) = request else { return act().await };
        if let Some(created) = self.created(scope, request).await? {
            return Err(already(created));
        }
        match act().await {
            Ok(done) => Ok(done),
            // Whatever the refusal, a concurrent duplicate may have succeeded since the first look-up.
            Err(refused) => match self.created(scope, request).await {
                Ok(Some(created)) => Err(already(created)),
                Err(other @ Refusal::KeyReused(_)) => Err(other.into()),
                Ok(None) | Err(_) => Err(refused),
            },
        }
    }

    /// Returns the record of a request that creates this resource.
    pub(super) fn record_of(
        &self,
        scope: &OperatorScope,
        request: Option<IdempotentRequest>,
        resource_id: Uuid,
    ) -> Option<OperatorRecord> {
        let (operator_key_id, request) = scope.operator().key().zip(request)?;
        Some(OperatorRecord { operator_key_id, request, resource_id, at: self.ambient.now() })
    }

    async fn created(&self, scope: &OperatorScope, request: &IdempotentRequest) -> Result<Option<Uuid>, Refusal> {
        match self.trail.record(scope, &request.key).await? {
            Some(record) => Ok(record.created(request, self.ambient.now())?),
            None => Ok(None),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use domain::ids::WorkspaceId;
    use ports::{MockOperatorTrail, RepositoryError, rules};
    use testkit::build;

    use super::super::fixture::{operators, scope};
    use super::*;
    use crate::outcome::codes::Code;
    use crate::outcome::problem::Problem;

    fn request(hash: u8) -> IdempotentRequest {
        IdempotentRequest { key: "key-1".parse().expect("a key"), fingerprint: [hash; 32] }
    }

    /// Runs an act with this result, over the records that are found before and after.
    async fn run(
        hash: u8,
        found: [Option<u8>; 2],
        acted: Result<u8, RepositoryError>,
    ) -> Result<u8, (Code, Option<Uuid>)> {
        let mut trail = MockOperatorTrail::new();
        let mut found = found.into_iter();
        let record = operators().record_of(&scope(), Some(request(1)), Uuid::from_u128(3)).expect("of a key");
        trail.expect_record().returning(move |_, _| {
            let stored = found.next().flatten();
            Ok(stored.map(|hash| OperatorRecord { request: request(hash), ..record.clone() }))
        });
        let operators = Operators { trail: Arc::new(trail), ..operators() };
        let already = |id| OperatorError::AlreadyCreated { id: WorkspaceId::new(id) };
        let done = operators.once(&scope(), Some(&request(hash)), already, async || Ok(acted?)).await;
        done.map_err(|error| match error {
            OperatorError::AlreadyCreated { id } => (error.code(), Some(id.as_uuid())),
            _ => (error.code(), None),
        })
    }

    #[tokio::test]
    async fn what_was_created_before_is_named_and_not_created() {
        let taken = || RepositoryError::Taken { rule: rules::IDEMPOTENCY_KEY };
        let created = Err((Code::WorkspaceAlreadyCreated, Some(Uuid::from_u128(3))));
        for (hash, found, acted, expected) in [
            (1, [None, None], Ok(7), Ok(7)),
            (1, [Some(1), None], Ok(7), created),
            (2, [Some(1), None], Ok(7), Err((Code::IdempotencyKeyReused, None))),
            (1, [None, Some(1)], Err(taken()), created),
            (2, [None, Some(1)], Err(taken()), Err((Code::IdempotencyKeyReused, None))),
            (1, [None, None], Err(taken()), Err((Code::RequestInFlight, None))),
        ] {
            assert_eq!(run(hash, found, acted).await, expected, "{hash} {found:?}");
        }
    }

    #[test]
    fn the_command_line_leaves_no_record() {
        assert_eq!(operators().record_of(&OperatorScope::new(), Some(request(1)), build::id()), None);
    }
}
