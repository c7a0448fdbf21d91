//! Conversion between integration accounts and rows.

use domain::ids::{IntegrationAccountId, TenantId, WorkspaceId};
use domain::integration_accounts::{IntegrationAccount, IntegrationAccountDetails, IntegrationAccountParts};
use ports::RepositoryError;

use crate::engine::rows::{percentage, stored, stored_option};
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
        version,
        created_at,
        updated_at,
    } = account.into_parts();
    Model {
        workspace_id: workspace_id.as_uuid(),
        id: id.as_uuid(),
        tenant_id: tenant_id.as_uuid(),
        name: name.into(),
        provider: provider.as_str().to_owned(),
        provider_account_id: provider_account_id.map(Into::into),
        account_identifier: account_identifier.into(),
        auth_type: auth_type.as_str().to_owned(),
        status: status.as_str().to_owned(),
        allow_import,
        require_listing_approval,
        markup: markup.basis_points().into(),
        default_discount: default_discount.map(|discount| discount.basis_points().into()),
        distribution_markup: distribution_markup.basis_points().into(),
        version,
        created_at,
        updated_at,
    }
}

pub(super) fn to_account(row: Row) -> Result<IntegrationAccount, RepositoryError> {
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
        version: row.version,
        created_at: row.created_at,
        updated_at: row.updated_at,
    }))
}
