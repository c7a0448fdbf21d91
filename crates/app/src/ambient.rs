//! Time, ids and secrets as they really are.

use std::sync::Arc;

use application::Ambient;
use chrono::{DateTime, SubsecRound, Utc};
use domain::api_keys::KeySecret;
use ports::{Clock, IdGenerator, SecretGenerator};
use uuid::Uuid;

/// The machine's.
pub(crate) fn system() -> Ambient {
    Ambient { clock: Arc::new(System), ids: Arc::new(System), secrets: Arc::new(System) }
}

pub(crate) struct System;

impl Clock for System {
    #[expect(clippy::disallowed_methods, reason = "this is the clock that everybody asks")]
    fn now(&self) -> DateTime<Utc> {
        Utc::now().trunc_subsecs(3)
    }
}

impl IdGenerator for System {
    #[expect(clippy::disallowed_methods, reason = "this is the generator that everybody asks")]
    fn next(&self) -> Uuid {
        Uuid::now_v7()
    }
}

impl SecretGenerator for System {
    fn next(&self) -> KeySecret {
        let mut random = [0; 24];
        getrandom::fill(&mut random).expect("a machine without randomness cannot make secrets");
        KeySecret::new(random)
    }
}
