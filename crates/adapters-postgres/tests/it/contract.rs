//! Contract of every port: directly, through `PgBouncer`, and with row-level security; that of isolation with both.

mod direct {
    testkit::suite!(crate::open);
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
