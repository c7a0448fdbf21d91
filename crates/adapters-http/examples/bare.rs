//! A bare HTTP server that answers every request with the same bytes, to measure the cost of HTTP alone.
//!
//! ```text
//! bare ADDRESS WORKERS STATUS FILE      FILE: lines of headers, an empty line, the body
//! ```
//!
//! The bench compares the service with it: on the same actix-web, with as many workers, reading the same bodies.

use std::error::Error;
use std::{env, fs};

use actix_web::http::StatusCode;
use actix_web::web::{self, Bytes, Data};
use actix_web::{App, HttpResponse, HttpServer};

struct Answer {
    status: StatusCode,
    headers: Vec<(String, String)>,
    body: Bytes,
}

async fn answer(answer: Data<Answer>, _body: Bytes) -> HttpResponse {
    let mut response = HttpResponse::build(answer.status);
    for (name, value) in &answer.headers {
        response.append_header((name.as_str(), value.as_str()));
    }
    response.body(answer.body.clone())
}

#[actix_web::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [address, workers, status, file] = arguments.as_slice() else {
        return Err("usage: bare ADDRESS WORKERS STATUS FILE".into());
    };
    let text = fs::read_to_string(file)?;
    let (head, body) = text.split_once("\n\n").ok_or("the file has no empty line after the headers")?;
    let headers = head.lines().filter_map(|line| line.split_once(": "));
    let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    let given = Data::new(Answer { status: status.parse()?, headers, body: Bytes::copy_from_slice(body.as_bytes()) });

    let server = HttpServer::new(move || {
        let bodies = web::PayloadConfig::new(16 << 20);
        App::new().app_data(given.clone()).app_data(bodies).default_service(web::to(answer))
    });
    server.workers(workers.parse()?).bind(address)?.run().await?;
    Ok(())
}
