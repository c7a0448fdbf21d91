//! The codes of all refusals.

use std::fmt;

use crate::outcome::problem::ProblemKind;

/// Declares the codes from one table: the name, the kind and the text of each.
macro_rules! codes {
    ($($name:ident => ($kind:ident, $text:literal),)+) => {
        /// The stable code of a refusal, for programs. `docs/errors.md` describes each.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code {
            $(
                #[doc = concat!("`", $text, "`.")]
                $name,
            )+
        }

        impl Code {
            /// All codes.
            pub const ALL: &[Self] = &[$(Self::$name),+];

            /// Returns the kind of the refusals with this code.
            #[must_use]
            pub const fn kind(self) -> ProblemKind {
                match self {
                    $(Self::$name => ProblemKind::$kind,)+
                }
            }

            /// Returns the code as it is sent.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)+
                }
            }
        }
    };
}

codes! {
    MalformedRequest => (Unreadable, "malformed_request"),
    MalformedHost => (Unreadable, "malformed_host"),
    MalformedTenantHeader => (Unreadable, "malformed_tenant_header"),
    ConflictingKeys => (Unreadable, "conflicting_keys"),
    ConflictingTenants => (Unreadable, "conflicting_tenants"),
    MalformedIdempotencyKey => (Unreadable, "malformed_idempotency_key"),
    CrossOriginRefused => (Unreadable, "cross_origin_refused"),
    Unauthenticated => (Unauthenticated, "unauthenticated"),
    WorkspaceSuspended => (Forbidden, "workspace_suspended"),
    UserNotActive => (Forbidden, "user_not_active"),
    TenantInactive => (Forbidden, "tenant_inactive"),
    PermissionDenied => (Forbidden, "permission_denied"),
    DefaultTenantRequired => (Forbidden, "default_tenant_required"),
    NotTheOwner => (Forbidden, "not_the_owner"),
    SupportRestricted => (Forbidden, "support_restricted"),
    RouteNotFound => (NotFound, "route_not_found"),
    WorkspaceNotFound => (NotFound, "workspace_not_found"),
    TenantNotFound => (NotFound, "tenant_not_found"),
    LocationNotFound => (NotFound, "location_not_found"),
    UserNotFound => (NotFound, "user_not_found"),
    ApiKeyNotFound => (NotFound, "api_key_not_found"),
    IntegrationAccountNotFound => (NotFound, "integration_account_not_found"),
    ListingNotFound => (NotFound, "listing_not_found"),
    PromotionNotFound => (NotFound, "promotion_not_found"),
    QuoteNotFound => (NotFound, "quote_not_found"),
    ReservationNotFound => (NotFound, "reservation_not_found"),
    EventConsumerNotFound => (NotFound, "event_consumer_not_found"),
    EventsGone => (Gone, "events_gone"),
    WebhookNotFound => (NotFound, "webhook_not_found"),
    MethodNotAllowed => (MethodNotAllowed, "method_not_allowed"),
    RequestTimeout => (Late, "request_timeout"),
    DefaultTenant => (Conflict, "default_tenant"),
    TenantNotEmpty => (Conflict, "tenant_not_empty"),
    DomainTaken => (Conflict, "domain_taken"),
    EmailTaken => (Conflict, "email_taken"),
    AccountIdentifierTaken => (Conflict, "account_identifier_taken"),
    ProviderIdTaken => (Conflict, "provider_id_taken"),
    NameTaken => (Conflict, "name_taken"),
    CouponCodeTaken => (Conflict, "coupon_code_taken"),
    ExternalIdTaken => (Conflict, "external_id_taken"),
    AlreadyImported => (Conflict, "already_imported"),
    AlreadyThere => (Conflict, "already_there"),
    HasReservations => (Conflict, "has_reservations"),
    NotAvailable => (Conflict, "not_available"),
    ImportAsleep => (Conflict, "import_asleep"),
    QuoteExpired => (Conflict, "quote_expired"),
    QuoteUsed => (Conflict, "quote_used"),
    TooManyHolds => (Conflict, "too_many_holds"),
    PriceChanged => (Conflict, "price_changed"),
    NotPending => (Conflict, "not_pending"),
    NotLive => (Conflict, "not_live"),
    KeyAlreadyCreated => (Conflict, "key_already_created"),
    WorkspaceAlreadyCreated => (Conflict, "workspace_already_created"),
    WorkspaceNotSuspended => (Conflict, "workspace_not_suspended"),
    WorkspaceErased => (Conflict, "workspace_erased"),
    TooManyWebhooks => (Conflict, "too_many_webhooks"),
    WebhookAlreadyCreated => (Conflict, "webhook_already_created"),
    RequestInFlight => (InFlight, "request_in_flight"),
    LastAdministrator => (Conflict, "last_administrator"),
    DefaultLocation => (Conflict, "default_location"),
    LocationInUse => (Conflict, "location_in_use"),
    TargetInactive => (Conflict, "target_inactive"),
    TooManyEventConsumers => (Conflict, "too_many_event_consumers"),
    PreconditionFailed => (PreconditionFailed, "precondition_failed"),
    PayloadTooLarge => (TooLarge, "payload_too_large"),
    UnsupportedMediaType => (UnsupportedMediaType, "unsupported_media_type"),
    ValidationFailed => (Invalid, "validation_failed"),
    NotSupported => (Invalid, "not_supported"),
    OwnListing => (Invalid, "own_listing"),
    ImportNotAllowed => (Invalid, "import_not_allowed"),
    DuplicateListing => (Invalid, "duplicate_listing"),
    NotImported => (Invalid, "not_imported"),
    ImportRefused => (Invalid, "import_refused"),
    CurrencyMismatch => (Invalid, "currency_mismatch"),
    PromotionNotValid => (Invalid, "promotion_not_valid"),
    IdempotencyKeyReused => (Invalid, "idempotency_key_reused"),
    RateLimited => (Limited, "rate_limited"),
    TooManyCouponCodes => (Limited, "too_many_coupon_codes"),
    TooManyReaders => (Limited, "too_many_readers"),
    InternalError => (Internal, "internal_error"),
    Busy => (Busy, "busy"),
    Unavailable => (Unavailable, "unavailable"),
    WebhooksNotConfigured => (Unavailable, "webhooks_not_configured"),
    NotReady => (Unavailable, "not_ready"),
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
