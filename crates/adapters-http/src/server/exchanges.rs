//! Requests and their responses.

use std::cell::{Cell, RefCell};
use std::error::Error;
use std::future::poll_fn;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker, ready};

use actix_http::error::PayloadError;
use actix_http::{ConnectionType, HttpMessage, Payload, Request, Response};
use actix_service::boxed::{self, BoxFuture, RcService};
use actix_service::{IntoServiceFactory, Service, ServiceFactory, fn_factory, fn_service};
use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::dev::{AppConfig, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{CONTENT_LENGTH, UPGRADE};
use actix_web::web::Bytes;
use futures_core::Stream;

use super::connection::{Turn, Turns};
use super::memory::{Memory, Waiting};
use crate::request::awaited::Awaited;

/// The application of a worker thread.
type Application = RcService<Request, ServiceResponse, actix_web::Error>;

/// A response in preparation.
type Making = BoxFuture<Response<Answer>>;

/// A request whose response was in preparation before its client sent the body.
struct Begun(Making);

/// The application, with the data that its calls need.
#[derive(Clone)]
struct Exchanges {
    application: Application,
    memory: Memory,
}

/// Returns the service for requests, and the service that first handles requests whose clients wait for `100 Continue`.
/// Both call one application, which the first one creates.
#[expect(clippy::type_complexity, reason = "the types have no names")]
pub(super) fn services<A>(
    app: impl IntoServiceFactory<A, Request>,
    memory: Memory,
) -> (
    impl ServiceFactory<Request, Config = (), Response = Response<Answer>, Error = Response<BoxBody>, InitError = ()>,
    impl ServiceFactory<Request, Config = (), Response = Request, Error = Response<BoxBody>, InitError = ()>,
)
where
    A: ServiceFactory<
            Request,
            Config = AppConfig,
            Response = ServiceResponse,
            Error = actix_web::Error,
            InitError = (),
        > + 'static,
{
    let app = Rc::new(app.into_factory());
    let made = Rc::new(RefCell::new(None::<Exchanges>));
    let shared = Rc::clone(&made);
    let serving = fn_factory(move || {
        let (app, made, memory) = (Rc::clone(&app), Rc::clone(&made), memory.clone());
        async move {
            let application = boxed::rc_service(app.new_service(AppConfig::default()).await?);
            let exchanges = Exchanges { application, memory };
            made.replace(Some(exchanges.clone()));
            Ok(fn_service(move |request| exchanges.serve(request)))
        }
    });
    let expecting = fn_service(move |request| {
        let exchanges = shared.borrow().clone();
        async move {
            match exchanges {
                Some(exchanges) => exchanges.look(request).await,
                None => Ok(request),
            }
        }
    });
    (serving, expecting)
}

impl Exchanges {
    /// Serves a request, or continues one that [`look`](Self::look) has begun.
    fn serve(&self, request: Request) -> impl Future<Output = Result<Response<Answer>, Response<BoxBody>>> + use<> {
        let begun = request.extensions_mut().remove();
        let making = begun.map_or_else(|| self.begin(request), |Begun(making)| making);
        async move { Ok(making.await) }
    }

    /// Serves a request whose client holds its body back. If the response does not need the body, it is sent in place
    /// of `100 Continue`. Otherwise the client sends the body, and [`Exchanges::serve`] continues.
    fn look(&self, request: Request) -> impl Future<Output = Result<Request, Response<BoxBody>>> + use<> {
        let awaited = Awaited::default();
        request.extensions_mut().insert(awaited.clone());
        let mut making = self.begin(request);
        async move {
            let answer = poll_fn(|context| match making.as_mut().poll(context) {
                Poll::Ready(answer) => Poll::Ready(Some(answer)),
                Poll::Pending if awaited.is_asked() => Poll::Ready(None),
                Poll::Pending => Poll::Pending,
            });
            if let Some(answer) = answer.await {
                return Err(answer.map_into_boxed_body());
            }
            let request = Request::new();
            request.extensions_mut().insert(Begun(making));
            Ok(request)
        }
    }

    fn begin(&self, mut request: Request) -> Making {
        let turns = request.conn_data::<Rc<Turns>>().cloned();
        let turn = turns.as_ref().map(Turns::begin);
        let is_last = is_last(&request);
        let unread = Unread::take(&mut request, turns);
        let waiting = self.memory.nothing();
        let answered = self.application.call(request);
        Box::pin(async move {
            if unread.is_some() {
                // Bytes that arrived with the head belong to the body. A small body is then complete, and the
                // connection can be reused.
                yield_now().await;
            }
            let response: Response<BoxBody> = match answered.await {
                Ok(response) => response.into(),
                Err(error) => error.error_response().into(),
            };
            let is_broken = unread.as_ref().is_some_and(Unread::is_broken);
            response.map_body(|head, body| {
                if is_last || is_broken {
                    head.set_connection_type(ConnectionType::Close);
                    head.no_chunking(is_last);
                }
                Answer { body, waiting, _unread: unread, _turn: turn }
            })
        })
    }
}

/// Whether a request asks for another protocol, which is not offered. For actix-http, it may be the connection's last.
fn is_last(request: &Request) -> bool {
    request.upgrade() || may_be_endless(request)
}

/// Whether actix-http may take all further bytes of the connection as the body, whatever `Content-Length` says.
fn may_be_endless(request: &Request) -> bool {
    let is_chunked = request.chunked().unwrap_or_default();
    !is_chunked && (request.method() == Method::CONNECT || request.headers().contains_key(UPGRADE))
}

/// Returns the length of a body, which is 0 if the request does not name it.
fn length(request: &Request) -> u64 {
    let length = request.headers().get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.trim().parse().ok());
    length.unwrap_or_default()
}

/// Yields once to other tasks.
fn yield_now() -> impl Future<Output = ()> {
    let mut has_yielded = false;
    poll_fn(move |context| {
        if std::mem::replace(&mut has_yielded, true) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    })
}

/// The body of a request. The operation and the response share it until the response is sent, even if the operation has
/// dropped it: so the dispatcher detects a body that was not read to its end, and closes the connection.
#[derive(Clone)]
struct Unread(Rc<Kept>);

struct Kept {
    payload: RefCell<Payload>,
    /// The number of bytes that have not been read; `None` if the payload itself ends with the body.
    left: Cell<Option<u64>>,
    /// Whether the body cannot be read to its end, so that no request can follow it.
    is_broken: Cell<bool>,
    turns: Option<Rc<Turns>>,
}

/// The operation's end of a body.
struct Reading(Unread);

impl Unread {
    fn take(request: &mut Request, turns: Option<Rc<Turns>>) -> Option<Self> {
        let left = Cell::new(may_be_endless(request).then(|| length(request)));
        let payload = request.take_payload();
        if matches!(payload, Payload::None) {
            return None;
        }
        let is_broken = Cell::new(false);
        let unread = Self(Rc::new(Kept { payload: RefCell::new(payload), left, is_broken, turns }));
        *request.payload() = Payload::Stream { payload: Box::pin(Reading(unread.clone())) };
        Some(unread)
    }

    /// Whether the framing of the body that has arrived is broken. Bytes that the operation has not read are dropped.
    fn is_broken(&self) -> bool {
        let mut context = Context::from_waker(Waker::noop());
        while let Poll::Ready(Some(Ok(_))) = self.0.poll_next(&mut context) {}
        self.0.is_broken.get()
    }
}

impl Kept {
    fn poll_next(&self, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, PayloadError>>> {
        let left = self.left.get();
        if left == Some(0) {
            return Poll::Ready(None);
        }
        let mut next = Pin::new(&mut *self.payload.borrow_mut()).poll_next(context);
        self.is_broken.set(self.is_broken.get() || matches!(next, Poll::Ready(Some(Err(_)))));
        if let (Some(left), Poll::Ready(Some(Ok(bytes)))) = (left, &mut next) {
            bytes.truncate(usize::try_from(left).unwrap_or(usize::MAX));
            self.left.set(Some(left.saturating_sub(bytes.len() as u64)));
        }
        next
    }

    fn tell(&self, has_body: bool) {
        if let Some(turns) = &self.turns {
            turns.has_body(has_body);
        }
    }
}

impl Drop for Reading {
    fn drop(&mut self) {
        self.0.0.tell(false);
    }
}

impl Stream for Reading {
    type Item = Result<Bytes, PayloadError>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let Unread(kept) = &self.0;
        let next = kept.poll_next(context);
        kept.tell(!matches!(next, Poll::Ready(None | Some(Err(_)))));
        next
    }
}

/// The body of a response in pieces, with the guards that end with it.
pub(super) struct Answer {
    body: BoxBody,
    waiting: Waiting,
    _unread: Option<Unread>,
    _turn: Option<Turn>,
}

impl MessageBody for Answer {
    type Error = Box<dyn Error>;

    fn size(&self) -> BodySize {
        self.body.size()
    }

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, Self::Error>>> {
        let this = self.get_mut();
        loop {
            if let Some(piece) = this.waiting.piece() {
                return Poll::Ready(Some(Ok(piece)));
            }
            match ready!(Pin::new(&mut this.body).poll_next(context)) {
                Some(Ok(bytes)) => this.waiting.hold(bytes),
                end => return Poll::Ready(end),
            }
        }
    }
}
