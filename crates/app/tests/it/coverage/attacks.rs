//! Attacks with every operation, by callers who may not reach the victim.

use attack::{Call, Sibling, Side, UNKNOWN, difference};

use super::victim::Victim;
use super::{guarded, is_not_found, is_not_imported};
use crate::support::{Answer, Client, World};

/// Calls every operation on the victim; `check` tests each answer.
fn attack(world: &World, attacker: &Client, victim: &Victim, check: impl Fn(&str, &Call, &Answer)) {
    for (name, method, path, call) in guarded(world) {
        let answer = victim.call(attacker, &method, &path, &call);
        check(&name, &call, &answer);
    }
}

pub(super) fn nobody_without_a_key_gets_in(world: &World) {
    let victim = Victim::of(world, "The victim");
    let before = victim.state(world);
    for attacker in [world.client(), world.client().named(&victim.tenant), world.client().bearer("tny_guessed")] {
        attack(world, &attacker, &victim, |name, _, answer| {
            assert_eq!(answer.refusal(), (401, "unauthenticated"), "{name}");
        });
    }
    assert_eq!(victim.state(world), before);
}

pub(super) fn another_workspace_reaches_nothing(world: &World) {
    let victim = Victim::of(world, "The victim");
    let before = victim.state(world);
    for with_key in [Client::calry, Client::bearer] {
        let attacker = with_key(world.client(), &world.other_workspace().key);
        for (name, method, path, call) in guarded(world) {
            let foreign = victim.call(&attacker, &method, &path, &call);
            if Side::is_named_by(&path, &call) {
                // Ids of another tenant are answered like unknown ids, byte by byte.
                let hides = if name == "removeImportedListings" { is_not_imported } else { is_not_found };
                assert!(hides(&foreign), "{name}: {}", foreign.text);
                let unknown = Victim::nobody().call(&attacker, &method, &path, &call);
                let things = victim.named_things().map(|(_, id)| id.as_str());
                let ids = [victim.id(&path)].into_iter().chain(things).map(|id| (id.to_owned(), UNKNOWN.to_owned()));
                let ids: Vec<_> = ids.collect();
                assert_eq!(difference(&foreign, &unknown, &ids), None, "{name}");
            } else {
                assert!(
                    !victim.is_in(&foreign) && !foreign.text.contains(&world.workspace),
                    "{name}: {}",
                    foreign.text
                );
            }
        }
    }
    assert_eq!(victim.state(world), before);
}

pub(super) fn another_tenant_reaches_nothing(world: &World) {
    let victim = Victim::of(world, "The victim");
    let siblings = ["First", "Second", "Third", "Fourth"].map(|name| world.tenant_id(&format!("{name} sibling")));
    let before = victim.state(world);
    let keys = siblings.each_ref().map(|sibling| world.key_in(sibling, "ADMIN"));
    let attackers = [
        world.client().calry(&keys[0]),
        world.client().bearer(&keys[1]),
        world.client().bearer(&keys[2]).named(&siblings[2]),
    ];
    for (attacker, sibling) in attackers.iter().zip(&siblings) {
        attack(world, attacker, &victim, |name, call, answer| match call.sibling {
            Sibling::Forbidden => assert_eq!(answer.refusal(), (403, "default_tenant_required"), "{name}"),
            Sibling::NotFound => assert!(is_not_found(answer), "{name}: {}", answer.text),
            Sibling::NotImported => assert!(is_not_imported(answer), "{name}: {}", answer.text),
            Sibling::Itself => {
                assert_eq!(
                    (answer.status / 100, answer.header("x-tenant-id")),
                    (2, Some(&**sibling)),
                    "{name}: {}",
                    answer.text
                );
                assert!(!victim.is_in(answer), "{name}");
            }
        });
    }
    // The same attack by an administrator in a sibling's context.
    attack(world, &world.calry().named(&siblings[3]), &victim, |name, call, answer| match call.sibling {
        Sibling::Forbidden => assert_eq!(answer.refusal(), (403, "default_tenant_required"), "{name}"),
        // An administrator may switch to any tenant: a switch is about the user, not about the context.
        Sibling::NotFound if name == "switchTenant" => assert_eq!(answer.status, 200),
        Sibling::NotFound => assert!(is_not_found(answer), "{name}: {}", answer.text),
        Sibling::NotImported => assert!(is_not_imported(answer), "{name}: {}", answer.text),
        // `getMe` shows the current tenant: the administrator was moved into the victim by creating it.
        Sibling::Itself => assert!(name == "getMe" || !victim.is_in(answer), "{name}"),
    });
    assert_eq!(victim.state(world), before);
}

pub(super) fn a_forged_header_reaches_nothing(world: &World) {
    let victim = Victim::of(world, "The victim");
    let sibling = world.tenant_id("A sibling");
    let other = world.other_workspace();
    let inside = world.key_in(&sibling, "ADMIN");
    let before = victim.state(world);
    for (key, tenant) in
        [(&inside, &victim.tenant), (&inside, &other.tenant), (&other.key, &victim.tenant), (&world.key, &other.tenant)]
    {
        for header in ["x-calry-tenant-id", "x-tenant-id"] {
            let attacker = world.client().bearer(key).with(header, tenant);
            attack(world, &attacker, &victim, |name, _, answer| {
                assert_eq!(answer.refusal(), (404, "tenant_not_found"), "{name}");
            });
        }
    }
    assert_eq!(victim.state(world), before);
}
