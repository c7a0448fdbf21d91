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
    let Row {
        workspace_id,
        id,
        integration_account_id,
        name,
        description,
        discount,
        coupon_code,
        start_date,
        end_date,
        booking_period_start,
        booking_period_end,
        status,
        thumbnail_url,
        version,
        created_at,
        updated_at,
    } = row;
    Ok(Promotion::from_parts(PromotionParts {
        workspace_id: WorkspaceId::new(workspace_id),
        id: PromotionId::new(id),
        integration_account_id: IntegrationAccountId::new(integration_account_id),
        details: PromotionDetails {
            name: stored(WHAT, &name)?,
            description: stored_option(WHAT, description)?,
            discount: percentage(WHAT, discount)?,
            coupon_code: stored_option(WHAT, coupon_code)?,
            start_date: StayDate::new(start_date),
            end_date: StayDate::new(end_date),
            booking_period_start: booking_period_start.map(StayDate::new),
            booking_period_end: booking_period_end.map(StayDate::new),
            status: stored(WHAT, &status)?,
            thumbnail: stored_option(WHAT, thumbnail_url)?,
        },
        version,
        created_at,
        updated_at,
    }))
}
