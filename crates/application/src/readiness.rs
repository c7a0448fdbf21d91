//! Readiness of the service.

use std::sync::Arc;

use ports::Readiness;

use crate::outcome::refusal::Refusal;

/// The use case of `/readyz`.
#[expect(missing_docs, reason = "the ports and settings")]
pub struct ReadinessCheck {
    pub readiness: Arc<dyn Readiness>,
}

impl ReadinessCheck {
    /// Checks that the database is available and has the schema version of this program.
    pub async fn run(&self) -> Result<(), Refusal> {
        Ok(self.readiness.check().await?)
    }
}
