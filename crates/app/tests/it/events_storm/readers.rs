//! Readers that follow the log.

use serde_json::Value;

use super::{Storm, THE_END};
use crate::events::EVENTS;
use crate::support::{Client, EventStream, until};

/// The way in which a reader follows the log.
#[derive(Clone, Copy)]
pub(super) enum Way {
    Polling,
    LongPolling,
    Stream,
}

/// The readers. Those with an even number read from the first server, the others from the last.
pub(super) const READERS: [Way; 8] = [
    Way::Polling,
    Way::Polling,
    Way::LongPolling,
    Way::LongPolling,
    Way::LongPolling,
    Way::Stream,
    Way::Stream,
    Way::Stream,
];

/// The server is gone, or cannot answer.
struct Gone;

pub(super) struct Reader<'a> {
    storm: &'a Storm,
    side: usize,
    client: Client,
    position: u64,
}

impl<'a> Reader<'a> {
    pub(super) fn new(storm: &'a Storm, side: usize) -> Self {
        Self { storm, side, client: storm.client(side), position: 0 }
    }

    /// Follows the log from its beginning to its last event. Returns the position of this.
    pub(super) fn follow(mut self, way: Way) -> u64 {
        while !self.storm.is_over() {
            let read = match way {
                Way::Polling => self.poll(),
                Way::LongPolling => self.page("&wait=25"),
                Way::Stream => self.stream(),
            };
            match read {
                Ok(true) => return self.position,
                Ok(false) => {}
                Err(Gone) => {
                    self.storm.fleet.await_server(self.side);
                    self.client = self.storm.client(self.side);
                }
            }
        }
        self.position
    }

    /// Reads pages until one has events. Returns whether it has the last event.
    fn poll(&mut self) -> Result<bool, Gone> {
        let before = self.position;
        until(|| match self.page("") {
            Ok(false) if self.position == before => Err("no further event"),
            read => Ok(read),
        })
    }

    /// Reads the next page. Returns whether it has the last event.
    fn page(&mut self, wait: &str) -> Result<bool, Gone> {
        let path = format!("{EVENTS}?scope=workspace&limit=100&after={}{wait}", self.position);
        let page = self.client.try_call("GET", &path, None).filter(|page| page.status != 503).ok_or(Gone)?;
        assert_eq!(page.status, 200, "{}", page.text);
        Ok(page.json["data"].as_array().expect("events").iter().any(|event| self.is_last(event)))
    }

    /// Reads a stream that goes on after the last position, up to the last event.
    fn stream(&mut self) -> Result<bool, Gone> {
        let last = self.position.to_string();
        let headers = [("x-calry-api-key", &*self.storm.key), ("last-event-id", &last)];
        let path = format!("{EVENTS}?scope=workspace");
        let mut stream = EventStream::try_open(&self.storm.fleet.base(self.side), &path, &headers).map_err(|_| Gone)?;
        if stream.head.starts_with("http/1.1 503 ") {
            return Err(Gone);
        }
        assert!(stream.head.starts_with("http/1.1 200 "), "{}", stream.head);
        while let Some(block) = stream.block() {
            let is_last = !block.event.is_empty() && self.is_last(&block.data);
            assert_eq!(block.id, self.position.to_string(), "a comment says that everything was sent up to there");
            if is_last || self.storm.is_over() {
                return Ok(is_last);
            }
        }
        Err(Gone)
    }

    /// Receives an event. Returns whether it is the last one.
    fn is_last(&mut self, event: &Value) -> bool {
        assert_eq!(event["position"], self.position + 1, "no event is missed, and none comes late or twice");
        self.position += 1;
        event["changes"]["name"]["to"] == THE_END
    }
}
