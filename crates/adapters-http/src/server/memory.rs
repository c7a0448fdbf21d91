//! Memory of responses that wait for their clients.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use actix_web::web::Bytes;

/// The number of waiting bytes of responses, of all connections together, above which slow clients are disconnected
/// early.
const SOFT_LIMIT: usize = 32 * 1024 * 1024;
/// The number of waiting bytes above which clients that do not receive their response are disconnected at once.
const HARD_LIMIT: usize = 64 * 1024 * 1024;
/// The time that a client has to receive a piece of its response while much is waiting.
const SHORT_TIMEOUT: Duration = Duration::from_secs(1);
/// The number of bytes of a response that its connection gets at once, so that the rest is not copied.
pub(super) const PIECE: usize = 32 * 1024;

/// The number of waiting bytes of responses, of all connections together.
#[derive(Debug, Clone, Default)]
pub(super) struct Memory(Arc<AtomicUsize>);

impl Memory {
    /// Returns the time that a client has to receive a piece of its response.
    pub(super) fn write_timeout(&self, limit: Duration) -> Duration {
        let waiting = self.0.load(Ordering::Relaxed);
        if waiting > HARD_LIMIT {
            return Duration::ZERO;
        }
        if waiting > SOFT_LIMIT { limit.min(SHORT_TIMEOUT) } else { limit }
    }

    pub(super) fn nothing(&self) -> Waiting {
        Waiting { bytes: Bytes::new(), held: self.held(0) }
    }

    /// Counts bytes until the result is dropped.
    pub(super) fn held(&self, bytes: usize) -> Held {
        self.0.fetch_add(bytes, Ordering::Relaxed);
        Held { bytes, memory: self.clone() }
    }
}

/// A number of waiting bytes.
pub(super) struct Held {
    bytes: usize,
    memory: Memory,
}

impl Drop for Held {
    fn drop(&mut self) {
        self.memory.0.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

/// A waiting part of a response. All of it is in memory until its last piece is sent.
pub(super) struct Waiting {
    bytes: Bytes,
    held: Held,
}

impl Waiting {
    /// Replaces the previous part, which has been sent.
    pub(super) fn hold(&mut self, bytes: Bytes) {
        self.held = self.held.memory.held(bytes.len());
        self.bytes = bytes;
    }

    /// Takes the next piece, if there is one.
    pub(super) fn piece(&mut self) -> Option<Bytes> {
        let piece = self.bytes.split_to(self.bytes.len().min(PIECE));
        if self.bytes.is_empty() {
            self.held = self.held.memory.held(0);
        }
        (!piece.is_empty()).then_some(piece)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMIT: Duration = Duration::from_secs(10);

    #[test]
    fn what_waits_is_counted_until_it_is_sent_or_dropped() {
        let memory = Memory::default();
        let mut waiting = memory.nothing();
        waiting.hold(Bytes::from(vec![0; 2 * PIECE]));
        assert_eq!(waiting.piece().map(|piece| piece.len()), Some(PIECE));
        assert_eq!(memory.0.load(Ordering::Relaxed), 2 * PIECE);
        assert_eq!(waiting.piece().map(|piece| piece.len()), Some(PIECE));
        assert_eq!(memory.0.load(Ordering::Relaxed), 0);
        waiting.hold(Bytes::from_static(b"more"));
        drop(waiting);
        assert_eq!(memory.0.load(Ordering::Relaxed), 0);
    }

    #[test]
    fn the_more_waits_the_less_time_a_client_has() {
        let memory = Memory::default();
        for (bytes, timeout) in [
            (0, LIMIT),
            (SOFT_LIMIT, LIMIT),
            (SOFT_LIMIT + 1, SHORT_TIMEOUT),
            (HARD_LIMIT, SHORT_TIMEOUT),
            (HARD_LIMIT + 1, Duration::ZERO),
        ] {
            let _held = memory.held(bytes);
            assert_eq!(memory.write_timeout(LIMIT), timeout, "{bytes}");
        }
    }

    #[test]
    fn pieces_make_the_whole() {
        let whole = Bytes::from((0..=u8::MAX).cycle().take(3 * PIECE - 7).collect::<Vec<_>>());
        let mut waiting = Memory::default().nothing();
        waiting.hold(whole.clone());
        let pieces: Vec<_> = std::iter::from_fn(|| waiting.piece()).collect();
        assert_eq!((pieces.len(), pieces.concat()), (3, whole.to_vec()));
    }
}
