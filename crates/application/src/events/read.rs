//! Reading a feed, page after page, and waiting for its next event.

use domain::access::{Caller, EventScope, Permission};
use domain::event_consumers::ConsumerName;
use ports::{EventFilter, EventPage};
use tokio::time::Instant;

use super::arrivals::Reader;
pub use super::arrivals::Wake;
use super::fields::{Beginning, EventScopeWord};
use super::start::Start;
use super::{EventError, Events, FindEvents};
use crate::input::reader::read;
use crate::input::{Input, InvalidInput};

/// The place of a client in a feed. It holds no connection to the database.
pub struct Reading {
    is_of_workspace: bool,
    filter: EventFilter,
    /// The name of the position in the request; `None` if the client has read a page or has named no position.
    named: Option<&'static str>,
    /// Whether events before the first page may be gone.
    begins_at_oldest: bool,
    waits_until: Instant,
    reader: Option<Reader>,
}

impl Reading {
    /// Whether it is of the log of the whole workspace, which runs in the default tenant.
    pub const fn is_of_workspace(&self) -> bool {
        self.is_of_workspace
    }

    /// The instant until which an empty page waits.
    pub const fn waits_until(&self) -> Instant {
        self.waits_until
    }

    /// The position up to which the client has read.
    pub const fn position(&self) -> u64 {
        self.filter.after
    }

    fn scope(&self, caller: &Caller) -> Result<EventScope, EventError> {
        Ok(caller.event_scope(self.is_of_workspace)?)
    }

    /// Notes that a page has been read.
    fn advance(&mut self, page: &EventPage) -> Result<(), EventError> {
        let after = self.filter.after;
        if after + 1 < page.oldest && !self.begins_at_oldest {
            return Err(EventError::Gone { oldest: page.oldest });
        }
        if let Some(field) = self.named
            && page.position < after
        {
            let phrase = format_args!("is beyond the last event, which is {}.", page.position);
            return Err(InvalidInput::new(field, phrase).into());
        }
        (self.named, self.begins_at_oldest) = (None, false);
        self.filter.after = page.position;
        Ok(())
    }
}

impl Events {
    /// Begins to read a feed.
    pub async fn begin(&self, caller: &Caller, input: Input<FindEvents>) -> Result<Reading, EventError> {
        let is_of_workspace = input.as_ref().is_ok_and(|query| EventScopeWord::is_workspace(query.scope.as_deref()));
        let scope = caller.event_scope(is_of_workspace)?;
        let query = read(&input?)?;
        let (after, named) = match &query.start {
            Beginning::Oldest => (0, None),
            Beginning::Given(field, Start::After(position)) => (*position, Some(*field)),
            Beginning::Given(_, Start::Latest) => (self.queries.log(&scope).await?.position, None),
            Beginning::Consumer(name) => (self.position_of(caller, name).await?, Some("consumer")),
        };
        Ok(Reading {
            is_of_workspace,
            filter: EventFilter { after, types: query.types, limit: query.limit },
            named,
            begins_at_oldest: query.start == Beginning::Oldest,
            waits_until: Instant::now() + query.wait,
            reader: None,
        })
    }

    async fn position_of(&self, caller: &Caller, name: &ConsumerName) -> Result<u64, EventError> {
        let scope = caller.tenant_scope(Permission::Read)?;
        let consumer = self.consumers.get(&scope, name).await?.ok_or(EventError::ConsumerNotFound)?;
        Ok(consumer.position())
    }

    /// Reads the next page. It may be empty although more events follow.
    pub async fn read(&self, caller: &Caller, reading: &mut Reading) -> Result<EventPage, EventError> {
        let scope = reading.scope(caller)?;
        let page = self.queries.read(&scope, &reading.filter).await?;
        reading.advance(&page)?;
        Ok(page)
    }

    /// Takes one of the limited places of those who wait.
    pub fn enter(&self, caller: &Caller, reading: &mut Reading) -> Result<(), EventError> {
        let feed = reading.scope(caller)?;
        if reading.reader.as_ref().is_none_or(|reader| *reader.feed() != feed) {
            // The user may have been switched to another tenant.
            reading.reader = None;
            reading.reader = Some(self.arrivals.enter(feed, caller.home_event_scope(), caller.api_key_id())?);
        }
        Ok(())
    }

    /// Waits until the feed continues, at most until an instant. The caller may have been revoked in the meantime, so it
    /// must be admitted again.
    pub async fn wait(&self, caller: &Caller, reading: &mut Reading, until: Instant) -> Result<Wake, EventError> {
        self.enter(caller, reading)?;
        let after = reading.filter.after;
        match &mut reading.reader {
            Some(reader) => Ok(reader.wait(after, until).await),
            None => Ok(Wake::TimedOut),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use domain::event_consumers::{EventConsumer, Place};
    use domain::ids::EventConsumerId;
    use ports::{LogState, MockEventConsumerRepository, MockEventQueries};
    use testkit::build;
    use tokio::join;

    use super::*;
    use crate::events::Arrivals;
    use crate::events::arrivals::MOST_OF_KEY;
    use crate::outcome::codes::Code;
    use crate::outcome::problem::{Extension, Problem};

    /// Returns a log of the events 17 to 20, none of which concerns the reader.
    fn log() -> MockEventQueries {
        let mut queries = MockEventQueries::new();
        queries.expect_log().returning(|_| Ok(LogState { position: 20, oldest: 17 }));
        queries
            .expect_read()
            .returning(|_, _| Ok(EventPage { events: vec![], position: 20, has_more: false, oldest: 17 }));
        queries
    }

    fn over(queries: MockEventQueries, consumer: Option<u64>) -> Events {
        let mut consumers = MockEventConsumerRepository::new();
        consumers.expect_get().withf(|scope, _| scope.tenant_id() == build::channel_id()).returning(
            move |scope, name| {
                let named = (EventConsumerId::new(build::id()), name.clone());
                let place = |position| Place::after(position, 1, position).expect("a place");
                Ok(consumer.map(|position| EventConsumer::new(scope, named, place(position), build::at())))
            },
        );
        Events { queries: Arc::new(queries), consumers: Arc::new(consumers), arrivals: Arrivals::default() }
    }

    fn channel() -> Caller {
        build::channel(Permission::Read)
    }

    fn after(position: &str) -> FindEvents {
        FindEvents { after: Some(position.to_owned()), ..FindEvents::default() }
    }

    /// Reads the first page.
    async fn first(events: &Events, query: FindEvents) -> Result<Reading, EventError> {
        let mut reading = events.begin(&channel(), Ok(query)).await?;
        events.read(&channel(), &mut reading).await.map(|_| reading)
    }

    #[tokio::test]
    async fn a_client_that_has_missed_events_is_told_so() {
        let events = over(log(), Some(3));
        let of_consumer = FindEvents { consumer: Some("billing".to_owned()), ..FindEvents::default() };
        for query in [after("0"), after("15"), of_consumer] {
            let gone = first(&events, query).await.err().expect("gone");
            assert_eq!(gone.code(), Code::EventsGone);
            assert_eq!(gone.members().extension, Some(Extension::OldestEvent(17)));
        }
        for query in [FindEvents::default(), after("16"), after("20"), after("latest")] {
            assert_eq!(
                first(&events, query.clone()).await.ok().map(|reading| reading.position()),
                Some(20),
                "{query:?}"
            );
        }
    }

    #[tokio::test]
    async fn a_client_that_is_late_later_is_told_so_too() {
        let mut queries = MockEventQueries::new();
        let mut oldest = [17, 21, 30].into_iter();
        queries.expect_read().returning(move |_, _| {
            let oldest = oldest.next().expect("three pages");
            Ok(EventPage { events: vec![], position: 20, has_more: false, oldest })
        });
        let events = over(queries, None);
        let mut reading = first(&events, FindEvents::default()).await.expect("read from the oldest");
        assert!(events.read(&channel(), &mut reading).await.is_ok(), "none is missing");
        let gone = events.read(&channel(), &mut reading).await.err().map(|error| error.code());
        assert_eq!(gone, Some(Code::EventsGone));
    }

    #[tokio::test]
    async fn a_position_beyond_the_log_is_refused_by_its_name() {
        let events = over(log(), Some(21));
        let resumed = FindEvents { last_event_id: Some("21".to_owned()), ..FindEvents::default() };
        let of_consumer = FindEvents { consumer: Some("billing".to_owned()), ..FindEvents::default() };
        for (query, field) in [(after("21"), "after"), (resumed, "Last-Event-ID"), (of_consumer, "consumer")] {
            let refused = first(&events, query).await.err().expect("refused");
            assert_eq!(refused.code(), Code::ValidationFailed);
            assert!(refused.field_errors().is_some_and(|errors| errors.contains_key(field)), "{field}");
        }
        let unknown = FindEvents { consumer: Some("unknown".to_owned()), ..FindEvents::default() };
        let refused = first(&over(log(), None), unknown).await.err().map(|error| error.code());
        assert_eq!(refused, Some(Code::EventConsumerNotFound));
    }

    #[tokio::test]
    async fn the_log_of_the_workspace_is_the_default_tenants_to_read() {
        let query = FindEvents { scope: Some("workspace".to_owned()), limit: Some(0), ..FindEvents::default() };
        for (caller, code) in
            [(channel(), Code::DefaultTenantRequired), (build::administrator(), Code::ValidationFailed)]
        {
            let refused = over(log(), None).begin(&caller, Ok(query.clone())).await.err().map(|error| error.code());
            assert_eq!(refused, Some(code), "authority comes before the values");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_reader_waits_for_the_next_event_of_its_feed() {
        let events = over(log(), None);
        let mut reading = first(&events, FindEvents { wait: Some(25), ..after("20") }).await.expect("read");
        let (caller, until) = (channel(), reading.waits_until());
        assert_eq!(until - Instant::now(), Duration::from_secs(25));
        let (woken, ()) = join!(events.wait(&caller, &mut reading, until), async {
            let feed = caller.event_scope(false).expect("a tenant");
            assert_eq!(events.arrivals.awaited(), [feed]);
            events.arrivals.arrived(&[(feed, 21)]);
        });
        assert_eq!(woken.ok(), Some(Wake::Arrived));
        let read = |reading: &mut Reading| reading.filter.after = 21;
        read(&mut reading);
        assert_eq!(events.wait(&caller, &mut reading, until).await.ok(), Some(Wake::TimedOut));
        assert!(until <= Instant::now());
    }

    #[tokio::test(start_paused = true)]
    async fn a_reader_whose_user_was_switched_waits_for_the_feed_of_the_other_tenant() {
        let events = over(log(), None);
        let mut reading = first(&events, after("20")).await.expect("read");
        let soon = || Instant::now() + Duration::from_secs(5);
        for caller in [channel(), build::administrator()] {
            assert_eq!(events.wait(&caller, &mut reading, soon()).await.ok(), Some(Wake::TimedOut));
            assert_eq!(events.arrivals.awaited(), [caller.event_scope(false).expect("a tenant")]);
        }
        assert_eq!(events.arrivals.readers(), 1);
    }

    #[tokio::test]
    async fn a_key_waits_with_so_many_requests() {
        let events = over(log(), None);
        let mut readings = Vec::new();
        for _ in 0..MOST_OF_KEY {
            let mut reading = first(&events, after("20")).await.expect("read");
            assert!(events.enter(&channel(), &mut reading).is_ok() && events.enter(&channel(), &mut reading).is_ok());
            readings.push(reading);
        }
        let mut one_more = first(&events, after("20")).await.expect("read");
        let refused = events.enter(&channel(), &mut one_more).expect_err("refused");
        assert_eq!((refused.code(), refused.members().retry_after), (Code::TooManyReaders, Some(5)));
        readings.pop();
        assert!(events.enter(&channel(), &mut one_more).is_ok());
    }
}
