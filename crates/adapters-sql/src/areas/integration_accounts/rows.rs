//! Conversion between integration accounts and rows.

use std::collections::BTreeSet;

use domain::ids::{IntegrationAccountId, TenantId, WorkspaceId};
use domain::integration_accounts::{
    ImportPolicy, IntegrationAccount, IntegrationAccountDetails, IntegrationAccountParts, ProviderAccountId,
};
use ports::RepositoryError;
use uuid::Uuid;

use crate::engine::rows::{percentage, sound, stored, stored_option};
use crate::engine::text_search::search_text;
use crate::tables::integration_accounts::{Model, Row};

const WHAT: &str = "integration account";

pub(super) fn to_row(account: IntegrationAccount) -> Model {
    let IntegrationAccountParts {
        workspace_id,
        id,
        tenant_id,
        details:
            IntegrationAccountDetails {
                name,
                provider,
                provider_account_id,
                account_identifier,
                auth_type,
                status,
                allow_import,
                require_listing_approval,
                markup,
                default_discount,
                distribution_markup,
            },
        import_policy,
        version,
        created_at,
        updated_at,
    } = account.into_parts();
    Model {
        workspace_id: workspace_id.as_uuid(),
        id: id.as_uuid(),
        tenant_id: tenant_id.as_uuid(),
        search_text: search_text(&[
            Some(name.as_str()),
            Some(account_identifier.as_str()),
            provider_account_id.as_ref().map(ProviderAccountId::as_str),
        ]),
        name: name.into(),
        provider: provider.as_str().to_owned(),
        provider_account_id: provider_account_id.map(Into::into),
        account_identifier: account_identifier.into(),
        auth_type: auth_type.as_str().to_owned(),
        status: status.as_str().to_owned(),
        allow_import,
        require_listing_approval,
        import_mode: import_policy.mode().as_str().to_owned(),
        import_tenants: ids_to_text(import_policy.tenants()),
        markup: markup.basis_points().into(),
        default_discount: default_discount.map(|discount| discount.basis_points().into()),
        distribution_markup: distribution_markup.basis_points().into(),
        version,
        created_at,
        updated_at,
    }
}

/// Returns the text of ids in which a condition finds one: each in hexadecimal digits, with spaces between.
fn ids_to_text(ids: &BTreeSet<TenantId>) -> String {
    ids.iter().map(|id| id.as_uuid().simple().to_string()).collect::<Vec<_>>().join(" ")
}

fn to_ids(text: &str) -> Result<BTreeSet<TenantId>, RepositoryError> {
    let id = |id: &str| sound(WHAT, Uuid::try_parse(id)).map(TenantId::new);
    text.split_whitespace().map(id).collect()
}

pub(super) fn to_account(row: Row) -> Result<IntegrationAccount, RepositoryError> {
    let import_policy = ImportPolicy::from_parts(stored(WHAT, &row.import_mode)?, to_ids(&row.import_tenants)?);
    Ok(IntegrationAccount::from_parts(IntegrationAccountParts {
        workspace_id: WorkspaceId::new(row.workspace_id),
        id: IntegrationAccountId::new(row.id),
        tenant_id: TenantId::new(row.tenant_id),
        details: IntegrationAccountDetails {
            name: stored(WHAT, &row.name)?,
            provider: stored(WHAT, &row.provider)?,
            provider_account_id: stored_option(WHAT, row.provider_account_id)?,
            account_identifier: stored(WHAT, &row.account_identifier)?,
            auth_type: stored(WHAT, &row.auth_type)?,
            status: stored(WHAT, &row.status)?,
            allow_import: row.allow_import,
            require_listing_approval: row.require_listing_approval,
            markup: percentage(WHAT, row.markup)?,
            default_discount: row.default_discount.map(|discount| percentage(WHAT, discount)).transpose()?,
            distribution_markup: percentage(WHAT, row.distribution_markup)?,
        },
        import_policy,
        version: row.version,
        created_at: row.created_at,
        updated_at: row.updated_at,
    }))
}
