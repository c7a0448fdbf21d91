//! The system's clock, id generator and secret generator.

use std::sync::Arc;

use application::Ambient;
use chrono::{DateTime, SubsecRound, Utc};
use domain::api_keys::KeySecret;
use domain::webhooks::WebhookSecret;
use ports::{Clock, IdGenerator, SecretGenerator};
use uuid::Uuid;

/// Returns the clock and the generators of this machine.
pub(crate) fn system() -> Ambient {
    Ambient { clock: Arc::new(System), ids: Arc::new(System), secrets: Arc::new(System) }
}

pub(crate) struct System;

impl Clock for System {
    #[expect(clippy::disallowed_methods, reason = "the only place that reads the system clock")]
    fn now(&self) -> DateTime<Utc> {
        Utc::now().trunc_subsecs(3)
    }
}

impl IdGenerator for System {
    #[expect(clippy::disallowed_methods, reason = "the only place that generates ids")]
    fn next(&self) -> Uuid {
        Uuid::now_v7()
    }
}

impl SecretGenerator for System {
    fn next(&self) -> KeySecret {
        KeySecret::new(random())
    }

    fn webhook_secret(&self) -> WebhookSecret {
        WebhookSecret::new(random())
    }
}

fn random<const N: usize>() -> [u8; N] {
    let mut random = [0; N];
    getrandom::fill(&mut random).expect("the operating system provides random bytes");
    random
}
