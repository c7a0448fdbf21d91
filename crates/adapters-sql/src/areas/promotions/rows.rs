//! Conversion between promotions and rows.

use domain::ids::{IntegrationAccountId, PromotionId, WorkspaceId};
use domain::promotions::{Promotion, PromotionDetails, PromotionParts};
use domain::stays::StayDate;
use domain::text::fold;
use ports::RepositoryError;

use crate::engine::rows::{percentage, stored, stored_option};
use crate::tables::promotions::{Model, Row};

const WHAT: &str = "promotion";

pub(super) fn to_row(promotion: Promotion) -> Model {
    let PromotionParts {
        workspace_id,
        id,
        integration_account_id,
        details:
            PromotionDetails {
                name,
                description,
                discount,
                coupon_code,
                start_date,
                end_date,
                booking_period_start,
                booking_period_end,
                status,
                thumbnail,
            },
        version,
        created_at,
        updated_at,
    } = promotion.into_parts();
    Model {
        workspace_id: workspace_id.as_uuid(),
        id: id.as_uuid(),
        integration_account_id: integration_account_id.as_uuid(),
        name_folded: fold(name.as_str()),
        name: name.into(),
        description: description.map(Into::into),
        discount: discount.basis_points().into(),
        coupon_code_folded: coupon_code.as_ref().map(|code| fold(code.as_str())),
        coupon_code: coupon_code.map(Into::into),
        start_date: start_date.as_date(),
        end_date: end_date.as_date(),
        booking_period_start: booking_period_start.map(StayDate::as_date),
        booking_period_end: booking_period_end.map(StayDate::as_date),
        status: status.as_str().to_owned(),
        thumbnail_url: thumbnail.as_ref().map(ToString::to_string),
        version,
        created_at,
        updated_at,
    }
}

pub(super) fn to_promotion(row: Row) -> Result<Promotion, RepositoryError> {
    Ok(Promotion::from_parts(PromotionParts {
        workspace_id: WorkspaceId::new(row.workspace_id),
        id: PromotionId::new(row.id),
        integration_account_id: IntegrationAccountId::new(row.integration_account_id),
        details: PromotionDetails {
            name: stored(WHAT, &row.name)?,
            description: stored_option(WHAT, row.description)?,
            discount: percentage(WHAT, row.discount)?,
            coupon_code: stored_option(WHAT, row.coupon_code)?,
            start_date: StayDate::new(row.start_date),
            end_date: StayDate::new(row.end_date),
            booking_period_start: row.booking_period_start.map(StayDate::new),
            booking_period_end: row.booking_period_end.map(StayDate::new),
            status: stored(WHAT, &row.status)?,
            thumbnail: stored_option(WHAT, row.thumbnail_url)?,
        },
        version: row.version,
        created_at: row.created_at,
        updated_at: row.updated_at,
    }))
}
