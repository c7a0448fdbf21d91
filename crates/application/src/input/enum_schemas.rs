//! Values that are one of a fixed set of words, with their schemas.

use std::borrow::Cow;

use domain::access::Permission;
use domain::availability::NightStatus;
use domain::charges::{ChargeBasis, ChargeKind};
use domain::events::EventType;
use domain::integration_accounts::{AccountStatus, AuthType, ImportMode, Provider};
use domain::listings::{ApprovalStatus, ListingStatus, Unavailable};
use domain::promotions::PromotionStatus;
use domain::reservations::{ReservationStatus, ReservationType};
use domain::tenants::TenantStatus;
use domain::users::Role;
use domain::webhooks::{DeliveryFailure, DisabledReason, TEST_TYPE, WebhookScope, WebhookStatus};
use domain::workspaces::WorkspaceStatus;
use serde::Serialize;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

/// Declares a word of a domain type, or a further one: the value of a field of a response, and the schema of that of a
/// request.
macro_rules! words {
    ($($name:ident: $values:ty $(| $further:expr)?,)+) => {$(
        #[doc = concat!("One of the words of [`", stringify!($values), "`].")]
        #[derive(Debug, Serialize)]
        pub struct $name(&'static str);

        impl From<$values> for $name {
            fn from(value: $values) -> Self {
                Self(value.as_str())
            }
        }

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                let words = <$values>::ALL.iter().map(|value| value.as_str())$(.chain([$further]))?;
                ObjectBuilder::new().schema_type(Type::String).enum_values(Some(words)).into()
            }
        }

        impl ToSchema for $name {
            fn name() -> Cow<'static, str> {
                stringify!($values).into()
            }
        }
    )+};
}

words! {
    AccountStatusWord: AccountStatus,
    ApprovalWord: ApprovalStatus,
    AuthTypeWord: AuthType,
    ChargeBasisWord: ChargeBasis,
    ChargeKindWord: ChargeKind,
    DeliveryFailureWord: DeliveryFailure,
    DisabledReasonWord: DisabledReason,
    EventTypeWord: EventType | TEST_TYPE,
    ImportModeWord: ImportMode,
    ListingStatusWord: ListingStatus,
    NightStatusWord: NightStatus,
    PermissionWord: Permission,
    PromotionStatusWord: PromotionStatus,
    ProviderWord: Provider,
    ReservationStatusWord: ReservationStatus,
    ReservationTypeWord: ReservationType,
    RoleWord: Role,
    TenantStatusWord: TenantStatus,
    UnavailableWord: Unavailable,
    WebhookScopeWord: WebhookScope,
    WebhookStatusWord: WebhookStatus,
    WorkspaceStatusWord: WorkspaceStatus,
}

/// The origin of listings: the tenant's own or imported.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "lowercase")]
#[expect(missing_docs, reason = "the words of a filter")]
pub enum ListingType {
    #[schema(rename = "self")]
    Own,
    Imported,
}

/// The status of a workspace that is there.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "UPPERCASE")]
#[expect(missing_docs, reason = "the words of a filter")]
pub enum PresentWorkspaceStatus {
    Active,
    Suspended,
    Erasing,
}

/// A part of listings that a list may include.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "lowercase")]
#[expect(missing_docs, reason = "the words of a parameter")]
pub enum IncludedPart {
    Price,
}
