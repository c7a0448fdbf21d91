//! The refusals that every use case shares.

use domain::access::AccessError;
use domain::idempotency::KeyReusedError;
use ports::{RepositoryError, Source, rules};
use thiserror::Error;
use validator::ValidationErrors;

use crate::input::{InvalidInput, Unreadable};
use crate::outcome::codes::Code;
use crate::outcome::problem::{FieldErrors, Problem};

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
        /// The seconds after which another one is looked up.
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
    fn code(&self) -> Code {
        match self {
            Self::Access(error) => error.code(),
            Self::Unreadable(error) => error.code(),
            Self::Invalid(error) => error.code(),
            Self::PreconditionFailed => Code::PreconditionFailed,
            Self::KeyReused(_) => Code::IdempotencyKeyReused,
            Self::InFlight => Code::RequestInFlight,
            Self::CouponsLimited { .. } => Code::TooManyCouponCodes,
            Self::Busy => Code::Busy,
            Self::Unavailable(_) => Code::Unavailable,
            Self::Internal(_) => Code::InternalError,
        }
    }

    fn retry_after(&self) -> Option<u32> {
        if let Self::CouponsLimited { seconds } = self { Some(*seconds) } else { None }
    }

    fn field_errors(&self) -> Option<&FieldErrors> {
        match self {
            Self::Invalid(error) => error.field_errors(),
            Self::Access(_)
            | Self::Unreadable(_)
            | Self::PreconditionFailed
            | Self::KeyReused(_)
            | Self::InFlight
            | Self::CouponsLimited { .. }
            | Self::Busy
            | Self::Unavailable(_)
            | Self::Internal(_) => None,
        }
    }
}

impl Problem for AccessError {
    fn code(&self) -> Code {
        match self {
            Self::Unauthenticated => Code::Unauthenticated,
            Self::UserNotActive => Code::UserNotActive,
            Self::TenantNotFound => Code::TenantNotFound,
            Self::TenantInactive => Code::TenantInactive,
            Self::PermissionDenied => Code::PermissionDenied,
            Self::DefaultTenantRequired => Code::DefaultTenantRequired,
        }
    }
}

/// Implements `From` for an area's error, so that `?` wraps the shared refusals in its variant `Refused`.
macro_rules! shares_refusals {
    ($error:ident) => {
        impl From<domain::access::AccessError> for $error {
            fn from(error: domain::access::AccessError) -> Self {
                Self::Refused(error.into())
            }
        }

        impl From<crate::input::Unreadable> for $error {
            fn from(error: crate::input::Unreadable) -> Self {
                Self::Refused(error.into())
            }
        }

        impl From<validator::ValidationErrors> for $error {
            fn from(errors: validator::ValidationErrors) -> Self {
                Self::Refused(errors.into())
            }
        }

        impl From<crate::input::InvalidInput> for $error {
            fn from(error: crate::input::InvalidInput) -> Self {
                Self::Refused(error.into())
            }
        }
    };
}

pub(crate) use shares_refusals;
