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
        if reading.reader.is_none() {
            let workspace = reading.scope(caller)?.workspace_id();
            reading.reader = Some(self.arrivals.enter(workspace, caller.api_key_id())?);
        }
        Ok(())
    }

    /// Waits until the log continues, at most until an instant. The caller may have been revoked in the meantime, so it
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
