//! A throw-away PostgreSQL for programs that are not written in Rust.
//!
//! Starts a server, prints the URL of its empty database, and ends it when standard input ends.

use std::io;

use testkit::PostgresServer;

fn main() -> io::Result<()> {
    let server = PostgresServer::start();
    println!("{}", server.url());
    io::copy(&mut io::stdin(), &mut io::sink())?;
    Ok(())
}
