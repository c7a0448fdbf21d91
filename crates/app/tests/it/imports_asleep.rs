//! Imports that sleep, and wake again.

use serde_json::{Value, json};

use crate::imports::{ids, named};
use crate::on_both_engines;
use crate::support::{Client, Market, World};

on_both_engines! {
    an_import_sleeps_while_the_account_forbids_imports
    an_import_sleeps_while_its_owner_is_inactive
    an_import_sleeps_while_its_account_is_inactive
    an_import_sleeps_while_its_listing_is_inactive
    an_import_sleeps_while_its_listing_is_rejected
    an_import_with_two_reasons_to_sleep_wakes_when_the_second_one_ends
}

const IMPORT: &str = "/api/v1/tenants/import-listings";
const IMPORTED: &str = "/api/v1/tenants/imported-listings";
const SEARCH: &str = "/api/v1/tenants/search-listings?location=40.7128,-74.0060&radius=50";
const NIGHTS: &str = "?startDate=2030-01-01&endDate=2030-01-03";

/// A listing with its importer, and a tenant that has not imported it.
struct Scene<'a> {
    market: Market<'a>,
    listing: String,
    importer: Client,
    sibling: Client,
    imported_at: Value,
}

impl<'a> Scene<'a> {
    fn open(world: &'a World) -> Self {
        let market = Market::open(world);
        let (listing, importer) = (market.shared(), market.as_importer());
        let sibling = world.calry().named(&world.tenant_id("Sibling"));
        let imported_at = importer.get(IMPORTED).json["data"][0]["importedAt"].clone();
        let scene = Self { market, listing, importer, sibling, imported_at };
        scene.is_awake();
        scene
    }

    fn allow_imports(&self, allowed: bool) {
        self.market.set_account(&json!({ "allowImport": allowed }));
    }

    fn set_listing(&self, status: &str) {
        let path = format!("/api/v1/listing/{}", self.listing);
        assert_eq!(self.market.as_owner().patch(&path, &json!({ "status": status })).status, 200);
    }

    fn set_owner(&self, verb: &str) {
        let path = format!("/api/v1/tenants/{}/{verb}", self.market.owner);
        assert_eq!(self.market.world.calry().put(&path, &json!({})).status, 200);
    }

    /// Returns the numbers of listings that the importer and the other tenant find.
    fn found(&self) -> [usize; 2] {
        [&self.importer, &self.sibling].map(|client| ids(&client.get(SEARCH)).len())
    }

    fn is_awake(&self) {
        let Self { listing, importer, .. } = self;
        for path in [IMPORTED, "/api/v1/listing", "/api/v1/listing?location=40.7128,-74.0060&radius=1"] {
            let seen = importer.get(path);
            assert_eq!(ids(&seen), [listing.as_str()], "{path}");
            assert_eq!(seen.json["data"][0]["isAvailable"], json!(true), "{path}");
            assert_eq!(seen.json["data"][0]["importedAt"], self.imported_at, "{path}");
        }
        assert_eq!(importer.get(&format!("/api/v1/listing/{listing}")).json["data"]["isAvailable"], json!(true));
        assert_eq!(importer.get(&format!("/api/v1/availability/{listing}{NIGHTS}")).status, 200);
        assert_eq!(self.found(), [1, 1]);
    }

    fn sleeps(&self, reason: &str) {
        let Self { listing, importer, .. } = self;
        let expected = json!({ "id": listing, "name": "Loft in Harlem", "isAvailable": false, "reason": reason });
        for path in [IMPORTED, "/api/v1/listing", "/api/v1/listing?listingType=imported"] {
            assert_eq!(importer.get(path).json["data"], json!([expected]), "{path}");
        }
        assert_eq!(importer.get(&format!("/api/v1/listing/{listing}")).json, json!({ "data": expected }));
        assert_eq!(importer.get(&format!("{IMPORTED}/count")).json, json!({ "count": 1 }));
        let calendar = importer.get(&format!("/api/v1/availability/{listing}{NIGHTS}"));
        assert_eq!(calendar.refusal(), (404, "listing_not_found"));
        assert_eq!(self.found(), [0, 0]);
    }

    /// Asserts that the import sleeps, that no other tenant can import the listing, and that the import wakes.
    fn sleeps_until(&self, reason: &str, refusal: (u16, &str), wake: impl Fn()) {
        self.sleeps(reason);
        let refused = self.sibling.post(IMPORT, &named(&[&self.listing]));
        assert_eq!(refused.refusal(), refusal, "{}", refused.text);
        wake();
        self.is_awake();
    }
}

fn an_import_sleeps_while_the_account_forbids_imports(world: &World) {
    let scene = Scene::open(world);
    scene.allow_imports(false);
    scene.sleeps_until("IMPORT_NOT_ALLOWED", (422, "import_not_allowed"), || scene.allow_imports(true));
}

fn an_import_sleeps_while_its_owner_is_inactive(world: &World) {
    let scene = Scene::open(world);
    scene.set_owner("deactivate");
    scene.sleeps_until("OWNER_INACTIVE", (404, "listing_not_found"), || scene.set_owner("activate"));
}

fn an_import_sleeps_while_its_account_is_inactive(world: &World) {
    let scene = Scene::open(world);
    let set = |status: &str| scene.market.set_account(&json!({ "status": status }));
    set("INACTIVE");
    scene.sleeps_until("ACCOUNT_INACTIVE", (404, "listing_not_found"), || set("ACTIVE"));
}

fn an_import_sleeps_while_its_listing_is_inactive(world: &World) {
    let scene = Scene::open(world);
    scene.set_listing("INACTIVE");
    scene.sleeps_until("LISTING_INACTIVE", (404, "listing_not_found"), || scene.set_listing("ACTIVE"));
}

fn an_import_sleeps_while_its_listing_is_rejected(world: &World) {
    let scene = Scene::open(world);
    let decide = |verb: &str, body: &Value| {
        let path = format!("/api/v1/listing/{}/{verb}", scene.listing);
        assert_eq!(world.calry().put(&path, body).status, 200);
    };
    decide("reject", &json!({ "reason": "No pictures." }));
    scene.sleeps_until("LISTING_NOT_APPROVED", (404, "listing_not_found"), || decide("approve", &json!({})));
}

fn an_import_with_two_reasons_to_sleep_wakes_when_the_second_one_ends(world: &World) {
    let scene = Scene::open(world);
    scene.set_listing("INACTIVE");
    scene.allow_imports(false);
    scene.sleeps("IMPORT_NOT_ALLOWED");
    scene.set_listing("ACTIVE");
    scene.sleeps("IMPORT_NOT_ALLOWED");
    scene.allow_imports(true);
    scene.is_awake();
}
