//! Tests of connections with clients that send more than requests.

use std::net::Shutdown;

use super::*;

/// Bytes that are not a request.
const NO_REQUESTS: [&str; 6] = [
    "garbage\r\n\r\n",
    "}",
    "\0\0\0\0",
    "\u{16}\u{3}\u{1}\0\u{f8}\u{1}\0\0",
    "GET /later HTTP/1.1\r\n\r\n",
    "POST /read HTTP/1.1\r\nhost: a\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n",
];

#[test]
fn bytes_that_are_no_request_do_not_take_the_answer_before_them_away() {
    let (address, _) = served(LENIENT);
    for request in [
        "GET /later HTTP/1.1\r\nhost: a\r\n\r\n",
        "POST /later HTTP/1.1\r\nhost: a\r\ncontent-length: 2\r\n\r\n{}",
        "POST /later HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
        "POST /later HTTP/1.1\r\nhost: a\r\nexpect: 100-continue\r\n\r\n",
    ] {
        for next in NO_REQUESTS {
            let client = connect(address);
            send(&client, &format!("{request}{next}\r\n\r\n"));
            let answers = rest(&client);
            let statuses: Vec<_> =
                answers.split("HTTP/1.1 ").map(|answer| answer.get(..3).unwrap_or_default()).collect();
            assert_eq!(statuses, ["", "200", "400"], "{request}{next}: {answers}");
        }
    }
}

#[test]
fn a_request_with_a_broken_chunk_is_answered_once_and_is_the_last() {
    let (address, _) = served(LENIENT);
    for path in ["/read", "/unread"] {
        for chunks in ["x\r\n", "2\r\n{}x\r\n", "2\r\n{}\r\n-\r\n", "1ffffffffffffffff\r\n", "0\r\n\rx"] {
            let client = connect(address);
            let head = format!("POST {path} HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n");
            send(&client, &format!("{head}{chunks}\r\n\r\nGET /unread HTTP/1.1\r\nhost: a\r\n\r\n"));
            let answer = rest(&client);
            assert_eq!(answer.matches("HTTP/1.1 ").count(), 1, "{path} {chunks}: {answer}");
            assert!(answer.contains("connection: close"), "{path} {chunks}: {answer}");
            let status = if path == "/read" { "400" } else { "200" };
            assert!(answer.starts_with(&format!("HTTP/1.1 {status}")), "{path} {chunks}: {answer}");
        }
    }
    let client = connect(address);
    send(&client, "POST /read HTTP/1.1\r\nhost: a\r\nexpect: 100-continue\r\ntransfer-encoding: chunked\r\n\r\n");
    until(&client, "100 Continue\r\n\r\n");
    send(&client, "2\r\n{}\r\nx\r\n");
    let answer = rest(&client);
    assert!(answer.starts_with("HTTP/1.1 400") && answer.contains("connection: close"), "{answer}");
    assert_eq!(answer.matches("HTTP/1.1 ").count(), 1, "{answer}");
}

#[test]
fn a_request_after_one_that_expects_without_a_body_is_answered() {
    let (address, _) = served(LENIENT);
    for method in ["GET", "POST"] {
        for path in ["/unread", "/later", "/read"] {
            let client = connect(address);
            let first = format!("{method} {path} HTTP/1.1\r\nhost: a\r\nexpect: 100-continue\r\n\r\n");
            send(&client, &format!("{first}GET /last HTTP/1.1\r\nhost: a\r\n\r\n"));
            assert_eq!(until(&client, "last").matches("HTTP/1.1 200 OK").count(), 2, "{method} {path}");
        }
    }
}

#[test]
fn a_request_whose_client_closes_its_side_is_cancelled() {
    let (address, ended) = served(LENIENT);
    let client = connect(address);
    send(&client, "GET /never HTTP/1.1\r\nhost: a\r\n\r\n");
    client.shutdown(Shutdown::Write).expect("a connection");
    ended.recv_timeout(PATIENCE).expect("cancelled");
    assert_eq!(rest(&client), "");
}

#[test]
fn an_upgrade_that_is_not_offered_is_ignored() {
    let (address, _) = served(LENIENT);
    for upgrade in [
        "upgrade: websocket\r\n",
        "upgrade: WebSocket\r\nconnection: upgrade\r\n",
        "upgrade: websocket\r\nconnection: keep-alive, Upgrade\r\n",
        "upgrade: h2c\r\nconnection: upgrade\r\n",
        "connection: upgrade\r\n",
    ] {
        for (path, length, answer) in [("/read", 4, "body"), ("/read", 0, ""), ("/unread", 0, "done")] {
            let client = connect(address);
            let body = &"body"[..length];
            let length = if length > 0 { format!("content-length: {length}\r\n") } else { String::new() };
            send(&client, &format!("POST {path} HTTP/1.1\r\nhost: a\r\n{upgrade}{length}\r\n{body}"));
            let head = until(&client, "\r\n\r\n");
            assert!(head.starts_with("HTTP/1.1 200 OK") && head.contains("connection: close"), "{upgrade}{head}");
            client.shutdown(Shutdown::Write).expect("a connection");
            assert_eq!(rest(&client), answer, "{upgrade}{path}");
        }
    }
    let client = connect(address);
    let head = "POST /read HTTP/1.1\r\nhost: a\r\nupgrade: websocket\r\ncontent-length: 4\r\n\r\n";
    send(&client, &format!("{head}bodyGET /unread HTTP/1.1\r\nhost: a\r\n\r\n"));
    assert!(rest(&client).ends_with("\r\n\r\nbody"), "the length of the body counts");
}

#[test]
fn a_tunnel_is_not_waited_for() {
    let (address, _) = served(LENIENT);
    let client = connect(address);
    send(&client, "CONNECT a:80 HTTP/1.1\r\nhost: a:80\r\n\r\n");
    assert!(rest(&client).starts_with("HTTP/1.1 4"));
}
