//! What a server does besides answering: it writes down which holds have expired.

use std::time::Duration;

use actix_web::rt::time::timeout;
use application::{Expired, Reservations};
use domain::access::OperatorScope;
use tokio::sync::oneshot::Receiver;

/// How often it looks. Nights are free in time without it, so this is for those who look at the reservation.
const EVERY: Duration = Duration::from_secs(5);

/// Sweeps until the other end is dropped. Several servers may do so on one database.
pub(super) async fn sweep(reservations: Reservations, mut stop: Receiver<()>) {
    let mut wait = EVERY;
    while timeout(wait, &mut stop).await.is_err() {
        wait = match reservations.expire(&OperatorScope::new()).await {
            Ok(Expired { count: 0, .. }) => EVERY,
            Ok(Expired { count, has_more }) => {
                tracing::info!(count, "holds have expired");
                if has_more { Duration::ZERO } else { EVERY }
            }
            Err(error) => {
                tracing::warn!("holds that have expired cannot be written down: {:#}", anyhow::Error::new(error));
                EVERY
            }
        };
    }
}
