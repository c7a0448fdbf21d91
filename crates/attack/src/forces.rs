//! The workspaces, tenants and callers of an attack.

use std::thread;
use std::time::Duration;

use chrono::{DateTime, SecondsFormat, TimeDelta};
use serde_json::{Value, json};

use crate::assault::Settings;
use crate::attacker::{Attacker, FOREIGN, MOVED, Standing};
use crate::calls::{ADMIN, READ, WRITE};
use crate::client::Client;
use crate::error::Error;
use crate::fill::{Offer, create};
use crate::ground::Ground;
use crate::ids::{UNKNOWN, new_mark};
use crate::keys::{Key, OwnWorkspace};
use crate::side::Side;
use crate::siege::Target;

/// The lifetime of the key that expires before the attack.
const LIFETIME: TimeDelta = TimeDelta::seconds(2);
/// The longest wait for its end, in steps.
const STEPS: usize = 100;
const STEP: Duration = Duration::from_millis(100);

/// All that an attack has made.
pub(crate) struct Forces {
    anyone: Client,
    operator: Option<Client>,
    workspaces: Vec<OwnWorkspace>,
    /// The victim's workspace, then perhaps another one.
    grounds: Vec<Ground>,
    given: Vec<Key>,
}

/// The callers, while the victim has nothing yet.
pub(crate) struct Camp {
    pub(crate) attackers: Vec<Attacker>,
    /// The attacker's account that was moved to another tenant.
    pub(crate) moved: Target,
    offer: Offer,
}

impl Forces {
    /// Returns forces without anything.
    pub(crate) fn new(anyone: &Client) -> Self {
        Self { anyone: anyone.clone(), operator: None, workspaces: Vec::new(), grounds: Vec::new(), given: Vec::new() }
    }

    /// Finds an administrator for one workspace or two, or makes the workspaces.
    pub(crate) fn open(&mut self, settings: &Settings) -> Result<(), Error> {
        for key in &settings.keys {
            self.given.push(Key::ask(&self.anyone, key)?);
        }
        if let Some(key) = &settings.operator_key {
            let operator = self.anyone.clone().bearer(key);
            self.operator = Some(operator.clone());
            for _ in 0..2 {
                let made = OwnWorkspace::make(&operator)?;
                let (id, client) = (made.id.clone(), self.anyone.clone().calry(&made.key));
                self.workspaces.push(made);
                self.grounds.push(Ground::open(client, id, true)?);
            }
            return Ok(());
        }
        for key in self.given.iter().filter(|key| key.administers()) {
            if self.grounds.len() < 2 && self.grounds.iter().all(|ground| ground.workspace != key.workspace) {
                let client = self.anyone.clone().calry(&key.text);
                self.grounds.push(Ground::open(client, key.workspace.clone(), false)?);
            }
        }
        if self.grounds.is_empty() {
            let text = "give a --key with ADMIN of a default tenant, or an --operator-key: the attack makes tenants of its own";
            return Err(Error::Misuse(text.to_owned()));
        }
        Ok(())
    }

    /// The victim's workspace.
    pub(crate) fn ground(&mut self) -> &mut Ground {
        &mut self.grounds[0]
    }

    /// Makes the attackers with things of their own.
    pub(crate) fn camp(&mut self) -> Result<Camp, Error> {
        let anyone = self.anyone.clone();
        let ground = &mut self.grounds[0];
        let (sibling, third) = (ground.tenant()?, ground.tenant()?);
        let offers = (ground.offer()?, ground.offer()?);
        let own = ground.fill(&sibling, offers.0)?;
        let moved = ground.account_of(&own, false)?;
        let path = format!("/api/v1/integration-account/{}/move-tenant", moved.account);
        ground.administrator.must(200, "PATCH", &path, Some(&json!({ "tenantID": third })))?;
        let mut attackers = siblings(ground, &anyone, &own)?;
        attackers.extend(refused(ground, &anyone, &own)?);
        for key in &self.given {
            attackers.extend(as_given(key, &anyone, &self.grounds[0].workspace));
        }
        if let Some(operator) = &self.operator {
            attackers.push(attacker("a key of operators", operator.clone(), &own, Standing::Operator, false));
        }
        if let Some(other) = self.grounds.get_mut(1) {
            let tenant = other.tenant()?;
            let offer = other.offer()?;
            let own = other.fill(&tenant, offer)?;
            let key = other.administrator.clone();
            let named = key.clone().named(&tenant);
            let way = "the ADMIN key of another workspace";
            attackers.push(attacker(&format!("{way}, naming its tenant"), named, &own, Standing::Elsewhere, true));
            attackers.push(attacker(way, key, &own, Standing::Elsewhere, true));
        }
        let things = Some(&["account", "listing", "promotion"][..]);
        let moved = Target { kind: MOVED, side: moved, owner: self.grounds[0].inside(&third), things };
        Ok(Camp { attackers, moved, offer: offers.1 })
    }

    /// Fills the victim, with things that are deleted and asleep.
    pub(crate) fn victim(&mut self, camp: &Camp) -> Result<[Target; 4], Error> {
        let ground = self.ground();
        let tenant = ground.tenant()?;
        let side = ground.fill(&tenant, camp.offer.clone())?;
        let inside = ground.inside(&side.tenant);
        let asleep = ground.account_of(&side, true)?;
        let path = |account: &str| format!("/api/v1/integration-account/{account}");
        inside.must(200, "PATCH", &path(&asleep.account), Some(&json!({ "status": "INACTIVE" })))?;
        let withdrawn = ground.account_of(&side, true)?;
        let listing = format!("/api/v1/listing/{}", withdrawn.listing);
        inside.must(200, "PATCH", &listing, Some(&json!({ "status": "INACTIVE" })))?;
        let mut gone = ground.account_of(&side, true)?;
        inside.must(204, "DELETE", &path(&gone.account), None)?;
        gone.location = create(&inside, "/api/v1/locations", &json!({ "name": gone.mark }))?;
        inside.must(204, "DELETE", &format!("/api/v1/locations/{}", gone.location), None)?;
        let user = ground.key(&side.tenant, READ, None)?;
        inside.must(204, "DELETE", &format!("/api/v1/users/{}", user.user), None)?;
        (gone.user, gone.key) = (user.user, user.id);
        let deleted = Some(&["account", "listing", "promotion", "location", "user", "key"][..]);
        let target = |kind, side, things| Target { kind, side, owner: inside.clone(), things };
        Ok([
            target(FOREIGN, side, None),
            target("sleeping", asleep, Some(&["account", "listing", "promotion"])),
            target("withdrawn", withdrawn, Some(&["listing"])),
            target("deleted", gone, deleted),
        ])
    }

    /// Removes all that was made; returns the rest.
    pub(crate) fn remove(&self, keeps: bool) -> Vec<String> {
        if keeps {
            let left = self
                .grounds
                .iter()
                .map(|ground| format!("everything in workspace {}, as --keep says", ground.workspace));
            return left.collect();
        }
        let tenants = self.grounds.iter().flat_map(Ground::remove);
        let operator = self.operator.iter();
        let erased = operator.flat_map(|operator| self.workspaces.iter().filter_map(|made| made.erase(operator)));
        tenants.chain(erased).collect()
    }
}

fn attacker(way: &str, client: Client, own: &Side, standing: Standing, is_thorough: bool) -> Attacker {
    Attacker { way: way.to_owned(), client, own: own.clone(), standing, is_thorough }
}

/// Returns the callers from a sibling of the victim.
fn siblings(ground: &Ground, anyone: &Client, own: &Side) -> Result<Vec<Attacker>, Error> {
    let [admin, write, read] = [ADMIN, WRITE, READ].map(|permission| ground.key(&own.tenant, permission, None));
    let (admin, write, read) = (admin?.key, write?.key, read?.key);
    let sibling = Standing::Sibling(ADMIN);
    let bearer = anyone.clone().bearer(&admin);
    let both = bearer.clone().calry(&admin);
    Ok(vec![
        attacker("a sibling's ADMIN key", anyone.clone().calry(&admin), own, sibling, true),
        attacker("a sibling's ADMIN key as a bearer", bearer.clone(), own, sibling, false),
        attacker(
            "a sibling's ADMIN key as a bearer, naming the sibling",
            bearer.named(&own.tenant),
            own,
            sibling,
            false,
        ),
        attacker("a sibling's ADMIN key in both headers", both, own, sibling, false),
        attacker("a sibling's WRITE key", anyone.clone().calry(&write), own, Standing::Sibling(WRITE), false),
        attacker("a sibling's READ key", anyone.clone().calry(&read), own, Standing::Sibling(READ), false),
        attacker(
            "the workspace's ADMIN key, naming a sibling",
            ground.inside(&own.tenant),
            own,
            Standing::Administrator,
            false,
        ),
    ])
}

/// Returns callers whom the instance must refuse.
fn refused(ground: &mut Ground, anyone: &Client, own: &Side) -> Result<Vec<Attacker>, Error> {
    let inside = ground.inside(&own.tenant);
    let revoked = ground.key(&own.tenant, ADMIN, None)?;
    inside.must(204, "DELETE", &format!("/api/v1/api-keys/{}", revoked.id), None)?;
    let banned = ground.key(&own.tenant, ADMIN, None)?;
    let ban = json!({ "status": 2 });
    inside.must(200, "PATCH", &format!("/api/v1/users/{}", banned.user), Some(&ban))?;
    let deleted = ground.key(&own.tenant, ADMIN, None)?;
    inside.must(204, "DELETE", &format!("/api/v1/users/{}", deleted.user), None)?;
    let expired = expired(ground, anyone, own)?;
    let inactive = ground.tenant()?;
    let asleep = ground.key(&inactive, ADMIN, None)?;
    let path = format!("/api/v1/tenants/{inactive}/deactivate");
    let answer = ground.administrator.call("PUT", &path, Some(&json!({})))?;
    if !answer.is_done() {
        return Err(Error::unexpected("PUT", &path, 200, &answer));
    }
    let guessed = format!("tny_{}", "a".repeat(96));
    let key = |way: &str, key: &str| attacker(way, anyone.clone().calry(key), own, Standing::Refused, false);
    let mut sleeping = key("a key of a deactivated tenant", &asleep.key);
    sleeping.standing = Standing::Inactive;
    Ok(vec![
        attacker("no key", anyone.clone(), own, Standing::Refused, false),
        attacker("no key, naming a tenant", anyone.clone().named(&own.tenant), own, Standing::Refused, false),
        key("a guessed key", &guessed),
        key("a revoked key", &revoked.key),
        key("an expired key", &expired),
        key("a key of a banned user", &banned.key),
        key("a key of a deleted user", &deleted.key),
        sleeping,
    ])
}

/// Makes a key that expires soon, and waits for that.
fn expired(ground: &Ground, anyone: &Client, own: &Side) -> Result<String, Error> {
    // The instance's clock, not that of this machine.
    let made = create_and_read(ground, own)?;
    let now = DateTime::parse_from_rfc3339(made["createdAt"].as_str().unwrap_or_default());
    let now = now.map_err(|error| Error::Unexpected(format!("createdAt of a key: {error}")))?;
    let end = (now + LIFETIME).to_rfc3339_opts(SecondsFormat::Millis, true);
    let key = ground.key(&own.tenant, ADMIN, Some(&end))?.key;
    let client = anyone.clone().calry(&key);
    for _ in 0..STEPS {
        if client.call("GET", "/api/v1/users/me", None)?.status == 401 {
            break;
        }
        thread::sleep(STEP);
    }
    // If it is not refused now, the attack says so.
    Ok(key)
}

fn create_and_read(ground: &Ground, own: &Side) -> Result<Value, Error> {
    let body = json!({ "name": new_mark(), "user_id": own.user, "permission": READ });
    ground.inside(&own.tenant).must(201, "POST", "/api/v1/api-keys", Some(&body))
}

/// Returns the caller with a key that the user has given, unless it may see the victim.
fn as_given(key: &Key, anyone: &Client, workspace: &str) -> Option<Attacker> {
    let nobody = Side::nobody();
    let client = anyone.clone().calry(&key.text);
    if key.refused.is_some() {
        return Some(attacker("a given key that is refused", client, &nobody, Standing::Refused, false));
    }
    let permission = [READ, WRITE, ADMIN].into_iter().find(|permission| *permission == key.permission)?;
    let is_near = key.workspace == workspace;
    if key.administers() || is_near && key.is_default {
        return None;
    }
    let tenant = if key.tenant == UNKNOWN { "unknown" } else { &key.tenant };
    let standing = if is_near { Standing::Sibling(permission) } else { Standing::Elsewhere };
    Some(attacker(&format!("the given {permission} key of tenant {tenant}"), client, &nobody, standing, false))
}
