//! Events as a stream: server-sent events, as browsers read them with `EventSource`.
//!
//! A stream holds no connection to the database, and reads its next page when the client has received the last one.

use std::convert::Infallible;
use std::fmt::Write;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use actix_web::body::{BodySize, MessageBody};
use actix_web::http::header::{ACCEPT, Accept, Header, Quality};
use actix_web::rt::time::Instant;
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse};
use application::fairness::{Client, client, on_behalf_of};
use application::{EventPage, Wake};

use super::views::EventView;
use super::walk::Walk;
use crate::response::problem::Answer;

const EVENT_STREAM: &str = "text/event-stream";
/// The time after which a stream without events sends a comment, so that no proxy closes it.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// The time within which this server knows that a key was revoked through another one. The event of the revocation may
/// arrive earlier.
const REVOKED_WITHIN: Duration = Duration::from_secs(1);

/// Whether the client prefers a stream to a page.
pub(crate) fn is_asked(request: &HttpRequest) -> bool {
    if !request.headers().contains_key(ACCEPT) {
        return false;
    }
    let accepted = Accept::parse(request).unwrap_or(Accept(Vec::new()));
    let quality = |names: &[&str]| {
        let named = accepted.iter().filter(|media| names.contains(&media.item.essence_str()));
        named.map(|media| media.quality).max().unwrap_or(Quality::ZERO)
    };
    let stream = quality(&[EVENT_STREAM]);
    stream > quality(&["application/json", "application/*"]) && stream >= quality(&["*/*"])
}

/// Returns 200 with the stream, once its first page can be read.
pub(super) async fn response(mut walk: Walk, is_head: bool) -> Answer {
    let first = Some(walk.page().await?);
    let mut response = HttpResponse::Ok();
    // Some proxies hold responses back without this header.
    response.content_type(EVENT_STREAM).insert_header(("x-accel-buffering", "no"));
    if is_head {
        return Ok(response.finish());
    }
    walk.enter()?;
    let stream = Stream { walk, first, beats_at: Instant::now(), looks_at: None };
    Ok(response.body(Body { client: client(), next: Some(Box::pin(stream.next())) }))
}

/// The state of a stream between two of its chunks.
struct Stream {
    walk: Walk,
    /// The first page.
    first: Option<EventPage>,
    /// The instant of the next comment.
    beats_at: Instant,
    /// The instant at which the caller is admitted again, although nothing has happened.
    looks_at: Option<Instant>,
}

impl Stream {
    /// Waits for the next chunk. The stream ends when the caller is revoked, when events are gone, when the database is
    /// away, and when the service stops: the client resumes it after its last event.
    async fn next(mut self) -> Option<(Bytes, Self)> {
        loop {
            let page = match self.first.take() {
                Some(page) => page,
                None => self.next_page().await?,
            };
            let chunk = if page.events.is_empty() { None } else { Some(self.chunk(page)) };
            let now = Instant::now();
            if let Some(chunk) = chunk {
                self.beats_at = now + HEARTBEAT;
                return Some((chunk, self));
            }
            if self.beats_at <= now {
                self.beats_at = now + HEARTBEAT;
                return Some((self.comment(), self));
            }
            let until = self.looks_at.map_or(self.beats_at, |looks_at| looks_at.min(self.beats_at));
            self.looks_at = match self.walk.wait(until).await.ok()? {
                Wake::Arrived => Some(Instant::now() + REVOKED_WITHIN),
                Wake::TimedOut => self.looks_at.filter(|looks_at| Instant::now() < *looks_at),
                Wake::Stopping => return None,
            };
        }
    }

    /// Reads the next page, if the caller is still admitted.
    async fn next_page(&mut self) -> Option<EventPage> {
        self.walk.admit_again().await.ok()?;
        self.walk.page().await.ok()
    }

    /// Returns the events of a page, each with its position, by which the client resumes the stream.
    fn chunk(&self, page: EventPage) -> Bytes {
        let mut text = String::new();
        for event in page.events {
            let (position, event_type) = (event.position, event.event_type.clone());
            let data = serde_json::to_string(&EventView::new(event, &self.walk)).unwrap_or_default();
            // Writing to a text does not fail.
            let _ = write!(text, "id: {position}\nevent: {event_type}\ndata: {data}\n\n");
        }
        text.into()
    }

    /// Returns a comment, and the position up to which the client has everything that concerns it.
    fn comment(&self) -> Bytes {
        format!(": up to {0}\nid: {0}\n\n", self.walk.reading.position()).into()
    }
}

/// The next chunk in preparation, and the stream after it.
type Next = Pin<Box<dyn Future<Output = Option<(Bytes, Stream)>>>>;

/// The body of the response: one chunk after the other.
struct Body {
    /// The client for whom the next page is read.
    client: Option<Client>,
    next: Option<Next>,
}

impl MessageBody for Body {
    type Error = Infallible;

    fn size(&self) -> BodySize {
        BodySize::Stream
    }

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, Infallible>>> {
        let this = self.get_mut();
        let Some(next) = &mut this.next else { return Poll::Ready(None) };
        let chunk = ready!(next.as_mut().poll(context));
        this.next = None;
        Poll::Ready(chunk.map(|(chunk, stream)| {
            this.next = Some(Box::pin(on_behalf_of(this.client, stream.next())));
            Ok(chunk)
        }))
    }
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    #[test]
    fn a_stream_is_what_is_preferred_to_a_page() {
        for (accepted, is_stream) in [
            (None, false),
            (Some("text/event-stream"), true),
            (Some("Text/Event-Stream; charset=utf-8"), true),
            (Some("text/event-stream, application/json;q=0.5"), true),
            (Some("text/html, text/event-stream, */*;q=0.1"), true),
            (Some("text/event-stream, */*"), true),
            (Some("application/json, text/event-stream;q=0.9"), false),
            (Some("text/event-stream, application/json"), false),
            (Some("application/json"), false),
            (Some("text/event-stream;q=0"), false),
            (Some("text/*"), false),
            (Some("*/*"), false),
            (Some(""), false),
        ] {
            let request = TestRequest::default();
            let request = accepted.into_iter().fold(request, |request, it| request.insert_header((ACCEPT, it)));
            assert_eq!(is_asked(&request.to_http_request()), is_stream, "{accepted:?}");
        }
    }
}
