//! Bodies that clients hold back (`Expect: 100-continue`).

use std::cell::Cell;
use std::rc::Rc;

use actix_web::HttpMessage;

/// A flag that is set when an operation reads a body that the client holds back until `100 Continue`.
#[derive(Debug, Clone, Default)]
pub(crate) struct Awaited(Rc<Cell<bool>>);

impl Awaited {
    /// Requests the body if the client waits for `100 Continue`.
    pub(crate) fn ask(request: &impl HttpMessage) {
        if let Some(Self(asked)) = request.extensions().get() {
            asked.set(true);
        }
    }

    /// Whether the body is requested.
    pub(crate) fn is_asked(&self) -> bool {
        self.0.get()
    }
}
