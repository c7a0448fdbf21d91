//! The bytes of a connection: how long its client may take.

use std::cell::Cell;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Duration;

use actix_web::rt::net::TcpStream;
use actix_web::rt::time::{Instant, Sleep, sleep};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::Connections;
use super::memory::Memory;

/// How often a client is looked at that does not receive what is sent.
const TICK: Duration = Duration::from_secs(1);
/// How much is read ahead of heads. Of what is read all is taken apart, and a request takes many times what its head does.
const AHEAD: usize = 4 * 1024;

/// What the requests of a connection tell its bytes.
#[derive(Debug)]
pub(crate) struct Turns {
    /// How often a request began, or its answer ended.
    changes: Cell<u64>,
    /// How many have begun and are not answered in whole.
    open: Cell<u32>,
    /// Whether the body of one of them is being read.
    has_body: Cell<bool>,
    /// Where the connection arrived.
    local: Option<SocketAddr>,
}

impl Turns {
    /// Where the connection arrived.
    pub(crate) fn local(&self) -> Option<SocketAddr> {
        self.local
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

/// A request, from its head to the end of its answer.
pub(super) struct Turn(Rc<Turns>);

impl Drop for Turn {
    fn drop(&mut self) {
        self.0.turn(-1);
    }
}

/// A TCP connection whose client has only so much time for each head and for each piece of an answer.
pub(super) struct Connection {
    stream: TcpStream,
    limits: Connections,
    memory: Memory,
    turns: Rc<Turns>,
    /// `changes` of the turns, when it was last looked at.
    seen: u64,
    /// Whether something has arrived since, which belongs to a head.
    has_head: bool,
    /// How much of heads was read at once.
    ahead: usize,
    /// Until when the head must be there.
    head_ends: Option<Pin<Box<Sleep>>>,
    /// The client does not receive what is sent.
    stall: Option<Stall>,
    /// Nothing is read for now.
    is_paused: bool,
}

struct Stall {
    since: Instant,
    tick: Pin<Box<Sleep>>,
}

impl Connection {
    /// Takes the connection over.
    ///
    /// # Errors
    /// It is gone already.
    pub(super) fn new(stream: TcpStream, limits: Connections, memory: Memory) -> io::Result<Self> {
        // An answer of several packets must not wait for the client's acknowledgement of the first, which comes late.
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
        })
    }

    #[cfg(test)]
    pub(super) fn is_without_delay(&self) -> bool {
        self.stream.nodelay().is_ok_and(|is_set| is_set)
    }

    pub(super) fn turns(&self) -> Rc<Turns> {
        Rc::clone(&self.turns)
    }

    /// Forgets the head that it waited for, if it has become a request since.
    fn look(&mut self) {
        let changes = self.turns.changes.get();
        if changes != self.seen {
            self.seen = changes;
            self.has_head = false;
            self.head_ends = None;
            self.ahead = 0;
        }
    }

    /// Whether a request is being served that reads no body: what comes next can wait.
    fn is_busy(&self) -> bool {
        self.turns.open.get() > 0 && !self.turns.has_body.get()
    }

    /// Reads no more of heads than may be taken apart at once.
    fn read_ahead(&mut self, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let mut bytes = [0; AHEAD];
        let most = (AHEAD - self.ahead).min(buffer.remaining());
        let mut part = ReadBuf::new(&mut bytes[..most]);
        let read = Pin::new(&mut self.stream).poll_read(context, &mut part);
        buffer.put_slice(part.filled());
        self.ahead += part.filled().len();
        self.has_head |= !part.filled().is_empty();
        read
    }

    /// Begins to wait for the rest of a head of which something has arrived. actix-http waits for the first one.
    fn wait_for_head(&mut self, context: &mut Context<'_>) {
        self.look();
        if self.has_head && self.seen > 0 && self.turns.open.get() == 0 && self.head_ends.is_none() {
            self.head_ends = Some(Box::pin(sleep(self.limits.head_timeout)));
        }
        // To be woken; whether it is late is seen when something is read.
        let _ = self.is_late(context);
    }

    fn is_late(&mut self, context: &mut Context<'_>) -> bool {
        self.look();
        self.head_ends.as_mut().is_some_and(|end| end.as_mut().poll(context).is_ready())
    }

    /// Whether the client has had its time to receive what is sent.
    fn is_given_up(&mut self, context: &mut Context<'_>) -> bool {
        let Self { limits, memory, stall, .. } = self;
        let limit = limits.write_timeout;
        let patience = || if memory.is_short() { limit.min(TICK) } else { limit };
        let tick = limit.min(TICK);
        let stall = stall.get_or_insert_with(|| Stall { since: Instant::now(), tick: Box::pin(sleep(tick)) });
        while stall.tick.as_mut().poll(context).is_ready() {
            if stall.since.elapsed() >= patience() {
                return true;
            }
            stall.tick.as_mut().reset(Instant::now() + tick);
        }
        false
    }
}

impl AsyncRead for Connection {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if this.is_late(context) {
            // As if the client had gone.
            return Poll::Ready(Ok(()));
        }
        if this.turns.has_body.get() {
            return Pin::new(&mut this.stream).poll_read(context, buffer);
        }
        // Nothing is read from a client that does not receive, nor while enough has been read ahead.
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
            Poll::Pending if this.is_given_up(context) => Poll::Ready(Err(io::ErrorKind::TimedOut.into())),
            written => written,
        }
    }

    /// Comes when all that was there to send is sent, at the end of each of the dispatcher's rounds.
    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        this.stall = None;
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
