//! Tests of connections with clients that send and read slowly.

mod malformed;

use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

use actix_web::body::{BodySize, MessageBody};
use actix_web::rt::System;
use actix_web::rt::net::TcpListener;
use actix_web::web::{self, Bytes, Data, Payload};
use actix_web::{HttpRequest, HttpResponse};

use super::*;
use crate::request::awaited::Awaited;

/// A time limit that is never reached.
const PATIENCE: Duration = Duration::from_mins(1);
const SOON: Duration = Duration::from_millis(100);
/// A time limit that is enough for a head that is sent at once, even on a busy machine.
const ENOUGH: Duration = Duration::from_secs(2);
/// A size in bytes that exceeds the system's buffers for a client that does not read.
const MUCH: usize = 64 * 1024 * 1024;

const LENIENT: Connections = Connections {
    workers: Some(1),
    head_timeout: PATIENCE,
    keep_alive: PATIENCE,
    write_timeout: PATIENCE,
    shutdown_timeout: PATIENCE,
};

/// An endless body that reports when it is dropped.
struct Endless(Sender<()>);

impl MessageBody for Endless {
    type Error = std::convert::Infallible;

    fn size(&self) -> BodySize {
        BodySize::Stream
    }

    fn poll_next(
        self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Result<Bytes, Self::Error>>> {
        std::task::Poll::Ready(Some(Ok(Bytes::from(vec![b'x'; MUCH]))))
    }
}

impl Drop for Endless {
    fn drop(&mut self) {
        // The test may have ended.
        let _ = self.0.send(());
    }
}

async fn unread() -> &'static str {
    "done"
}

async fn read(request: HttpRequest, body: Payload) -> HttpResponse {
    Awaited::ask(&request);
    match body.to_bytes().await {
        Ok(bytes) => HttpResponse::Ok().body(bytes),
        Err(error) => HttpResponse::from_error(error),
    }
}

/// Responds after other tasks had a turn.
async fn later() -> &'static str {
    web::block(|| "done").await.unwrap_or_default()
}

async fn last() -> &'static str {
    "last"
}

/// Waits for ever, and reports that it was cancelled.
async fn never(ended: Data<Sender<()>>) -> HttpResponse {
    let _reports = Endless(Sender::clone(&ended));
    std::future::pending().await
}

async fn endless(ended: Data<Sender<()>>) -> HttpResponse {
    HttpResponse::Ok().body(Endless(Sender::clone(&ended)))
}

/// Serves until the test ends, and reports when an endless response is dropped.
fn served(connections: Connections) -> (SocketAddr, Receiver<()>) {
    let (ended, told) = channel();
    let (bound, address) = channel();
    let routes = move || {
        let ended = Data::new(ended.clone());
        move |config: &mut ServiceConfig| {
            config
                .app_data(ended)
                .route("/unread", web::to(unread))
                .route("/read", web::to(read))
                .route("/later", web::to(later))
                .route("/last", web::to(last))
                .route("/never", web::to(never))
                .route("/endless", web::to(endless));
        }
    };
    let serving = async move || {
        let listener = listen((Ipv4Addr::LOCALHOST, 0).into())?;
        // The test waits for the address.
        let _ = bound.send(listener.local_addr()?);
        serve_routes(listener, connections, std::future::pending(), routes)?.await
    };
    thread::spawn(move || System::new().block_on(serving()));
    (address.recv_timeout(PATIENCE).expect("a server"), told)
}

fn connect(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(address).expect("a server");
    stream.set_read_timeout(Some(PATIENCE)).expect("a limit");
    stream
}

fn send(mut stream: &TcpStream, text: &str) {
    stream.write_all(text.as_bytes()).expect("a server that reads");
}

/// Reads until the text has arrived.
fn until(mut stream: &TcpStream, end: &str) -> String {
    let mut text = Vec::new();
    while !text.ends_with(end.as_bytes()) {
        let mut byte = [0];
        stream.read_exact(&mut byte).unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&text)));
        text.extend(byte);
    }
    String::from_utf8(text).expect("a text")
}

/// Reads until the server closes the connection.
fn rest(mut stream: &TcpStream) -> String {
    let mut text = String::new();
    stream.read_to_string(&mut text).expect("an end");
    text
}

#[actix_web::test]
async fn no_packet_waits_for_the_acknowledgement_of_another() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port");
    let _client = connect(listener.local_addr().expect("an address"));
    let (stream, _) = listener.accept().await.expect("a client");
    let connection = Connection::new(stream, LENIENT, Memory::default()).expect("a connection");
    assert!(connection.is_without_delay());
}

#[test]
fn a_connection_goes_on_after_its_requests() {
    let (address, _) = served(LENIENT);
    let client = connect(address);
    for request in [
        "GET /unread HTTP/1.1\r\nhost: a\r\n\r\n",
        "POST /unread HTTP/1.1\r\nhost: a\r\ncontent-length: 2\r\n\r\n{}",
        "POST /unread HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
    ] {
        send(&client, request);
        assert!(until(&client, "done").starts_with("HTTP/1.1 200 OK"), "{request}");
    }
    send(&client, "POST /read HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n3\r\none\r\n");
    send(&client, "3\r\ntwo\r\n0\r\n\r\nGET /unread HTTP/1.1\r\nhost: a\r\n\r\n");
    assert!(until(&client, "onetwo").starts_with("HTTP/1.1 200 OK"));
    assert!(until(&client, "done").starts_with("HTTP/1.1 200 OK"));
}

#[test]
fn requests_that_come_at_once_are_answered_one_after_the_other() {
    const MANY: usize = 500;
    let (address, _) = served(LENIENT);
    let client = connect(address);
    let posts =
        "POST /read HTTP/1.1\r\nhost: a\r\ncontent-length: 4\r\n\r\ndoneGET /unread HTTP/1.1\r\nhost: a\r\n\r\n";
    send(&client, &posts.repeat(MANY));
    for _ in 0..2 * MANY {
        assert!(until(&client, "done").starts_with("HTTP/1.1 200 OK"));
    }
}

#[test]
fn a_connection_is_closed_where_a_body_was_not_read_to_its_end() {
    let (address, _) = served(LENIENT);
    for head in [
        "transfer-encoding: chunked\r\n\r\n2\r\n{}\r\n",
        "content-length: 1000\r\n\r\n{}",
        "transfer-encoding: chunked\r\n\r\n",
    ] {
        for path in ["/unread", "/nowhere"] {
            let client = connect(address);
            // The body would never end.
            send(&client, &format!("POST {path} HTTP/1.1\r\nhost: a\r\n{head}"));
            let answer = rest(&client);
            assert!(answer.to_ascii_lowercase().contains("connection: close"), "{path} {head}: {answer}");
        }
    }
}

#[test]
fn every_head_has_its_time() {
    let (address, _) = served(Connections { head_timeout: ENOUGH, ..LENIENT });
    let first = connect(address);
    send(&first, "GET /unread HT");
    assert!(rest(&first).starts_with("HTTP/1.1 408 "));

    let second = connect(address);
    send(&second, "GET /unread HTTP/1.1\r\nhost: a\r\n\r\n");
    until(&second, "done");
    send(&second, "G");
    assert_eq!(rest(&second), "");

    let third = connect(address);
    send(&third, "POST /read HTTP/1.1\r\nhost: a\r\ncontent-length: 4\r\n\r\nbody");
    until(&third, "body");
    send(&third, "GET /unread HTTP/1.1\r\nhost: a\r\n\r\n");
    until(&third, "done");
    send(&third, "GET /unread HTTP/1.1\r\nhost:");
    assert_eq!(rest(&third), "");
}

#[test]
fn an_idle_connection_is_closed_when_its_time_is_over() {
    let (address, _) = served(Connections { keep_alive: SOON, ..LENIENT });
    let client = connect(address);
    send(&client, "GET /unread HTTP/1.1\r\nhost: a\r\n\r\n");
    until(&client, "done");
    assert_eq!(rest(&client), "");
}

#[test]
fn an_answer_that_its_client_does_not_receive_is_given_up() {
    let (address, ended) = served(Connections { write_timeout: SOON, ..LENIENT });
    let client = connect(address);
    send(&client, "GET /endless HTTP/1.1\r\nhost: a\r\n\r\n");
    ended.recv_timeout(PATIENCE).expect("given up");
}

#[test]
fn a_body_that_nobody_wants_is_not_asked_for() {
    let (address, _) = served(LENIENT);
    let head =
        |path: &str| format!("POST {path} HTTP/1.1\r\nhost: a\r\nexpect: 100-continue\r\ncontent-length: 4\r\n\r\n");
    for path in ["/unread", "/nowhere"] {
        let client = connect(address);
        send(&client, &head(path));
        let answer = rest(&client);
        let status = if path == "/unread" { "200 OK" } else { "404 Not Found" };
        assert!(answer.starts_with(&format!("HTTP/1.1 {status}\r\n")), "{answer}");
        assert!(answer.contains("connection: close"), "{answer}");
    }
    let client = connect(address);
    for _ in 0..2 {
        send(&client, &head("/read"));
        assert_eq!(until(&client, "\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
        send(&client, "body");
        assert!(until(&client, "body").starts_with("HTTP/1.1 200 OK\r\n"));
    }
}

#[test]
fn a_client_that_sends_its_body_at_once_is_served_the_same() {
    let (address, _) = served(LENIENT);
    let client = connect(address);
    send(&client, "POST /read HTTP/1.1\r\nhost: a\r\nexpect: 100-continue\r\ncontent-length: 4\r\n\r\nbody");
    assert!(until(&client, "body").contains("HTTP/1.1 200 OK\r\n"));
}
