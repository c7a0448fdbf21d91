//! Readiness of the service.

use std::sync::Arc;

use ports::Readiness;

use crate::outcome::refusal::Refusal;

/// The use case of `/readyz`.
pub struct ReadinessCheck {
    readiness: Arc<dyn Readiness>,
}

impl ReadinessCheck {
    /// Creates the use case from its port.
    pub fn new(readiness: Arc<dyn Readiness>) -> Self {
        Self { readiness }
    }

    /// Checks that the database is available and has the schema version of this program.
    pub async fn run(&self) -> Result<(), Refusal> {
        Ok(self.readiness.check().await?)
    }
}
