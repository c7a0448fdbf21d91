//! The headers that name the key and the tenant of a request.

pub(crate) const API_KEY: &str = "x-calry-api-key";
pub(crate) const TENANT_HEADERS: [&str; 2] = ["x-calry-tenant-id", "x-tenant-id"];
