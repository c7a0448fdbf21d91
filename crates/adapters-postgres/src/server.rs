//! Facts about the server that decide how it is used.

use sqlx::PgConnection;

/// A setting that a pooler does not pass on: it hands out connections that it has opened itself.
pub(crate) const DIRECT: (&str, &str) = ("tenantry.direct", "on");

/// Whether policies are on, whether they bind this role (which is not so for a superuser, an owner, or a role with BYPASSRLS),
/// and whether there is a pooler.
const LOOK: &str = "\
    SELECT COALESCE(relrowsecurity, false), COALESCE(row_security_active(pg_class.oid), false), \
           COALESCE(current_setting('tenantry.direct', true), '') <> 'on' \
    FROM (VALUES (to_regclass('workspaces'))) found (oid) LEFT JOIN pg_class ON pg_class.oid = found.oid";

/// The facts about a server.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct ServerFacts {
    /// Whether row-level security is on.
    pub(crate) is_walled: bool,
    /// Whether row-level security binds this role.
    pub(crate) is_bound: bool,
    /// Whether a pooler is in front of the server.
    pub(crate) is_pooled: bool,
}

impl ServerFacts {
    pub(crate) async fn of(connection: &mut PgConnection) -> sqlx::Result<Self> {
        let (is_walled, is_bound, is_pooled) = sqlx::query_as(LOOK).fetch_one(connection).await?;
        Ok(Self { is_walled, is_bound, is_pooled })
    }
}
