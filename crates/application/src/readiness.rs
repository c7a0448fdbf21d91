//! Whether the service can serve.

use std::sync::Arc;

use ports::Readiness;

use crate::refusal::Refusal;

/// The use case behind `/readyz`.
pub struct ReadinessCheck {
    readiness: Arc<dyn Readiness>,
}

impl ReadinessCheck {
    /// Asks this.
    pub fn new(readiness: Arc<dyn Readiness>) -> Self {
        Self { readiness }
    }

    /// Asks whether the database answers, with the schema that this program needs.
    pub async fn run(&self) -> Result<(), Refusal> {
        Ok(self.readiness.check().await?)
    }
}
