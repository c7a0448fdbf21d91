//! More time for requests that wait.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use actix_web::HttpMessage;

/// The time that a request may take beyond the time limit of all requests, because it waits and uses nothing meanwhile.
#[derive(Debug, Clone, Default)]
pub(crate) struct ExtraTime(Rc<Cell<Duration>>);

impl ExtraTime {
    /// Grants a request more time.
    pub(crate) fn grant(request: &impl HttpMessage, time: Duration) {
        if let Some(Self(extra)) = request.extensions().get() {
            extra.set(time);
        }
    }

    /// Takes the time that was granted.
    pub(crate) fn take(&self) -> Duration {
        self.0.take()
    }
}
