//! SIGTERM under load: no request in flight is dropped, and the exit code is 0.
//!
//! `TENANTRY_TEST_STOPS` is the number of stops, small by default.

use std::net::TcpStream;
use std::thread;

use crate::support::{Client, Engine, Load, Server, Wire, World, number_of, until_so};

const CLIENTS: usize = 6;
/// The number of requests whose body is incomplete when the signal comes.
const UNFINISHED: usize = 4;

fn nothing_in_flight_is_dropped(engine: Engine) {
    let stops = number_of("TENANTRY_TEST_STOPS", 2);
    let World { mut server, key, .. } = World::start(engine);
    let load = Load::default();
    for stop in 0..stops {
        let client = Client::new(&server.base).calry(&key);
        thread::scope(|scope| {
            load.start(scope, &client, CLIENTS);
            load.more_acknowledged(20);
            let mut unfinished: Vec<_> = (0..UNFINISHED)
                .map(|number| {
                    let mut wire = Wire::open(&server.base);
                    let rest = wire.begin_tenant(&key, &format!("Unfinished {stop} {number}"));
                    (wire, rest)
                })
                .collect();
            server.ask_to_end();
            until_so(|| TcpStream::connect(server.base.trim_start_matches("http://")).is_err());
            for (wire, rest) in &mut unfinished {
                wire.send(rest);
            }
            for (wire, _) in unfinished {
                let answer = wire.whole();
                assert!(answer.starts_with("HTTP/1.1 200 "), "stop {stop}: {answer:?}");
            }
            assert_eq!(server.wait().code(), Some(0), "stop {stop}");
        });
        server = Server::start(server.engine.clone());
    }
    load.was_kept(&Client::new(&server.base).calry(&key));
}

#[test]
fn nothing_in_flight_is_dropped_on_sqlite() {
    nothing_in_flight_is_dropped(Engine::sqlite());
}

#[test]
fn nothing_in_flight_is_dropped_on_postgresql() {
    nothing_in_flight_is_dropped(Engine::postgres());
}
