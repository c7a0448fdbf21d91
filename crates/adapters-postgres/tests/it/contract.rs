//! Contract of every port: directly, through `PgBouncer`, and with row-level security.

mod direct {
    testkit::suite!(crate::open);
}
mod pooled {
    testkit::suite!(crate::pooled::open);
}
mod walled {
    testkit::suite!(crate::wall::open);
}
