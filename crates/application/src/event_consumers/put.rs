//! Storing the position of an event consumer.

use domain::access::{Caller, Permission};
use domain::event_consumers::{ConsumerName, EventConsumer, Place};
use domain::ids::EventConsumerId;
use serde::Deserialize;
use utoipa::ToSchema;

use super::{EventConsumerError, EventConsumers};
use crate::events::Position;
use crate::input::reader::{FieldReader, Fields, read};
use crate::input::{Input, InvalidInput};
use crate::steps::precondition::Precondition;
use crate::steps::retry::retry_stale;

/// The position of a consumer.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[schema(as = EventConsumerBody)]
pub struct PutEventConsumer {
    /// The position of the last event that the client has read. It may be lower than before: then the client reads events
    /// again.
    #[schema(required, nullable = false, minimum = 0, example = 1234)]
    pub position: Option<i64>,
}

impl Fields for PutEventConsumer {
    type Values = u64;

    fn read(&self, r: &mut FieldReader) -> Option<u64> {
        r.required("position", &self.position).map(|Position(position)| position)
    }
}

/// A stored consumer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventConsumerPut {
    /// The consumer.
    pub consumer: EventConsumer,
    /// Whether it is new.
    pub is_new: bool,
}

impl EventConsumers {
    /// Stores how far a client has read, under a name of its choice.
    pub async fn put(
        &self,
        caller: &Caller,
        name: &str,
        input: Input<PutEventConsumer>,
        precondition: &Precondition<EventConsumer>,
    ) -> Result<EventConsumerPut, EventConsumerError> {
        let scope = caller.tenant_scope(Permission::Write)?;
        let position = read(&input?)?;
        let name: ConsumerName = name.parse().map_err(|error| InvalidInput::new("name", error))?;
        let feed = caller.event_scope(false)?;
        retry_stale(async || {
            let log = self.events.log(&feed).await?;
            let place = Place::after(position, log.oldest, log.position);
            let place = place.map_err(|error| InvalidInput::new("position", error))?;
            let found = self.repository.get(&scope, &name).await?;
            precondition.check_if_any(found.as_ref())?;
            let is_new = found.is_none();
            let consumer = match found {
                None => {
                    let named = (self.ambient.id(EventConsumerId::new), name.clone());
                    let new = EventConsumer::new(&scope, named, place, self.ambient.now());
                    self.repository.create(&scope, new).await?
                }
                Some(stored) => match stored.move_to(place, self.ambient.now()) {
                    Some(moved) => self.repository.update(&scope, moved).await?,
                    None => stored,
                },
            };
            Ok(EventConsumerPut { consumer, is_new })
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use ports::{MockEventConsumerRepository, RepositoryError, rules};
    use testkit::build;

    use super::super::fixture::{consumer, consumers};
    use super::*;
    use crate::outcome::codes::Code;
    use crate::outcome::problem::Problem;

    async fn put(
        repository: MockEventConsumerRepository,
        name: &str,
        position: Option<i64>,
    ) -> Result<(u64, bool), Code> {
        let input = Ok(PutEventConsumer { position });
        let stored =
            consumers(repository).put(&build::channel(Permission::Write), name, input, &Precondition::default()).await;
        stored.map(|EventConsumerPut { consumer, is_new }| (consumer.position(), is_new)).map_err(|error| error.code())
    }

    fn stored(found: Option<EventConsumer>) -> MockEventConsumerRepository {
        let mut repository = MockEventConsumerRepository::new();
        repository.expect_get().returning(move |_, _| Ok(found.clone()));
        repository
    }

    #[tokio::test]
    async fn a_consumer_is_created_or_moved_forth_and_back_or_stays() {
        let mut repository = stored(None);
        repository.expect_create().once().returning(|_, consumer| Ok(consumer));
        assert_eq!(put(repository, "billing", Some(16)).await, Ok((16, true)));
        for position in [16, 20] {
            let mut repository = stored(Some(consumer()));
            repository.expect_update().once().returning(|_, consumer| Ok(consumer));
            assert_eq!(put(repository, "billing", Some(position)).await, Ok((position.unsigned_abs(), false)));
        }
        assert_eq!(put(stored(Some(consumer())), "billing", Some(18)).await, Ok((18, false)), "nothing is stored");
    }

    #[tokio::test]
    async fn invalid_names_and_places_are_refused() {
        for (name, position) in [
            ("no name", Some(18)),
            ("billing", None),
            ("billing", Some(-1)),
            ("billing", Some(15)),
            ("billing", Some(21)),
        ] {
            for found in [None, Some(consumer())] {
                assert_eq!(
                    put(stored(found), name, position).await,
                    Err(Code::ValidationFailed),
                    "{name} {position:?}"
                );
            }
        }
    }

    #[tokio::test]
    async fn one_too_many_is_a_conflict_and_a_race_is_tried_again() {
        let mut repository = stored(None);
        let taken = || RepositoryError::Taken { rule: rules::EVENT_CONSUMERS };
        repository.expect_create().once().returning(move |_, _| Err(taken()));
        assert_eq!(put(repository, "billing", Some(18)).await, Err(Code::TooManyEventConsumers));

        let mut repository = MockEventConsumerRepository::new();
        repository.expect_get().once().returning(|_, _| Ok(None));
        repository.expect_get().once().returning(|_, _| Ok(Some(consumer())));
        repository.expect_create().once().returning(|_, _| Err(RepositoryError::Stale));
        assert_eq!(put(repository, "billing", Some(18)).await, Ok((18, false)));
    }

    #[tokio::test]
    async fn a_precondition_is_about_what_exists_or_not() {
        for (found, is_there) in [(None, false), (Some(consumer()), true)] {
            for expected in [true, false] {
                let mut repository = stored(found.clone());
                repository.expect_create().returning(|_, consumer| Ok(consumer));
                let precondition = Precondition::new(move |found: Option<&EventConsumer>| found.is_some() == expected);
                let channel = build::channel(Permission::Write);
                let input = Ok(PutEventConsumer { position: Some(18) });
                let put = consumers(repository).put(&channel, "billing", input, &precondition).await;
                assert_eq!(put.is_ok(), is_there == expected);
            }
        }
    }

    #[tokio::test]
    async fn a_reader_stores_nothing() {
        let refused = consumers(MockEventConsumerRepository::new())
            .put(
                &build::channel(Permission::Read),
                "billing",
                Ok(PutEventConsumer::default()),
                &Precondition::default(),
            )
            .await;
        assert_eq!(refused.expect_err("refused").code(), Code::PermissionDenied);
    }
}
