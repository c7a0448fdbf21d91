//! The condition that a tenant may import from an account.

use crate::engine::dialect::Dialect;

/// The name of the hole that [`may_import`] fills.
pub(crate) const MAY_IMPORT: &str = "may_import";

/// Returns the condition that the account `account` allows imports, and its policy those of this tenant.
pub(crate) fn may_import(dialect: &dyn Dialect, tenant: &str) -> String {
    let tenant = dialect.id_to_text(tenant);
    format!(
        "(account.allow_import AND (account.import_mode = 'ALL' \
          OR (account.import_mode = 'ONLY') = (account.import_tenants LIKE '%' || {tenant} || '%')))"
    )
}
