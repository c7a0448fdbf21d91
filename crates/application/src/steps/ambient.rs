//! Time, ids and secrets, injected together.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use domain::api_keys::KeySecret;
use domain::ids::AuditId;
use domain::webhooks::WebhookSecret;
use ports::{Clock, IdGenerator, SecretGenerator};
use uuid::Uuid;

/// The sources of time, ids and secrets.
#[derive(Clone)]
pub struct Ambient {
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// The generator of ids.
    pub ids: Arc<dyn IdGenerator>,
    /// The generator of secrets.
    pub secrets: Arc<dyn SecretGenerator>,
}

impl Ambient {
    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    pub(crate) fn id<T>(&self, kind: fn(Uuid) -> T) -> T {
        kind(self.ids.next())
    }

    pub(crate) fn secret(&self) -> KeySecret {
        self.secrets.next()
    }

    pub(crate) fn webhook_secret(&self) -> WebhookSecret {
        self.secrets.webhook_secret()
    }

    pub(crate) fn audit_id(&self) -> AuditId {
        self.id(AuditId::new)
    }
}

#[cfg(test)]
pub(crate) mod fixture {
    use ports::{MockClock, MockIdGenerator, MockSecretGenerator};
    use testkit::build;

    use super::*;

    /// Returns a fixed time, a fixed secret and new ids.
    pub(crate) fn ambient() -> Ambient {
        let mut clock = MockClock::new();
        clock.expect_now().return_const(build::at());
        let mut ids = MockIdGenerator::new();
        ids.expect_next().returning(build::id);
        let mut secrets = MockSecretGenerator::new();
        secrets.expect_next().returning(build::secret);
        secrets.expect_webhook_secret().returning(build::webhook_secret);
        Ambient { clock: Arc::new(clock), ids: Arc::new(ids), secrets: Arc::new(secrets) }
    }
}
