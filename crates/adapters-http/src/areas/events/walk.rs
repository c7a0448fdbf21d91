//! The walk of a client through a feed, in a request that may wait.

use actix_web::http::header::HeaderValue;
use actix_web::rt::time::Instant;
use actix_web::{HttpMessage, HttpRequest, web};
use application::{EventPage, FindEvents, Reading, Wake};

use crate::request::caller::{InTenant, ServedIn};
use crate::request::extra_time::ExtraTime;
use crate::request::headers::LAST_EVENT_ID;
use crate::request::query::Query;
use crate::response::problem::ApiError;
use crate::state::Api;

/// A request that reads events, with its place in the feed.
pub(super) struct Walk {
    api: web::Data<Api>,
    pub(super) request: HttpRequest,
    pub(super) caller: InTenant,
    pub(super) reading: Reading,
}

impl Walk {
    /// Begins where the query says.
    pub(super) async fn begin(
        api: web::Data<Api>,
        caller: InTenant,
        Query(query): Query<FindEvents>,
        request: HttpRequest,
    ) -> Result<Self, ApiError> {
        let reading = api.events.begin(&caller, query).await?;
        let walk = Self { api, request, caller, reading };
        walk.note_tenant();
        Ok(walk)
    }

    /// Begins where the header of the stream says or, without it, the query.
    pub(super) async fn resume(
        api: web::Data<Api>,
        caller: InTenant,
        Query(query): Query<FindEvents>,
        request: HttpRequest,
    ) -> Result<Self, ApiError> {
        let last_event_id = request.headers().get(LAST_EVENT_ID).map(HeaderValue::as_bytes);
        let last_event_id = last_event_id.map(|id| String::from_utf8_lossy(id).into_owned());
        let query = query.map(|query| FindEvents { last_event_id, ..query });
        Self::begin(api, caller, Query(query), request).await
    }

    /// Notes the tenant that the request is served in: the log of a workspace is that of the default tenant.
    fn note_tenant(&self) {
        if self.reading.is_of_workspace() {
            self.request.extensions_mut().insert(ServedIn(self.caller.authority_id()));
        }
    }

    /// Reads the next page.
    pub(super) async fn page(&mut self) -> Result<EventPage, ApiError> {
        Ok(self.api.events.read(&self.caller, &mut self.reading).await?)
    }

    /// Reads the next page that has events, and waits for it as long as the query says.
    pub(super) async fn page_with_events(&mut self) -> Result<EventPage, ApiError> {
        let until = self.reading.waits_until();
        ExtraTime::grant(&self.request, until.saturating_duration_since(Instant::now()));
        loop {
            let page = self.page().await?;
            let is_over = until <= Instant::now();
            if !page.events.is_empty() || is_over {
                return Ok(page);
            }
            if !page.has_more && self.wait(until).await? == Wake::Stopping {
                return Ok(page);
            }
            self.admit_again().await?;
        }
    }

    /// Takes one of the limited places of those who wait.
    pub(super) fn enter(&mut self) -> Result<(), ApiError> {
        Ok(self.api.events.enter(&self.caller, &mut self.reading)?)
    }

    /// Waits until the feed continues, at most until an instant.
    pub(super) async fn wait(&mut self, until: Instant) -> Result<Wake, ApiError> {
        Ok(self.api.events.wait(&self.caller, &mut self.reading, until).await?)
    }

    /// Admits the caller again, who may have been revoked during a wait.
    pub(super) async fn admit_again(&mut self) -> Result<(), ApiError> {
        self.caller = InTenant::again(&self.request).await?;
        self.note_tenant();
        Ok(())
    }
}
