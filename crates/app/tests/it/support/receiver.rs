//! A receiver of webhooks.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{self, Sender};
use std::sync::{Arc, Mutex};
use std::thread;

use serde_json::Value;

use super::PATIENCE;

/// A receiver on this machine, and the deliveries that it has got.
pub(crate) struct Receiver {
    pub(crate) url: String,
    answer: Arc<Mutex<String>>,
    deliveries: mpsc::Receiver<Delivery>,
}

/// A delivery: its headers and its body.
#[derive(Debug, Clone)]
pub(crate) struct Delivery {
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: String,
    pub(crate) event: Value,
}

impl Receiver {
    /// Starts a receiver that takes everything.
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("http://{}/in?token=planted-token", listener.local_addr().expect("an address"));
        let (answer, (told, deliveries)) = (Arc::new(Mutex::new("204 No Content".to_owned())), mpsc::channel());
        let answers = answer.clone();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (answer, told) = (answers.clone(), told.clone());
                thread::spawn(move || serve(stream, &answer, &told));
            }
        });
        Self { url, answer, deliveries }
    }

    /// Answers with this status from now on. An empty one is no answer.
    pub(crate) fn answer(&self, status: &str) {
        status.clone_into(&mut self.answer.lock().expect("no panic"));
    }

    /// Waits for the next delivery.
    pub(crate) fn next(&self) -> Delivery {
        self.deliveries.recv_timeout(PATIENCE).expect("a delivery")
    }
}

fn serve(stream: TcpStream, answer: &Mutex<String>, told: &Sender<Delivery>) {
    let mut reader = BufReader::new(stream);
    while let Some(delivery) = read(&mut reader) {
        // Once it knows of the delivery, the test may choose another answer for the next one.
        let status = answer.lock().expect("no panic").clone();
        // The test may be over.
        let _ = told.send(delivery);
        if status.is_empty() {
            thread::park_timeout(PATIENCE);
            return;
        }
        let response = format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n");
        if reader.get_mut().write_all(response.as_bytes()).is_err() {
            return;
        }
    }
}

fn read(reader: &mut BufReader<TcpStream>) -> Option<Delivery> {
    let (_, headers, body) = read_request(reader)?;
    let body = String::from_utf8(body).ok()?;
    let event = serde_json::from_str(&body).ok()?;
    Some(Delivery { headers, body, event })
}

/// Reads a request: its first line, its headers and its body.
pub(super) fn read_request(reader: &mut BufReader<TcpStream>) -> Option<(String, BTreeMap<String, String>, Vec<u8>)> {
    let mut first = String::new();
    reader.read_line(&mut first).ok()?;
    let mut headers = BTreeMap::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok().filter(|count| *count > 0)?;
        match line.trim_end().split_once(": ") {
            Some((name, value)) => drop(headers.insert(name.to_lowercase(), value.to_owned())),
            None if line == "\r\n" => break,
            None => {}
        }
    }
    let mut body = vec![0; headers.get("content-length")?.parse().ok()?];
    reader.read_exact(&mut body).ok()?;
    Some((first, headers, body))
}
