//! The bytes of a connection, with time limits for its client.

use std::cell::Cell;
use std::io;
use std::mem::MaybeUninit;
use std::net::SocketAddr;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Duration;

use actix_web::rt::net::TcpStream;
use actix_web::rt::time::{Instant, Sleep, sleep};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::memory::{Held, Memory};

/// The interval between checks of a client that does not receive the response.
const TICK: Duration = Duration::from_secs(1);
/// The maximum number of bytes of heads that are read ahead. All that is read is parsed, and a parsed request takes
/// many times the memory of its head.
const AHEAD: usize = 4 * 1024;

/// Settings of the HTTP server.
#[derive(Debug, Clone, Copy)]
pub struct Connections {
    /// The number of worker threads; `None` is one per processor.
    pub workers: Option<usize>,
    /// The time limit for the head of a request to arrive.
    pub head_timeout: Duration,
    /// The time after which an idle connection is closed.
    pub keep_alive: Duration,
    /// The time limit for a client to receive a piece of a response.
    pub write_timeout: Duration,
    /// The time that requests in flight have at shutdown, in whole seconds.
    pub shutdown_timeout: Duration,
}

/// The state of a connection's requests that the connection needs for its limits.
#[derive(Debug)]
pub(crate) struct Turns {
    /// The number of begun requests and ended responses.
    changes: Cell<u64>,
    /// The number of requests whose responses have not ended.
    open: Cell<u32>,
    /// Whether the body of one of them is being read.
    has_body: Cell<bool>,
    /// The local address of the connection.
    local: Option<SocketAddr>,
}

impl Turns {
    /// The local address of the connection.
    pub(crate) fn local(&self) -> Option<SocketAddr> {
        self.local
    }

    /// Whether the body of a request is being read.
    pub(crate) fn is_reading_body(&self) -> bool {
        self.has_body.get()
    }

    pub(super) fn begin(self: &Rc<Self>) -> Turn {
        self.turn(1);
        Turn(Rc::clone(self))
    }

    pub(super) fn has_body(&self, has_body: bool) {
        self.has_body.set(has_body);
    }

    fn turn(&self, more: i32) {
        self.changes.set(self.changes.get().wrapping_add(1));
        self.open.set(self.open.get().saturating_add_signed(more));
    }
}

/// A request, from its head to the end of its response.
pub(super) struct Turn(Rc<Turns>);

impl Drop for Turn {
    fn drop(&mut self) {
        self.0.turn(-1);
    }
}

/// A TCP connection with time limits for each head and for each piece of a response.
pub(super) struct Connection {
    stream: TcpStream,
    limits: Connections,
    memory: Memory,
    turns: Rc<Turns>,
    /// The value of `turns.changes` at the last check.
    seen: u64,
    /// Whether bytes of a head have arrived since.
    has_head: bool,
    /// The number of bytes of heads that were read ahead.
    ahead: usize,
    /// The deadline of the head.
    head_ends: Option<Pin<Box<Sleep>>>,
    /// Set while the client does not receive the response.
    stall: Option<Stall>,
    /// Whether reading is paused.
    is_paused: bool,
    /// Whether the client has closed its side.
    is_gone: bool,
}

struct Stall {
    since: Instant,
    /// The bytes that wait.
    held: Held,
    tick: Pin<Box<Sleep>>,
}

impl Connection {
    /// Wraps an accepted connection.
    ///
    /// # Errors
    /// The connection is already closed.
    pub(super) fn new(stream: TcpStream, limits: Connections, memory: Memory) -> io::Result<Self> {
        // A response of several packets must not wait for the client's delayed acknowledgement of the first.
        stream.set_nodelay(true)?;
        let local = stream.local_addr().ok();
        let turns = Turns { changes: Cell::new(0), open: Cell::new(0), has_body: Cell::new(false), local };
        Ok(Self {
            stream,
            limits,
            memory,
            turns: Rc::new(turns),
            seen: 0,
            has_head: false,
            ahead: 0,
            head_ends: None,
            stall: None,
            is_paused: false,
            is_gone: false,
        })
    }

    #[cfg(test)]
    pub(super) fn is_without_delay(&self) -> bool {
        self.stream.nodelay().is_ok_and(|is_set| is_set)
    }

    pub(super) fn turns(&self) -> Rc<Turns> {
        Rc::clone(&self.turns)
    }

    /// Resets the state of the awaited head if it has become a request since.
    fn look(&mut self) {
        let changes = self.turns.changes.get();
        if changes != self.seen {
            self.seen = changes;
            self.has_head = false;
            self.head_ends = None;
            self.ahead = 0;
        }
    }

    /// Whether a request is being served whose body has been read, so that further input can wait.
    fn is_busy(&self) -> bool {
        self.turns.open.get() > 0 && !self.turns.has_body.get()
    }

    /// Reads bytes of a body.
    fn read_body(&mut self, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(context, buffer);
        self.is_gone |= matches!(read, Poll::Ready(Ok(()))) && buffer.filled().len() == before;
        read
    }

    /// Reads bytes of heads, at most as many as may be read ahead.
    fn read_ahead(&mut self, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let mut bytes = [MaybeUninit::uninit(); AHEAD];
        let most = (AHEAD - self.ahead).min(buffer.remaining());
        let mut part = ReadBuf::uninit(&mut bytes[..most]);
        let read = Pin::new(&mut self.stream).poll_read(context, &mut part);
        buffer.put_slice(part.filled());
        self.ahead += part.filled().len();
        self.is_gone |= matches!(read, Poll::Ready(Ok(()))) && part.filled().is_empty();
        self.has_head |= !part.filled().is_empty();
        read
    }

    /// Starts the time limit of a head that has begun to arrive. actix-http limits the first head of a connection.
    fn wait_for_head(&mut self, context: &mut Context<'_>) {
        self.look();
        if self.has_head && self.seen > 0 && self.turns.open.get() == 0 && self.head_ends.is_none() {
            self.head_ends = Some(Box::pin(sleep(self.limits.head_timeout)));
        }
        // Registers the waker only; the result is checked at the next read.
        let _ = self.is_late(context);
    }

    fn is_late(&mut self, context: &mut Context<'_>) -> bool {
        self.look();
        self.head_ends.as_mut().is_some_and(|end| end.as_mut().poll(context).is_ready())
    }

    /// Whether the time limit for the client to receive the waiting bytes has passed.
    fn is_given_up(&mut self, context: &mut Context<'_>, waiting: usize) -> bool {
        let Self { limits, memory, stall, .. } = self;
        let limit = limits.write_timeout;
        let tick = limit.min(TICK);
        let held = memory.held(waiting);
        let begin = || Stall { since: Instant::now(), held: memory.held(0), tick: Box::pin(sleep(tick)) };
        let stall = stall.get_or_insert_with(begin);
        stall.held = held;
        loop {
            if stall.since.elapsed() >= memory.write_timeout(limit) {
                return true;
            }
            if stall.tick.as_mut().poll(context).is_pending() {
                return false;
            }
            stall.tick.as_mut().reset(Instant::now() + tick);
        }
    }
}

impl AsyncRead for Connection {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if this.is_late(context) {
            // The end of input, as if the client had closed the connection.
            return Poll::Ready(Ok(()));
        }
        if this.turns.has_body.get() {
            return this.read_body(context, buffer);
        }
        // Reading stops while the client does not receive the response, and while enough bytes are read ahead.
        if this.stall.is_none() && this.ahead < AHEAD {
            return this.read_ahead(context, buffer);
        }
        this.is_paused = true;
        if this.stall.is_none() && !this.is_busy() {
            context.waker().wake_by_ref();
        }
        Poll::Pending
    }
}

impl AsyncWrite for Connection {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        match Pin::new(&mut this.stream).poll_write(context, bytes) {
            Poll::Pending if this.is_given_up(context, bytes.len()) => Poll::Ready(Err(io::ErrorKind::TimedOut.into())),
            written => written,
        }
    }

    /// Flushes the stream. The dispatcher calls it at the end of each round, when all pending bytes are sent.
    ///
    /// # Errors
    /// The client has closed its side during a request, which is cancelled.
    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        this.stall = None;
        if this.is_gone && this.turns.open.get() > 0 {
            return Poll::Ready(Err(io::ErrorKind::ConnectionAborted.into()));
        }
        this.wait_for_head(context);
        if !this.is_busy() {
            this.ahead = 0;
        }
        if this.is_paused && this.ahead < AHEAD {
            this.is_paused = false;
            context.waker().wake_by_ref();
        }
        Pin::new(&mut this.stream).poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(context)
    }
}
