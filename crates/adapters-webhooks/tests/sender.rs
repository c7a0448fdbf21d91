//! Tests of the sender against receivers on this machine, with a resolver of their own.

mod receivers;

use std::net::{Ipv4Addr, SocketAddr};

use adapters_webhooks::HttpSender;
use domain::webhooks::{DeliveryFailure, Outcome, Reach, RetryAfter};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;

use self::receivers::*;

#[tokio::test]
async fn a_receiver_gets_the_message_with_its_signature() {
    let mut receiver = answering(OK).await;
    let resolver = resolver([vec![receiver.address]]);
    let url = format!("http://hooks.example:{}/in?a=b", receiver.address.port());
    assert_eq!(send(&sender(&resolver, Reach::Private), &url).await, answered(200));
    let request = receiver.requests.recv().await.expect("a request");
    assert!(request.starts_with("POST /in?a=b HTTP/1.1\r\n"), "{request}");
    for header in [
        "content-type: application/json",
        "webhook-id: event-1",
        "webhook-timestamp: 1614265330",
        "webhook-signature: v1,abc= v1,def=",
        "content-length: 8",
        "user-agent: Tenantry/",
        "host: hooks.example:",
    ] {
        assert!(request.contains(&format!("\r\n{header}")), "{header} in {request}");
    }
}

#[tokio::test]
async fn a_name_is_resolved_once_and_the_connection_goes_to_that_answer() {
    let (mut first, mut second) = (answering(OK).await, answering(OK).await);
    let resolver = resolver([vec![first.address], vec![second.address]]);
    let sender = sender(&resolver, Reach::Private);
    assert_eq!(send(&sender, "http://rebound.example/").await, answered(200));
    assert_eq!(*resolver.asked.lock().expect("unpoisoned"), ["rebound.example"]);
    assert!(first.requests.recv().await.is_some() && second.requests.try_recv().is_err());
}

#[tokio::test]
async fn a_name_that_leads_to_a_forbidden_address_is_not_connected_to() {
    let mut receiver = answering(OK).await;
    let public = "1.1.1.1:443".parse().expect("an address");
    for answer in [
        vec![receiver.address],
        vec![public, receiver.address],
        vec![SocketAddr::new("::ffff:127.0.0.1".parse().expect("an address"), receiver.address.port())],
        vec![SocketAddr::new("64:ff9b::7f00:1".parse().expect("an address"), receiver.address.port())],
        vec!["169.254.169.254:443".parse().expect("an address")],
    ] {
        let resolver = resolver([answer.clone(), vec![public]]);
        let outcome = send(&sender(&resolver, Reach::Public), "https://hooks.example/").await;
        assert_eq!(outcome, Outcome::Failed(DeliveryFailure::AddressRefused), "{answer:?}");
        assert_eq!(resolver.asked.lock().expect("unpoisoned").len(), 1, "asked once");
    }
    assert!(receiver.requests.try_recv().is_err());
}

#[tokio::test]
async fn a_url_that_was_stored_under_another_setting_is_refused() {
    let mut receiver = answering(OK).await;
    let resolver = resolver([vec![receiver.address]]);
    for url in [
        format!("http://{}/", receiver.address),
        format!("https://{}/", receiver.address),
        "https://hooks.example:25/".to_owned(),
        "https://localhost/".to_owned(),
    ] {
        let outcome = send(&sender(&resolver, Reach::Public), &url).await;
        assert_eq!(outcome, Outcome::Failed(DeliveryFailure::AddressRefused), "{url}");
    }
    assert!(resolver.asked.lock().expect("unpoisoned").is_empty() && receiver.requests.try_recv().is_err());
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let mut target = answering(OK).await;
    let location = format!("HTTP/1.1 307 X\r\nLocation: http://{}/\r\nContent-Length: 0\r\n\r\n", target.address);
    assert_eq!(outcome_of(location.leak()).await, answered(307));
    assert!(target.requests.try_recv().is_err());
}

#[tokio::test]
async fn the_wish_to_be_left_alone_is_read() {
    let at = "2026-01-01T00:00:00Z".parse().expect("a time");
    for (answer, status, expected) in [
        ("HTTP/1.1 410 Gone\r\nContent-Length: 0\r\n\r\n", 410, None),
        ("HTTP/1.1 429 X\r\nRetry-After: 120\r\nContent-Length: 0\r\n\r\n", 429, Some(RetryAfter::Seconds(120))),
        (
            "HTTP/1.1 503 X\r\nretry-after: 99999999999\r\nContent-Length: 0\r\n\r\n",
            503,
            Some(RetryAfter::Seconds(u32::MAX)),
        ),
        (
            "HTTP/1.1 503 X\r\nRetry-After: Thu, 01 Jan 2026 00:00:00 GMT\r\nContent-Length: 0\r\n\r\n",
            503,
            Some(RetryAfter::At(at)),
        ),
        ("HTTP/1.1 429 X\r\nRetry-After: soon\r\nContent-Length: 0\r\n\r\n", 429, None),
        ("HTTP/1.1 429 X\r\nRetry-After: -1\r\nContent-Length: 0\r\n\r\n", 429, None),
    ] {
        assert_eq!(outcome_of(answer).await, Outcome::Answered { status, retry_after: expected }, "{answer}");
    }
}

#[tokio::test]
async fn an_answer_that_is_not_http_is_invalid() {
    let long = format!("HTTP/1.1 200 OK\r\nX: {}\r\n\r\n", "x".repeat(20_000)).leak();
    for answer in ["SSH-2.0-OpenSSH_9.9\r\n\r\n", "HTTP/1.1 abc\r\n\r\n", long] {
        assert_eq!(outcome_of(answer).await, Outcome::Failed(DeliveryFailure::InvalidAnswer), "{}", &answer[..12]);
    }
}

#[tokio::test]
async fn no_answer_has_a_reason() {
    let closing = receiver(|mut stream, _| async move { drop(read(&mut stream).await) }).await;
    let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port").local_addr().expect("an address");
    for (address, expected) in
        [(closing.address, DeliveryFailure::ConnectionLost), (free, DeliveryFailure::ConnectionFailed)]
    {
        let outcome = send(&sender(&resolver([]), Reach::Private), &format!("http://{address}/")).await;
        assert_eq!(outcome, Outcome::Failed(expected));
    }
    for resolver in [resolver([]), resolver([vec![]])] {
        let outcome = send(&sender(&resolver, Reach::Public), "https://hooks.example/").await;
        assert_eq!(outcome, Outcome::Failed(DeliveryFailure::NameNotResolved));
    }
}

#[tokio::test(start_paused = true)]
async fn a_receiver_that_hangs_or_drips_its_answer_is_left_after_fifteen_seconds() {
    let hanging = receiver(|mut stream, _| async move {
        drop(read(&mut stream).await);
        std::future::pending::<()>().await;
    });
    let head = receiver(|stream, _| drip(stream, "HTTP/1.1 200 OK\r\nX: "));
    for (receiver, expected) in [
        (hanging.await, Outcome::Failed(DeliveryFailure::TimedOut)),
        (head.await, Outcome::Failed(DeliveryFailure::TimedOut)),
    ] {
        let (url, start) = (format!("http://{}/", receiver.address), tokio::time::Instant::now());
        assert_eq!(send(&sender(&resolver([]), Reach::Private), &url).await, expected);
        assert_eq!(start.elapsed().as_secs(), 15);
    }
}

#[tokio::test(start_paused = true)]
async fn a_body_that_drips_or_has_no_end_does_not_hold_the_delivery() {
    let dripping = receiver(|stream, _| drip(stream, "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")).await;
    let start = tokio::time::Instant::now();
    let url = format!("http://{}/", dripping.address);
    assert_eq!(send(&sender(&resolver([]), Reach::Private), &url).await, answered(200));
    assert_eq!(start.elapsed().as_secs(), 15);

    let mut endless = receiver(|mut stream, told| async move {
        drop(read(&mut stream).await);
        let head = stream.write_all(b"HTTP/1.1 202 OK\r\nContent-Length: 1000000000\r\n\r\n");
        head.await.expect("a client");
        let mut sent: usize = 0;
        while stream.write_all(&[b'x'; 1024]).await.is_ok() {
            sent += 1024;
        }
        told.send(sent.to_string()).expect("a test");
    })
    .await;
    let url = format!("http://{}/", endless.address);
    assert_eq!(send(&sender(&resolver([]), Reach::Private), &url).await, answered(202));
    let sent: usize = endless.requests.recv().await.expect("closed").parse().expect("a number");
    assert!(sent < 50_000_000, "the connection is closed: {sent}");
}

#[tokio::test]
async fn a_certificate_must_be_valid_for_the_name() {
    let (mut receiver, roots) = with_tls("hooks.example").await;
    let resolver = resolver([vec![receiver.address]]);
    let trusting = HttpSender::with(resolver.clone(), roots, Reach::Private, |_, trace| trace.cloned());
    assert_eq!(send(&trusting, "https://hooks.example/").await, answered(200));
    assert!(receiver.requests.recv().await.is_some());
    let failed = Outcome::Failed(DeliveryFailure::TlsFailed);
    assert_eq!(send(&trusting, "https://other.example/").await, failed);
    assert_eq!(send(&sender(&resolver, Reach::Private), "https://hooks.example/").await, failed);
    assert!(receiver.requests.try_recv().is_err(), "no request follows a failed handshake");
}

#[tokio::test]
async fn a_receiver_without_tls_fails_as_one() {
    let plain = receiver(|mut stream, _| async move {
        stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await.expect("a client");
        drop(read(&mut stream).await);
    })
    .await;
    let resolver = resolver([vec![plain.address]]);
    let outcome = send(&sender(&resolver, Reach::Private), "https://hooks.example/").await;
    assert_eq!(outcome, Outcome::Failed(DeliveryFailure::TlsFailed));
}

#[tokio::test]
async fn events_that_follow_each_other_share_a_connection() {
    let mut receiver = receiver(|mut stream, told| async move {
        told.send("connected".to_owned()).expect("a test");
        while read(&mut stream).await.is_some() {
            answer(&mut stream).await;
        }
    })
    .await;
    let sender = sender(&resolver([]), Reach::Private);
    for _ in 0..10 {
        assert_eq!(send(&sender, &format!("http://{}/", receiver.address)).await, answered(200));
    }
    receiver.requests.recv().await.expect("a connection");
    assert!(receiver.requests.try_recv().is_err(), "one connection");
}
