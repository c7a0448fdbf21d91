//! The changes of what tenants share, and the tenants that are told of each.

use domain::events::EventType;
use serde_json::{Value, json};

use super::cases::{Case, Changed, Texts, case, created};
use super::scene::{Scene, Who, new_name, succeeds};
use crate::reservations_holds::hold_shortly;
use crate::support::{Client, booking, data, id_of, listing_fields, promotion_fields};

use EventType::*;
use Who::{Importer, Owner, Sleeper, Target};

pub(super) fn shared() -> Vec<Case> {
    let cases = [of_accounts(), of_listings(), of_promotions(), of_imports(), of_ended_imports(), of_reservations()];
    cases.into_iter().flatten().collect()
}

fn of_accounts() -> Vec<Case> {
    vec![
        case(IntegrationAccountCreated, &[Owner], &[], |scene, texts| scene.account(&texts.told).0.into()),
        case(IntegrationAccountUpdated, &[Owner], &[], |scene, texts| {
            scene.market.set_account(&json!({ "name": texts.told, "markupPercentage": 7 }));
            scene.market.account.as_str().into()
        }),
        case(IntegrationAccountDeleted, &[Owner], &[], |scene, texts| {
            let (account, _) = scene.account(&texts.told);
            succeeds(&scene.owner().delete(&format!("/api/v1/integration-account/{account}")));
            account.into()
        }),
        // An importer whose imports are asleep would not learn the new owner from a GET.
        case(IntegrationAccountMoved, &[Owner, Target], &[Importer], |scene, texts| {
            let (account, _) = scene.account(&texts.private);
            scene.move_account(&account, &scene.target);
            let ids = json!({
                "integrationAccountID": account, "fromTenantID": scene.market.owner, "toTenantID": scene.target,
            });
            Changed::new(account, vec![(Importer, ids)])
        }),
    ]
}

fn of_listings() -> Vec<Case> {
    fn update(scene: &Scene, listing: String, fields: &Value) -> Changed {
        succeeds(&scene.owner().patch(&format!("/api/v1/listing/{listing}"), fields));
        listing.into()
    }
    fn decide(scene: &Scene, listing: &str, verb: &str, body: &Value) {
        succeeds(&scene.world().calry().put(&format!("/api/v1/listing/{listing}/{verb}"), body));
    }
    fn delete(scene: &Scene, listing: String) -> Changed {
        succeeds(&scene.owner().delete(&format!("/api/v1/listing/{listing}")));
        listing.into()
    }
    fn block(scene: &Scene, listing: String) -> Changed {
        let range = json!({ "startDate": "2060-01-10", "endDate": "2060-01-13", "status": "NOT_AVAILABLE" });
        succeeds(&scene.owner().put(&format!("/api/v1/availability/{listing}"), &json!({ "ranges": [range] })));
        listing.into()
    }
    fn renamed(scene: &Scene, listing: &str, name: &str) -> Value {
        let shown = data(200, &scene.owner().get(&format!("/api/v1/listing/{listing}")));
        let mut fields = listing_fields(shown["providerID"].as_str().expect("an id"));
        fields["name"] = json!(name);
        fields["status"] = shown["status"].clone();
        fields
    }
    vec![
        case(ListingCreated, &[Owner], &[], |scene, texts| scene.listing(&scene.market.account, &texts.told).into()),
        case(ListingUpdated, &[Owner], &[Importer], |scene, texts| {
            update(scene, scene.shared(), &json!({ "name": texts.told, "internalName": texts.private }))
        }),
        case(ListingUpdated, &[Owner], &[], |scene, texts| {
            update(scene, scene.shared(), &json!({ "internalName": texts.told }))
        }),
        case(ListingUpdated, &[Owner], &[], |scene, texts| {
            update(scene, scene.asleep(), &json!({ "name": texts.told, "internalName": texts.told }))
        }),
        case(ListingDeleted, &[Owner], &[Importer], |scene, texts| {
            let listing = scene.listing(&scene.market.account, &texts.private);
            scene.market.import(&scene.market.importer, &[&listing]);
            delete(scene, listing)
        }),
        case(ListingDeleted, &[Owner], &[Sleeper], |scene, _| delete(scene, scene.asleep())),
        case(ListingApproved, &[Owner], &[], |scene, texts| {
            let listing = scene.listing(&scene.market.account, &texts.private);
            decide(scene, &listing, "reject", &json!({ "reason": "No." }));
            decide(scene, &listing, "approve", &json!({}));
            listing.into()
        }),
        // An importer is told that its import fell asleep, and not why.
        case(ListingRejected, &[Owner], &[], |scene, texts| {
            let listing = scene.shared();
            decide(scene, &listing, "reject", &json!({ "reason": texts.private }));
            listing.into()
        }),
        // The importer is told neither of what is new nor of what it does not import.
        case(ListingDelivered, &[Owner], &[Importer], |scene, texts| {
            let (shared, own, asleep) = (scene.shared(), scene.market.listing(), scene.asleep());
            let mut new = listing_fields(&new_name());
            new["internalName"] = json!(texts.private);
            let known = [&shared, &own, &asleep].map(|listing| renamed(scene, listing, "Loft with a view"));
            let account = scene.market.account.clone();
            let path = format!("/api/v1/integration-account/{account}/listings");
            let listings: Vec<_> = known.into_iter().chain([new]).collect();
            succeeds(&scene.owner().put(&path, &json!({ "listings": listings })));
            let seen = json!({ "integrationAccountID": account, "updated": [shared] });
            Changed::new(account, vec![(Importer, seen)])
        }),
        case(AvailabilityUpdated, &[Owner], &[Importer], |scene, _| block(scene, scene.shared())),
        case(AvailabilityUpdated, &[Owner], &[], |scene, _| block(scene, scene.asleep())),
    ]
}

fn of_promotions() -> Vec<Case> {
    fn promotion(scene: &Scene, texts: &Texts) -> String {
        let mut body = promotion_fields(&texts.told);
        body["integrationAccountID"] = json!(scene.market.account);
        body["couponCode"] = json!(texts.private);
        created(&scene.owner(), "/api/v1/promotions", &body)
    }
    /// Changes the assignment of a listing that the importer imports.
    fn assign(scene: &Scene, texts: &Texts, verbs: &[&str]) -> Changed {
        let (id, listings) = (promotion(scene, texts), json!({ "listingIDs": [scene.shared()] }));
        for verb in verbs {
            succeeds(&scene.owner().put(&format!("/api/v1/promotions/{id}/listings/{verb}"), &listings));
        }
        id.into()
    }
    vec![
        case(PromotionCreated, &[Owner], &[], |scene, texts| promotion(scene, texts).into()),
        case(PromotionUpdated, &[Owner], &[], |scene, texts| {
            let id = promotion(scene, texts);
            succeeds(&scene.owner().patch(&format!("/api/v1/promotions/{id}"), &json!({ "discountPercentage": 30 })));
            id.into()
        }),
        case(PromotionDeleted, &[Owner], &[], |scene, texts| {
            let id = promotion(scene, texts);
            succeeds(&scene.owner().delete(&format!("/api/v1/promotions/{id}")));
            id.into()
        }),
        case(PromotionListingsAssigned, &[Owner], &[], |scene, texts| assign(scene, texts, &["assign"])),
        case(PromotionListingsUnassigned, &[Owner], &[], |scene, texts| assign(scene, texts, &["assign", "unassign"])),
    ]
}

fn of_imports() -> Vec<Case> {
    fn remove(client: &Client, importer: &str, listing: &str) -> Changed {
        succeeds(&client.post("/api/v1/tenants/remove-imported-listings", &json!({ "listingIDs": [listing] })));
        importer.into()
    }
    fn allow_import(scene: &Scene, account: &str, allowed: bool) {
        let path = format!("/api/v1/integration-account/{account}");
        succeeds(&scene.owner().patch(&path, &json!({ "allowImport": allowed })));
    }
    vec![
        case(ImportCreated, &[Importer], &[Owner, Target], |scene, _| {
            let (world, importer) = (scene.world(), scene.market.importer.clone());
            let account = world.account(&scene.target);
            let listings = [scene.market.listing(), world.listing(&scene.target, &account)];
            scene.market.import(&importer, &listings.each_ref());
            let of = |listing: &String| json!({ "importerTenantID": importer, "listingIDs": [listing] });
            let data = vec![(Owner, of(&listings[0])), (Target, of(&listings[1]))];
            Changed::new(importer, data)
        }),
        case(ImportRemoved, &[Importer], &[Owner], |scene, _| {
            remove(&scene.importer(), &scene.market.importer, &scene.shared())
        }),
        case(ImportRemoved, &[Sleeper], &[Owner], |scene, _| remove(&scene.sleeper(), &scene.sleeper, &scene.asleep())),
        case(ImportAsleep, &[], &[Importer], |scene, _| {
            let (account, listing) = scene.account("Host");
            let after = scene.logged(0, ImportAsleep, &account);
            allow_import(scene, &account, false);
            let data = json!({
                "reason": "IMPORT_NOT_ALLOWED", "integrationAccountID": account, "listingIDs": [listing],
            });
            Changed { after, ..Changed::new(account, vec![(Importer, data)]) }
        }),
        case(ImportAwake, &[], &[Importer], |scene, _| {
            let (account, _) = scene.account("Host");
            let after = scene.logged(0, ImportAsleep, &account);
            allow_import(scene, &account, false);
            // An import that woke before its sleep was told would be as it was.
            scene.logged(after, ImportAsleep, &account);
            allow_import(scene, &account, true);
            account.into()
        }),
    ]
}

fn of_ended_imports() -> Vec<Case> {
    fn ended(account: String, listing: &str, importer: Who, reason: &str) -> Changed {
        let data = json!({ "reason": reason, "integrationAccountID": account, "listingIDs": [listing] });
        Changed::new(account, vec![(importer, data)])
    }
    fn delete(scene: &Scene, importer: Who, listing: &str) -> Changed {
        succeeds(&scene.owner().delete(&format!("/api/v1/listing/{listing}")));
        ended(scene.market.account.clone(), listing, importer, "LISTING_DELETED")
    }
    vec![
        case(ImportEnded, &[], &[Importer], |scene, _| delete(scene, Importer, &scene.shared())),
        case(ImportEnded, &[], &[Sleeper], |scene, _| delete(scene, Sleeper, &scene.asleep())),
        case(ImportEnded, &[], &[Importer], |scene, _| {
            let (account, listing) = scene.account("Host");
            scene.move_account(&account, &scene.market.importer);
            ended(account, &listing, Importer, "ACCOUNT_MOVED")
        }),
    ]
}

fn of_reservations() -> Vec<Case> {
    const RESERVATION: &str = "/api/v1/reservation";
    fn sell(client: &Client, listing: &str, texts: &Texts) -> String {
        let mut body = booking(listing, "2060-01-10", "2060-01-13");
        body["guest"]["lastName"] = json!(texts.secret);
        body["notes"] = json!(texts.secret);
        body["reservationType"] = json!("PENDING_CONFIRMATION");
        created(client, RESERVATION, &body)
    }
    fn cancel(client: &Client, reservation: String) -> Changed {
        succeeds(&client.delete(&format!("{RESERVATION}/{reservation}")));
        reservation.into()
    }
    vec![
        case(ReservationCreated, &[Importer], &[Owner], |scene, texts| {
            sell(&scene.importer(), &scene.shared(), texts).into()
        }),
        // The importer only meets the nights that are taken.
        case(ReservationCreated, &[Owner], &[], |scene, texts| sell(&scene.owner(), &scene.shared(), texts).into()),
        case(ReservationConfirmed, &[Owner], &[Importer], |scene, texts| {
            let reservation = sell(&scene.importer(), &scene.shared(), texts);
            succeeds(&scene.owner().post(&format!("{RESERVATION}/{reservation}/confirm"), &json!({})));
            reservation.into()
        }),
        case(ReservationAmended, &[Importer], &[Owner], |scene, texts| {
            let reservation = sell(&scene.importer(), &scene.shared(), texts);
            let later = json!({ "checkOutDate": "2060-01-14", "notes": texts.secret });
            succeeds(&scene.importer().patch(&format!("{RESERVATION}/{reservation}"), &later));
            reservation.into()
        }),
        case(ReservationCancelled, &[Importer], &[Owner], |scene, texts| {
            cancel(&scene.importer(), sell(&scene.importer(), &scene.shared(), texts))
        }),
        // What was sold stays the seller's while its import is asleep.
        case(ReservationCancelled, &[Owner], &[Sleeper], |scene, texts| {
            let listing = scene.market.listing();
            scene.market.import(&scene.sleeper, &[&listing]);
            let reservation = sell(&scene.sleeper(), &listing, texts);
            scene.deactivate(&listing);
            cancel(&scene.owner(), reservation)
        }),
        // The service itself has acted, which is no secret.
        case(ReservationExpired, &[Owner, Importer], &[], |scene, _| {
            id_of(&hold_shortly(&scene.importer(), &scene.shared(), "2060-01-10", "2060-01-13")).into()
        }),
    ]
}
