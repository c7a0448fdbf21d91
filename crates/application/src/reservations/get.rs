//! Reading a reservation.

use domain::access::{Caller, Permission};
use domain::ids::ReservationId;
use domain::reservations::TenantReservation;

use super::{ReservationError, Reservations};

impl Reservations {
    /// Returns a reservation that the caller's tenant sees.
    pub async fn get(&self, caller: &Caller, id: ReservationId) -> Result<TenantReservation, ReservationError> {
        let scope = caller.tenant_scope(Permission::Read)?;
        self.repository.get(&scope, id).await?.ok_or(ReservationError::NotFound)
    }
}

#[cfg(test)]
mod tests {
    use domain::reservations::ReservationStatus;
    use ports::MockReservationRepository;
    use testkit::build;

    use super::super::fixture::{reservations, seen};
    use super::*;
    use crate::outcome::codes::Code;
    use crate::outcome::problem::Problem;

    #[tokio::test]
    async fn a_reservation_is_looked_for_in_the_tenant_of_the_request() {
        for (found, expected) in
            [(Some(seen(ReservationStatus::Pending)), None), (None, Some(Code::ReservationNotFound))]
        {
            let mut repository = MockReservationRepository::new();
            repository
                .expect_get()
                .withf(|scope, _| scope.tenant_id() == build::channel_id())
                .returning(move |_, _| Ok(found.clone()));
            let id = ReservationId::new(build::id());
            let found = reservations(repository).get(&build::channel(Permission::Read), id).await;
            assert_eq!(found.err().map(|error| error.code()), expected);
        }
    }
}
