//! Headers of requests: the key, the tenant, and the position after which a stream resumes.

pub(crate) const API_KEY: &str = "x-calry-api-key";
pub(crate) const TENANT_HEADERS: [&str; 2] = ["x-calry-tenant-id", "x-tenant-id"];
pub(crate) const LAST_EVENT_ID: &str = "last-event-id";
