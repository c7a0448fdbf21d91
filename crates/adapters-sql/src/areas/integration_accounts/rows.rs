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
        markup: markup.basis_points().into(),
        default_discount: default_discount.map(|discount| discount.basis_points().into()),
        distribution_markup: distribution_markup.basis_points().into(),
        version,
        created_at,
        updated_at,
    }
}

pub(super) fn to_account(row: Row) -> Result<IntegrationAccount, RepositoryError> {
    let Row {
        workspace_id,
        id,
        tenant_id,
        name,
        provider,
        provider_account_id,
        account_identifier,
        auth_type,
        status,
        allow_import,
        markup,
        default_discount,
        distribution_markup,
        version,
        created_at,
        updated_at,
    } = row;
    Ok(IntegrationAccount::from_parts(IntegrationAccountParts {
        workspace_id: WorkspaceId::new(workspace_id),
        id: IntegrationAccountId::new(id),
        tenant_id: TenantId::new(tenant_id),
        details: IntegrationAccountDetails {
            name: stored(WHAT, &name)?,
            provider: stored(WHAT, &provider)?,
            provider_account_id: stored_option(WHAT, provider_account_id)?,
            account_identifier: stored(WHAT, &account_identifier)?,
            auth_type: stored(WHAT, &auth_type)?,
            status: stored(WHAT, &status)?,
            allow_import,
            markup: percentage(WHAT, markup)?,
            default_discount: default_discount.map(|discount| percentage(WHAT, discount)).transpose()?,
            distribution_markup: percentage(WHAT, distribution_markup)?,
        },
        version,
        created_at,
        updated_at,
    }))
}
