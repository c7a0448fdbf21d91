//! The refusals that every use case shares.

use domain::access::AccessError;
use domain::idempotency::KeyReusedError;
use ports::{RepositoryError, Source, rules};
use thiserror::Error;
use validator::ValidationErrors;

use crate::input::{InvalidInput, Unreadable};
use crate::outcome::codes::Code;
use crate::outcome::problem::{Members, Problem};

/// A refusal that all areas share.
#[derive(Debug, Error)]
pub enum Refusal {
    /// The caller lacks the permission.
    #[error(transparent)]
    Access(#[from] AccessError),
    /// The request cannot be read.
    #[error(transparent)]
    Unreadable(#[from] Unreadable),
    /// Some values are not valid.
    #[error(transparent)]
    Invalid(#[from] InvalidInput),
    /// The stored resource does not meet the client's precondition.
    #[error("The resource does not match `If-Match` or `If-None-Match`.")]
    PreconditionFailed,
    /// The idempotency key was used for another request.
    #[error(transparent)]
    KeyReused(#[from] KeyReusedError),
    /// A concurrent duplicate of the request is in progress.
    #[error("The same request is still being served. Try again shortly.")]
    InFlight,
    /// The tenant has sent too many wrong coupon codes.
    #[error("The tenant has sent too many wrong coupon codes. Try again in {seconds} s.")]
    CouponsLimited {
        /// The seconds after which another code is looked up.
        seconds: u32,
    },
    /// Concurrent changes won on every attempt.
    #[error("The service is busy. Try again shortly.")]
    Busy,
    /// The database is unavailable.
    #[error("The service is unavailable. Try again shortly.")]
    Unavailable(#[source] Source),
    /// A defect of this program or of the stored data.
    #[error("Something went wrong on our side.")]
    Internal(#[source] Source),
}

impl From<ValidationErrors> for Refusal {
    fn from(errors: ValidationErrors) -> Self {
        Self::Invalid(errors.into())
    }
}

impl From<RepositoryError> for Refusal {
    fn from(error: RepositoryError) -> Self {
        match error {
            RepositoryError::Stale => Self::Busy,
            RepositoryError::Refused(error) => Self::Access(error),
            RepositoryError::Taken { rule: rules::IDEMPOTENCY_KEY } => Self::InFlight,
            RepositoryError::Unavailable(source) => Self::Unavailable(source),
            // A violated rule that the use case does not handle is a defect of the use case.
            RepositoryError::Taken { .. } | RepositoryError::Corrupt { .. } | RepositoryError::Internal(_) => {
                Self::Internal(error.into())
            }
        }
    }
}

impl Problem for Refusal {
    fn members(&self) -> Members<'_> {
        match self {
            Self::Access(error) => error.members(),
            Self::Unreadable(error) => error.members(),
            Self::Invalid(error) => error.members(),
            Self::PreconditionFailed => Code::PreconditionFailed.into(),
            Self::KeyReused(_) => Code::IdempotencyKeyReused.into(),
            Self::InFlight => Code::RequestInFlight.into(),
            Self::CouponsLimited { seconds } => {
                Members { retry_after: Some(*seconds), ..Code::TooManyCouponCodes.into() }
            }
            Self::Busy => Code::Busy.into(),
            Self::Unavailable(_) => Code::Unavailable.into(),
            Self::Internal(_) => Code::InternalError.into(),
        }
    }
}

impl Problem for AccessError {
    fn members(&self) -> Members<'_> {
        let code = match self {
            Self::Unauthenticated => Code::Unauthenticated,
            Self::WorkspaceSuspended => Code::WorkspaceSuspended,
            Self::UserNotActive => Code::UserNotActive,
            Self::TenantNotFound => Code::TenantNotFound,
            Self::TenantInactive => Code::TenantInactive,
            Self::PermissionDenied => Code::PermissionDenied,
            Self::DefaultTenantRequired => Code::DefaultTenantRequired,
        };
        code.into()
    }
}

/// Implements `From` for an area's error, so that `?` wraps the shared refusals in its variant `Refused`. After the error
/// come the rules that a write of the area may violate, each with its refusal.
macro_rules! shares_refusals {
    ($error:ident $(, $rule:ident => $refusal:expr)* $(,)?) => {
        $crate::outcome::refusal::wrapped_in!(
            $error: domain::access::AccessError, $crate::input::Unreadable, validator::ValidationErrors,
            $crate::input::InvalidInput
        );

        impl From<ports::RepositoryError> for $error {
            fn from(error: ports::RepositoryError) -> Self {
                match error {
                    $(ports::RepositoryError::Taken { rule: ports::rules::$rule } => $refusal,)*
                    other => Self::Refused(other.into()),
                }
            }
        }
    };
}

macro_rules! wrapped_in {
    ($error:ident: $($shared:ty),+) => {$(
        impl From<$shared> for $error {
            fn from(error: $shared) -> Self {
                Self::Refused(error.into())
            }
        }
    )+};
}

pub(crate) use {shares_refusals, wrapped_in};
