//! The refusals that every use case shares.

use domain::access::AccessError;
use domain::idempotency::KeyReusedError;
use ports::{RepositoryError, Source, rules};
use thiserror::Error;

use crate::input::{InvalidInput, Unreadable};
use crate::outcome::problem::{FieldErrors, Problem, ProblemKind};

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
    #[error("The resource is not what `If-Match` says.")]
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
    fn kind(&self) -> ProblemKind {
        match self {
            Self::Access(error) => error.kind(),
            Self::Unreadable(error) => error.kind(),
            Self::Invalid(error) => error.kind(),
            Self::PreconditionFailed => ProblemKind::PreconditionFailed,
            Self::KeyReused(_) => ProblemKind::Invalid,
            Self::InFlight => ProblemKind::InFlight,
            Self::CouponsLimited { seconds } => ProblemKind::Limited { seconds: *seconds },
            Self::Busy => ProblemKind::Busy,
            Self::Unavailable(_) => ProblemKind::Unavailable,
            Self::Internal(_) => ProblemKind::Internal,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Access(error) => error.code(),
            Self::Unreadable(error) => error.code(),
            Self::Invalid(error) => error.code(),
            Self::PreconditionFailed => "precondition_failed",
            Self::KeyReused(_) => "idempotency_key_reused",
            Self::InFlight => "request_in_flight",
            Self::CouponsLimited { .. } => "too_many_coupon_codes",
            Self::Busy => "busy",
            Self::Unavailable(_) => "unavailable",
            Self::Internal(_) => "internal_error",
        }
    }

    fn faults(&self) -> Option<&FieldErrors> {
        match self {
            Self::Invalid(error) => error.faults(),
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
    fn kind(&self) -> ProblemKind {
        match self {
            Self::Unauthenticated => ProblemKind::Unauthenticated,
            Self::TenantNotFound => ProblemKind::NotFound,
            Self::UserNotActive | Self::TenantInactive | Self::PermissionDenied | Self::DefaultTenantRequired => {
                ProblemKind::Forbidden
            }
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Unauthenticated => "unauthenticated",
            Self::UserNotActive => "user_not_active",
            Self::TenantNotFound => "tenant_not_found",
            Self::TenantInactive => "tenant_inactive",
            Self::PermissionDenied => "permission_denied",
            Self::DefaultTenantRequired => "default_tenant_required",
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

        impl From<crate::input::InvalidInput> for $error {
            fn from(error: crate::input::InvalidInput) -> Self {
                Self::Refused(error.into())
            }
        }
    };
}

pub(crate) use shares_refusals;
