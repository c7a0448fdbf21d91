//! Memory of responses that wait for their clients.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use actix_web::web::Bytes;

/// The maximum number of waiting bytes of responses, of all connections together, before slow clients are disconnected
/// early.
const MOST: usize = 64 * 1024 * 1024;
/// The number of bytes of a response that its connection gets at once, so that the rest is not copied.
const PIECE: usize = 64 * 1024;

/// The number of waiting bytes of responses, of all connections together.
#[derive(Debug, Clone, Default)]
pub(super) struct Memory(Arc<AtomicUsize>);

impl Memory {
    pub(super) fn is_short(&self) -> bool {
        self.0.load(Ordering::Relaxed) > MOST
    }

    pub(super) fn nothing(&self) -> Waiting {
        Waiting { bytes: Bytes::new(), memory: self.clone() }
    }
}

/// A waiting part of a response.
pub(super) struct Waiting {
    bytes: Bytes,
    memory: Memory,
}

impl Waiting {
    /// Replaces the previous part, which has been sent.
    pub(super) fn hold(&mut self, bytes: Bytes) {
        self.forget();
        self.memory.0.fetch_add(bytes.len(), Ordering::Relaxed);
        self.bytes = bytes;
    }

    /// Takes the next piece, if there is one.
    pub(super) fn piece(&mut self) -> Option<Bytes> {
        let piece = self.bytes.split_to(self.bytes.len().min(PIECE));
        self.memory.0.fetch_sub(piece.len(), Ordering::Relaxed);
        (!piece.is_empty()).then_some(piece)
    }

    fn forget(&mut self) {
        self.memory.0.fetch_sub(self.bytes.len(), Ordering::Relaxed);
        self.bytes = Bytes::new();
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.forget();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_waits_is_counted_until_it_is_sent_or_dropped() {
        let memory = Memory::default();
        let mut waiting = memory.nothing();
        waiting.hold(Bytes::from(vec![0; MOST + PIECE + 1]));
        assert!(memory.is_short());
        assert_eq!(waiting.piece().map(|piece| piece.len()), Some(PIECE));
        assert!(memory.is_short());
        assert_eq!(waiting.piece().map(|piece| piece.len()), Some(PIECE));
        assert!(!memory.is_short());
        drop(waiting);
        assert_eq!(memory.0.load(Ordering::Relaxed), 0);
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
