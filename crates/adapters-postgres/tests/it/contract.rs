//! Contract of every port: directly, through `PgBouncer`, and with row-level security; that of isolation with both, and that of
//! changes that overlap.

use adapters_postgres::{Limits, Postgres};
use testkit::PATIENCE;
use testkit::contract::Ports;

use crate::{fresh, ports};

mod direct {
    testkit::suite!(crate::open);
}
mod overlapping {
    testkit::overlap_suite!(crate::contract::open_patiently);
}
mod pooled {
    testkit::suite!(crate::pooled::open);
}
mod walled {
    testkit::suite!(crate::wall::open);
}
mod walled_and_pooled {
    testkit::isolation_suite!(crate::pooled::open_walled);
}

/// Opens a database whose statements wait for others as long as a test takes.
async fn open_patiently() -> Ports {
    let server = fresh();
    let limits = Limits { wait: PATIENCE, statement: PATIENCE, ..Limits::default() };
    ports(Postgres::new(server.service_url()).expect("an address").within(limits).database(), server).await
}
