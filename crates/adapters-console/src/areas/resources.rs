//! The pages of resources, by the kinds that audit entries and events name.

use domain::ids::TenantId;
use uuid::Uuid;

use crate::request::visit::Visit;
use crate::response::cell::Cell;

/// Leads to the pages of resources.
#[derive(Clone, Copy)]
pub(crate) struct Pages {
    tenant: TenantId,
    /// Whether the user may enter all tenants, so that the page is that of the tenant whose data changed.
    is_administrator: bool,
}

impl Pages {
    pub(crate) const fn of(visit: &Visit) -> Self {
        Self { tenant: visit.frame.tenant, is_administrator: visit.frame.is_administrator }
    }

    /// Shows the kind and the name of a resource, with a link if it has a page.
    pub(crate) fn cell(self, tenant: TenantId, kind: &str, id: Uuid, name: &str) -> Cell {
        let text = [&kind.replace('_', " "), name].map(str::trim).join(" ");
        match self.address(tenant, kind, id) {
            Some(to) => Cell::link(to, text.trim()),
            None => Cell::text(text.trim()),
        }
    }

    fn address(self, tenant: TenantId, kind: &str, id: Uuid) -> Option<String> {
        let tenant = if self.is_administrator { tenant } else { self.tenant };
        let section = match kind {
            "tenant" => return Some(format!("/console/t/{id}/")),
            "workspace" => return Some("/console/".to_owned()),
            "api_key" => return Some(format!("/console/t/{tenant}/keys")),
            "location" => "locations",
            "user" => "users",
            "integration_account" => "accounts",
            "listing" => "listings",
            "promotion" => "promotions",
            "reservation" => "reservations",
            "webhook" => "webhooks",
            _ => return None,
        };
        Some(format!("/console/t/{tenant}/{section}/{id}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn resources_lead_to_their_pages_in_a_tenant_that_the_user_may_enter() {
        let [own, other, id] = [1, 2, 3].map(Uuid::from_u128);
        for (is_administrator, kind, expected) in [
            (false, "listing", Some(format!("/console/t/{own}/listings/{id}"))),
            (true, "listing", Some(format!("/console/t/{other}/listings/{id}"))),
            (false, "tenant", Some(format!("/console/t/{id}/"))),
            (false, "api_key", Some(format!("/console/t/{own}/keys"))),
            (true, "quote", None),
        ] {
            let pages = Pages { tenant: TenantId::new(own), is_administrator };
            assert_eq!(pages.address(TenantId::new(other), kind, id), expected);
        }
    }
}
