//! A service that uses the rules of tenants without any other crate of Tenantry: no server, no database, no runtime.
//!
//! It keeps tenants in a map, creates one, renames it, deactivates it, and shows the decisions that the rules refuse.
//!
//! Run it with `cargo run -p tenantry-domain --example embedded`.

use std::collections::HashMap;
use std::error::Error;

use chrono::{DateTime, TimeDelta, Utc};
use domain::audit::{Actor, AuditEntry, Fact, Stamp};
use domain::change::Change;
use domain::ids::{AuditId, LocationId, TenantId, UserId, WorkspaceId};
use domain::patch::Patch;
use domain::tenants::{
    NewTenant, Tenant, TenantCreated, TenantDetails, TenantEdit, TenantName, TenantParts, TenantStatus,
    TenantStatusSet, UsersChange,
};
use domain::users::UserStatus;
use uuid::Uuid;

/// A source of ids and times, both made up so that every run prints the same.
struct Desk {
    last_id: u128,
    time: DateTime<Utc>,
}

impl Desk {
    fn id(&mut self) -> Uuid {
        self.last_id += 1;
        Uuid::from_u128(self.last_id)
    }

    /// Creates the stamp of a decision.
    fn stamp(&mut self) -> Stamp {
        self.time += TimeDelta::minutes(1);
        Stamp { id: AuditId::new(self.id()), actor: Actor::Operator, at: self.time }
    }
}

/// Stored tenants, and the audit trail.
#[derive(Default)]
struct Store {
    tenants: HashMap<TenantId, Tenant>,
    trail: Vec<AuditEntry>,
}

impl Store {
    /// Stores a decision with its audit entry; a database would do so in one transaction.
    ///
    /// Refuses a decision that was made on an older version of the tenant.
    fn keep(&mut self, tenant: Tenant, audit: AuditEntry) -> Result<(), &'static str> {
        let stored = self.tenants.get(&tenant.id()).map_or(0, Tenant::version);
        if stored + 1 != tenant.version() {
            return Err("the tenant was changed since it was read: read it again and retry");
        }
        show(&audit);
        self.tenants.insert(tenant.id(), tenant);
        self.trail.push(audit);
        Ok(())
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut desk = Desk { last_id: 0, time: "2026-03-01T09:00:00Z".parse()? };
    let mut store = Store::default();

    // Parse the values first: with valid values, creating a tenant cannot fail.
    let new = NewTenant {
        workspace_id: WorkspaceId::new(desk.id()),
        id: TenantId::new(desk.id()),
        default_location_id: LocationId::new(desk.id()),
        name: "Channel A".parse()?,
        domain: "channel-a".parse()?,
        details: TenantDetails {
            city: Some("New York".parse()?),
            country: Some("US".parse()?),
            ..TenantDetails::default()
        },
    };
    let user = UserId::new(desk.id());
    // The decision includes the default location and the user's move; this service does not need them.
    let Change { after: TenantCreated { tenant, .. }, audit, .. } = Tenant::create(new, Some(user), desk.stamp());
    store.keep(tenant.clone(), audit)?;

    // `None` and `Patch::Keep` leave a field unchanged.
    let edit = TenantEdit { name: Some("Channel Amsterdam".parse()?), city: Patch::Clear, ..TenantEdit::default() };
    let updated = tenant.update(edit, desk.stamp());
    let Change { after: tenant, audit, .. } = updated.ok_or("the edit changes nothing")?;
    store.keep(tenant.clone(), audit)?;

    let deactivated = tenant.set_status(TenantStatus::Inactive, Some(UserStatus::Passive), desk.stamp())?;
    let Change { after: TenantStatusSet { tenant, users, .. }, audit, .. } =
        deactivated.ok_or("the tenant is inactive already")?;
    store.keep(tenant.clone(), audit)?;
    if let UsersChange::Set(status) = users {
        println!("its users, support users excepted, become {status:?}");
    }

    // A refused decision is not a change, so there is nothing to store.
    let refused = "Inn".parse::<TenantName>().expect_err("three characters are too short for a name");
    println!("refused: The name {refused}");

    // A stored tenant: `from_parts` checks no rule.
    let default_tenant = Tenant::from_parts(TenantParts {
        id: TenantId::new(desk.id()),
        is_default: true,
        status: TenantStatus::Active,
        ..tenant.into_parts()
    });
    let refused = default_tenant.set_status(TenantStatus::Inactive, None, desk.stamp());
    let refused = refused.expect_err("the default tenant stays active");
    println!("refused: {refused}");

    println!("stored: {} tenant, {} audit entries", store.tenants.len(), store.trail.len());
    Ok(())
}

/// Prints the actor, action, resource and time of an entry, with the changed values.
fn show(entry: &AuditEntry) {
    let AuditEntry { at, actor, action, resource_name, before, after, .. } = entry;
    let who = match actor {
        Actor::ApiUser { name, .. } => name.as_str(),
        Actor::Operator => "the operator",
    };
    println!("{at}  {action}  {resource_name}, by {who}");
    for (sign, facts) in [('-', before), ('+', after)] {
        for (name, fact) in facts {
            println!("  {sign} {name}: {}", text(fact));
        }
    }
}

fn text(fact: &Fact) -> String {
    match fact {
        Fact::Null => "nothing".to_owned(),
        Fact::Bool(value) => value.to_string(),
        Fact::Integer(value) => value.to_string(),
        Fact::Text(value) => value.clone(),
    }
}
