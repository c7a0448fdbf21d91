//! The plays of an attack: each operation with each id, in each place, by each caller.

use crate::attacker::Attacker;
use crate::calls::Call;
use crate::client::Client;
use crate::compare::said;
use crate::document::Operation;
use crate::error::Error;
use crate::fill::id_of;
use crate::ids::{UNKNOWN, new_id, new_mark, unknown_like};
use crate::report::Class;
use crate::request::{Place, Request, in_body, in_headers, in_path, in_query};
use crate::side::Side;
use crate::siege::{Scene, Siege, Target};
use crate::things::THINGS;

/// Operations that the victim calls with an idempotency key, before an attacker uses the same.
const REPEATED: [&str; 3] = ["createApiKey", "createLocation", "createQuote"];

impl Siege {
    /// Attacks a target with every operation.
    pub(crate) fn attack(&mut self, attacker: &Attacker, target: &Target) -> Result<(), Error> {
        for (operation, call) in self.operations.clone() {
            if attacker.may_not_send(&operation) {
                continue;
            }
            for place in places(&operation, &call, attacker) {
                let is_of_kind = target.things.is_none_or(|things| things.contains(&place.thing));
                if is_of_kind && !attacker.may_learn(&operation.name, target.kind) {
                    self.play(attacker, &operation, &call, target, &place)?;
                }
            }
            if target.things.is_none() && attacker.is_thorough {
                self.play_everything(attacker, &operation, &call, target)?;
            }
            if operation.method != "GET" {
                self.follow_trail(attacker, &operation, &call, target)?;
            }
        }
        Ok(())
    }

    /// Looks whether the operation has changed something of the victim: each change leaves an entry in its trail.
    pub(crate) fn follow_trail(
        &mut self,
        attacker: &Attacker,
        operation: &Operation,
        call: &Call,
        target: &Target,
    ) -> Result<(), Error> {
        let Some((victim, before)) = self.trail.clone() else { return Ok(()) };
        let after = victim.call("GET", "/api/v1/audit/count", None)?;
        if !after.is_done() || after.json == before {
            return Ok(());
        }
        let scene = Scene { operation: &operation.name, place: "the request", kind: target.kind, attacker };
        let request = Request::of(operation, call, &target.side);
        self.find(
            Class::Changed,
            scene,
            &request,
            format!("{} changes of the victim, and {before} before", after.json),
        );
        self.trail = Some((victim, after.json));
        Ok(())
    }

    fn play(
        &mut self,
        attacker: &Attacker,
        operation: &Operation,
        call: &Call,
        target: &Target,
        place: &Place,
    ) -> Result<(), Error> {
        let foreign = target.side.thing(place.thing).to_owned();
        // Webhooks may not be configured.
        if foreign == UNKNOWN {
            return Ok(());
        }
        let unknown = if place.thing == "mark" { new_mark() } else { unknown_like(&foreign) };
        let scene = Scene { operation: &operation.name, place: &place.name, kind: target.kind, attacker };
        let mut request = place.request.clone();
        if request.has_tag() {
            let Some(tag) = tag(operation, target)? else { return Ok(()) };
            request = request.tagged(&tag);
        }
        let [left, right] = [&foreign, &unknown].map(|id| request.at(id));
        self.pair(scene, call, &left, &right, &[(foreign, unknown)])
    }

    /// Sends all ids of the target at once.
    fn play_everything(
        &mut self,
        attacker: &Attacker,
        operation: &Operation,
        call: &Call,
        target: &Target,
    ) -> Result<(), Error> {
        if !Side::is_named_by(&operation.path, call) || attacker.may_learn(&operation.name, target.kind) {
            return Ok(());
        }
        let unknown = target.side.unknown();
        let ids: Vec<_> =
            THINGS.iter().map(|(_, thing)| (thing(&target.side).to_owned(), thing(&unknown).to_owned())).collect();
        let scene = Scene { operation: &operation.name, place: "path and body", kind: target.kind, attacker };
        let [left, right] = [&target.side, &unknown].map(|side| Request::of(operation, call, side));
        self.pair(scene, call, &left, &right, &ids)
    }

    /// Calls operations that name nothing, and that the attacker may not call.
    pub(crate) fn trespass(&mut self, attacker: &Attacker) -> Result<(), Error> {
        for (operation, call) in self.operations.clone() {
            let is_refused = attacker.must_be_refused(&operation.name, &call) && !attacker.may_not_send(&operation);
            if operation.names_one() || !is_refused {
                continue;
            }
            let scene = Scene { operation: &operation.name, place: "the request", kind: "no", attacker };
            let request = Request::of(&operation, &call, &attacker.own);
            let answer = self.send(scene, &request)?;
            self.report.attacked.insert(operation.name.clone());
            if ![401, 403].contains(&answer.status) {
                self.find(Class::Admitted, scene, &request, said(&answer));
            }
        }
        Ok(())
    }

    /// Makes requests of the victim with idempotency keys; returns the operations and the keys.
    pub(crate) fn sow(&mut self, target: &Target, victim: &Client) -> Result<Vec<(String, String)>, Error> {
        let mut sown = Vec::new();
        let repeated = self.operations.iter().filter(|(operation, _)| REPEATED.contains(&operation.name.as_str()));
        for (operation, call) in repeated {
            let key = new_id();
            let request = Request::of(operation, call, &target.side);
            let done = victim.clone().with("idempotency-key", &key);
            let done = done.must(201, &request.method, &request.path, request.body.as_ref())?;
            self.watched.push(id_of(&done));
            sown.push((operation.name.clone(), key));
        }
        Ok(sown)
    }

    /// Repeats requests of the victim with the same idempotency keys.
    pub(crate) fn repeat(
        &mut self,
        attacker: &Attacker,
        target: &Target,
        sown: &[(String, String)],
    ) -> Result<(), Error> {
        for (operation, call) in self.operations.clone() {
            let Some((_, known)) = sown.iter().find(|(name, _)| *name == operation.name) else { continue };
            let unknown = new_id();
            let scene = Scene { operation: &operation.name, place: "Idempotency-Key", kind: target.kind, attacker };
            let request = Request::of(&operation, &call, &attacker.own);
            let [left, right] = [known, &unknown].map(|key| request.clone().with("idempotency-key", key));
            self.pair(scene, &call, &left, &right, &[])?;
        }
        Ok(())
    }
}

/// Returns the tag that the owner gets of the thing in the path, as it is now: of the path itself, or up to the id.
fn tag(operation: &Operation, target: &Target) -> Result<Option<String>, Error> {
    let up_to_id = operation.path.split_inclusive('}').next().unwrap_or_default();
    for path in [&*operation.path, up_to_id] {
        let answer = target.owner.call("GET", &target.side.path(path), None)?;
        if let Some(tag) = answer.header("etag") {
            return Ok(Some(tag.to_owned()));
        }
    }
    Ok(None)
}

/// Returns the places of a request that an attacker tries.
fn places(operation: &Operation, call: &Call, attacker: &Attacker) -> Vec<Place> {
    let own = &attacker.own;
    let mut places = in_path(operation, call, own);
    if attacker.is_thorough && !operation.is_for_operators() {
        // Where the operation itself is refused, the other places are not read.
        if !attacker.must_be_refused(&operation.name, call) {
            places.extend(in_body(operation, call, own));
            places.extend(in_query(operation, call, own));
        }
        let names_a_tenant = attacker.client.headers().iter().any(|(name, _)| name.ends_with("tenant-id"));
        if !names_a_tenant {
            places.extend(in_headers(operation, call, own));
        }
    } else {
        places.truncate(1);
    }
    places
}
