//! `/promotions`.

use std::thread;

use serde_json::{Value, json};

use crate::on_both_engines;
use crate::support::{Answer, Client, World, id_of, promotion_fields};

on_both_engines! {
    a_promotion_lives_and_ends
    lists_show_what_is_given_unless_told
    what_is_wrong_is_told_field_by_field
    what_cannot_be_read_is_400
    periods_end_after_they_begin
    put_needs_what_a_new_promotion_needs_and_patch_does_not
    null_clears_and_absence_keeps
    the_account_never_changes
    names_and_coupon_codes_are_unique_in_their_account
    of_many_who_take_a_name_one_wins
    listings_are_assigned_and_unassigned
    a_listing_of_another_account_is_not_there_at_any_position
    a_promotion_is_its_tenants_alone
    promotions_go_with_their_account
    a_reader_reads_and_a_writer_writes
}

const PROMOTIONS: &str = "/api/v1/promotions";
const NOBODY: &str = "0192f0c1-7b1e-7000-8000-00000000000a";

/// An account and its owner.
struct Giver {
    tenant: String,
    client: Client,
    account: String,
}

impl Giver {
    fn new(world: &World) -> Self {
        Self::named(world, "Owner")
    }

    fn named(world: &World, name: &str) -> Self {
        let tenant = world.tenant_id(name);
        Self { account: world.account(&tenant), client: world.calry().named(&tenant), tenant }
    }

    /// Returns the body of a new promotion, with these fields changed.
    fn fields(&self, name: &str, fields: &Value) -> Value {
        let mut body = promotion_fields(name);
        body["integrationAccountID"] = json!(self.account);
        for (field, value) in fields.as_object().expect("fields") {
            body[field] = value.clone();
        }
        body
    }

    fn post(&self, name: &str, fields: &Value) -> Answer {
        self.client.post(PROMOTIONS, &self.fields(name, fields))
    }

    /// Creates a promotion; returns its path.
    fn create(&self, name: &str, fields: &Value) -> String {
        let created = self.post(name, fields);
        assert_eq!(created.status, 201, "{}", created.text);
        format!("{PROMOTIONS}/{}", id_of(&created.json["data"]))
    }

    fn names(&self, query: &str) -> Value {
        let listed = self.client.get(&format!("{PROMOTIONS}{query}"));
        assert_eq!(listed.status, 200, "{}", listed.text);
        listed.json["data"].as_array().expect("a list").iter().map(|promotion| promotion["name"].clone()).collect()
    }

    fn count(&self, query: &str) -> Value {
        self.client.get(&format!("{PROMOTIONS}/count{query}")).json["count"].clone()
    }
}

fn nothing() -> Value {
    json!({})
}

fn a_promotion_lives_and_ends(world: &World) {
    let giver = Giver::new(world);
    let fields = json!({
        "description": "Cold nights,\nwarm rooms", "discountPercentage": 12.5, "couponCode": "WINTER",
        "bookingPeriodStart": "2029-06-01", "bookingPeriodEnd": "2029-12-31",
        "thumbnailURL": "https://example.com/winter.jpg",
    });
    let created = giver.post("Winter ❄", &fields);
    assert_eq!(created.status, 201, "{}", created.text);
    let promotion = &created.json["data"];
    insta::assert_json_snapshot!("a_promotion", promotion, { ".id" => "[id]", ".integrationAccountID" => "[id]" });
    assert_eq!(promotion["integrationAccountID"], json!(giver.account));
    assert!(created.text.contains(r#""discountPercentage":12.5,"#), "digits are kept: {}", created.text);

    let path = format!("{PROMOTIONS}/{}", id_of(promotion));
    assert_eq!(giver.client.get(&path).json, created.json);
    for method in ["PUT", "PATCH"] {
        let same = giver.client.call(method, &path, Some(promotion));
        assert_eq!((same.status, &same.json), (200, &created.json), "a whole promotion can be sent back");
    }
    let changed = giver.client.patch(&path, &json!({ "status": "INACTIVE", "discountPercentage": 100 }));
    let mut expected = created.json.clone();
    expected["data"]["status"] = json!("INACTIVE");
    expected["data"]["discountPercentage"] = json!(100);
    assert_eq!((changed.status, &changed.json), (200, &expected), "{}", changed.text);

    let deleted = giver.client.delete(&path);
    assert_eq!((deleted.status, deleted.text.as_str()), (204, ""));
    for gone in [giver.client.get(&path), giver.client.delete(&path), giver.client.patch(&path, &nothing())] {
        assert_eq!(gone.refusal(), (404, "promotion_not_found"));
    }
    assert_eq!(giver.post("Winter ❄", &fields).status, 201, "its name and code are free again");
}

fn lists_show_what_is_given_unless_told(world: &World) {
    let giver = Giver::new(world);
    let beside = world.account(&giver.tenant);
    giver.create("First", &nothing());
    giver.create("Second", &json!({ "status": "INACTIVE" }));
    giver.create("Third", &json!({ "integrationAccountID": beside }));
    let (all, of_one) = ("includeInactive=true", format!("integrationAccountID={}", giver.account.to_uppercase()));
    for (query, expected) in [
        (String::new(), json!(["First", "Third"])),
        ("?includeInactive=false".to_owned(), json!(["First", "Third"])),
        (format!("?{all}"), json!(["First", "Second", "Third"])),
        (format!("?{of_one}"), json!(["First"])),
        (format!("?{of_one}&{all}"), json!(["First", "Second"])),
        (format!("?integrationAccountID={NOBODY}&{all}"), json!([])),
    ] {
        assert_eq!(giver.names(&query), expected, "{query}");
        assert_eq!(giver.count(&query), json!(expected.as_array().map(Vec::len)), "{query}");
    }
    let first = giver.client.get(&format!("{PROMOTIONS}?{all}&per_page=2"));
    let next = first.json["links"]["next"].as_str().expect("a next page");
    assert!(next.ends_with(&format!("{PROMOTIONS}?{all}&per_page=2&page=2")), "{next}");
    assert_eq!(giver.names(next.split_once(PROMOTIONS).expect("a path").1), json!(["Third"]));
    let second = id_of(&first.json["data"][1]);
    assert_eq!(giver.names(&format!("?{all}&after={second}")), json!(["Third"]));

    for path in [PROMOTIONS.to_owned(), format!("{PROMOTIONS}/count")] {
        let refused = giver.client.get(&format!("{path}?integrationAccountID=17"));
        assert_eq!(
            (refused.refusal(), refused.field_errors()),
            ((422, "validation_failed"), vec!["integrationAccountID"])
        );
        for flag in ["yes", "", "1"] {
            let refused = giver.client.get(&format!("{path}?includeInactive={flag}"));
            assert_eq!(refused.refusal(), (400, "malformed_request"), "{flag:?}");
        }
    }
}

fn what_is_wrong_is_told_field_by_field(world: &World) {
    let giver = Giver::new(world);
    let missing = giver.client.call("POST", PROMOTIONS, None);
    assert_eq!(missing.refusal(), (422, "validation_failed"));
    assert_eq!(missing.field_errors(), ["discountPercentage", "endDate", "integrationAccountID", "name", "startDate"]);

    let wrong = json!({
        "integrationAccountID": "17", "name": "  ", "description": "\u{7}", "discountPercentage": 100.01,
        "couponCode": "x".repeat(65), "startDate": "2030-02-30", "endDate": "2030-1-31",
        "bookingPeriodStart": "today", "bookingPeriodEnd": "2029-12-31T00:00:00Z", "status": "GIVEN",
        "thumbnailURL": "winter.jpg",
    });
    let refused = giver.client.post(PROMOTIONS, &wrong);
    assert_eq!(refused.refusal(), (422, "validation_failed"));
    insta::assert_json_snapshot!("the_field_errors_of_a_promotion", refused.json["errors"]);

    let path = giver.create("Winter", &nothing());
    let before = giver.client.get(&path).json;
    let update = giver.client.patch(&path, &wrong);
    assert_eq!(update.status, 422);
    for (field, value) in wrong.as_object().expect("fields") {
        let refused = giver.client.patch(&path, &json!({ field: value }));
        assert_eq!((refused.refusal(), refused.field_errors()), ((422, "validation_failed"), vec![field.as_str()]));
    }
    for percentage in [json!(-0.5), json!(1.234), json!(101)] {
        let refused = giver.client.patch(&path, &json!({ "discountPercentage": percentage }));
        assert_eq!((refused.status, refused.field_errors()), (422, vec!["discountPercentage"]), "{percentage}");
    }
    assert_eq!(giver.client.get(&path).json, before);
    let account = giver.post("Spring", &json!({ "integrationAccountID": NOBODY }));
    assert_eq!(
        (account.refusal(), account.field_errors()),
        ((404, "integration_account_not_found"), vec!["integrationAccountID"])
    );
    assert_eq!(giver.count("?includeInactive=true"), json!(1));
}

fn what_cannot_be_read_is_400(world: &World) {
    let giver = Giver::new(world);
    let path = giver.create("Winter", &nothing());
    for (field, value) in [
        ("discountPercentage", json!("20")),
        ("name", json!(5)),
        ("startDate", json!(20_300_101)),
        ("status", json!(true)),
    ] {
        for (method, path) in [("POST", PROMOTIONS), ("PUT", &path), ("PATCH", &path)] {
            let refused = giver.client.call(method, path, Some(&giver.fields("Spring", &json!({ field: value }))));
            assert_eq!(refused.refusal(), (400, "malformed_request"), "{method} {field}");
            assert!(refused.text.contains(&format!("at {field}: ")), "{}", refused.text);
        }
    }
    for verb in ["assign", "unassign"] {
        let path = format!("{path}/listings/{verb}");
        for (body, message) in [
            (json!({ "listingIDs": NOBODY }), "at listingIDs: "),
            (json!({ "listingIDs": [NOBODY, 5] }), "at listingIDs[1]: "),
            (json!([NOBODY]), "must be a JSON object"),
        ] {
            let refused = giver.client.put(&path, &body);
            assert_eq!(refused.refusal(), (400, "malformed_request"), "{}", refused.text);
            assert!(refused.json["message"].as_str().unwrap_or_default().contains(message), "{}", refused.text);
        }
    }
}

fn periods_end_after_they_begin(world: &World) {
    let giver = Giver::new(world);
    let reversed = json!({
        "startDate": "2030-01-02", "endDate": "2030-01-01",
        "bookingPeriodStart": "2029-06-02", "bookingPeriodEnd": "2029-06-01",
    });
    let expected = json!({
        "endDate": ["The end date may not lie before the start date."],
        "bookingPeriodEnd": ["The booking period end may not lie before the start of the booking period."],
    });
    let refused = giver.post("Winter", &reversed);
    assert_eq!((refused.refusal(), &refused.json["errors"]), ((422, "validation_failed"), &expected));
    let path = giver.create("Winter", &json!({ "endDate": "2030-01-01", "bookingPeriodStart": "2029-06-02" }));
    let refused = giver.client.patch(&path, &json!({ "startDate": "2030-01-02", "bookingPeriodEnd": "2029-06-01" }));
    assert_eq!((refused.status, &refused.json["errors"]), (422, &expected), "checked together with the stored values");
    let day = giver.client.patch(&path, &json!({ "bookingPeriodEnd": "2029-06-02" }));
    assert_eq!(day.status, 200, "a period can be one day: {}", day.text);
}

fn put_needs_what_a_new_promotion_needs_and_patch_does_not(world: &World) {
    let giver = Giver::new(world);
    let path = giver.create("Winter", &json!({ "couponCode": "WINTER" }));
    let refused = giver.client.put(&path, &json!({ "couponCode": "SNOW" }));
    assert_eq!(refused.refusal(), (422, "validation_failed"));
    assert_eq!(refused.field_errors(), ["discountPercentage", "endDate", "name", "startDate"]);
    let put = giver.client.put(&path, &promotion_fields("Spring"));
    assert_eq!((put.status, &put.json["data"]["couponCode"]), (200, &json!("WINTER")), "absent fields stay");
    let patched = giver.client.patch(&path, &json!({ "couponCode": "SNOW" }));
    assert_eq!(
        (&patched.json["data"]["name"], &patched.json["data"]["couponCode"]),
        (&json!("Spring"), &json!("SNOW"))
    );
    assert_eq!(giver.client.call("PATCH", &path, None).json, patched.json, "a change of nothing succeeds");
}

fn null_clears_and_absence_keeps(world: &World) {
    let giver = Giver::new(world);
    let all = json!({
        "description": "Cold", "couponCode": "WINTER", "bookingPeriodStart": "2029-06-01",
        "bookingPeriodEnd": "2029-12-31", "thumbnailURL": "https://example.com/winter.jpg",
    });
    let path = giver.create("Winter", &all);
    let nulls = all.as_object().expect("fields").keys().map(|field| (field.clone(), Value::Null));
    let cleared = giver.client.patch(&path, &Value::Object(nulls.collect()));
    assert_eq!(cleared.status, 200, "{}", cleared.text);
    for field in all.as_object().expect("fields").keys() {
        assert_eq!(cleared.json["data"][field], Value::Null, "{field}");
    }
    assert_eq!(cleared.json["data"]["name"], "Winter");
    for field in ["name", "discountPercentage", "startDate", "endDate", "status"] {
        let refused = giver.client.patch(&path, &json!({ field: null }));
        assert_eq!((refused.refusal(), refused.field_errors()), ((422, "validation_failed"), vec![field]));
    }
    assert_eq!(giver.client.get(&path).json, cleared.json);
}

fn the_account_never_changes(world: &World) {
    let giver = Giver::new(world);
    let path = giver.create("Winter", &nothing());
    for said in [json!(world.account(&giver.tenant)), json!(NOBODY), json!("17"), Value::Null] {
        let refused = giver.client.patch(&path, &json!({ "integrationAccountID": said }));
        let expected = json!({ "integrationAccountID": ["The integration account ID never changes."] });
        assert_eq!((refused.status, &refused.json["errors"]), (422, &expected));
    }
    let same = giver.client.patch(&path, &json!({ "integrationAccountID": giver.account.to_uppercase() }));
    assert_eq!(same.status, 200, "{}", same.text);
}

fn names_and_coupon_codes_are_unique_in_their_account(world: &World) {
    let giver = Giver::new(world);
    giver.create("Straße", &json!({ "couponCode": "Winter" }));
    let path = giver.create("Other", &nothing());
    let third = giver.create("Third", &nothing());
    let name = giver.post("STRASSE", &nothing());
    assert_eq!((name.refusal(), name.field_errors()), ((409, "name_taken"), vec!["name"]), "{}", name.text);
    let code = giver.post("Fourth", &json!({ "couponCode": " WINTER " }));
    assert_eq!(
        (code.refusal(), code.field_errors()),
        ((409, "coupon_code_taken"), vec!["couponCode"]),
        "{}",
        code.text
    );
    for (fields, code) in
        [(json!({ "name": "strasse" }), "name_taken"), (json!({ "couponCode": "winter" }), "coupon_code_taken")]
    {
        assert_eq!(giver.client.patch(&path, &fields).refusal(), (409, code));
    }
    assert_eq!(giver.client.patch(&path, &json!({ "name": "OTHER" })).status, 200, "its own name is not taken");
    assert_eq!(giver.client.get(&third).json["data"]["couponCode"], Value::Null, "several promotions may have no code");

    // Other accounts may use the same name and code, whether of the same tenant or of another.
    let beside = world.account(&giver.tenant);
    giver.create("Straße", &json!({ "couponCode": "Winter", "integrationAccountID": beside }));
    Giver::named(world, "Another").create("Straße", &json!({ "couponCode": "Winter" }));
}

fn of_many_who_take_a_name_one_wins(world: &World) {
    let giver = Giver::new(world);
    for round in 0..3 {
        let (name, code) = (format!("Winter {round}"), format!("WINTER-{round}"));
        let answers = thread::scope(|scope| {
            let workers: Vec<_> = (0..8)
                .map(|number| {
                    let (name, code) = (&name, &code);
                    let giver = &giver;
                    scope.spawn(move || {
                        // Half of the promotions conflict in the coupon code only.
                        let own = if number % 2 == 0 { name.clone() } else { format!("{name} {number}") };
                        giver.post(&own, &json!({ "couponCode": code }))
                    })
                })
                .collect();
            workers.into_iter().map(|worker| worker.join().expect("no panic")).collect::<Vec<_>>()
        });
        let won = answers.iter().filter(|answer| answer.status == 201).count();
        assert_eq!(won, 1);
        for lost in answers.iter().filter(|answer| answer.status != 201) {
            assert!([(409, "name_taken"), (409, "coupon_code_taken")].contains(&lost.refusal()), "{}", lost.text);
        }
    }
    assert_eq!(giver.count(""), json!(3));
}

fn listings_are_assigned_and_unassigned(world: &World) {
    let giver = Giver::new(world);
    let path = giver.create("Winter", &nothing());
    let before = giver.client.get(&path).json;
    let listings = [(); 3].map(|()| world.listing(&giver.tenant, &giver.account));
    let put = |verb: &str, ids: &Value| {
        let answer = giver.client.put(&format!("{path}/listings/{verb}"), &json!({ "listingIDs": ids }));
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.json["data"].clone()
    };
    let entries = |action: &str| {
        let trail = giver.client.get(&format!("/api/v1/audit/count?action=promotion.{action}"));
        trail.json["count"].clone()
    };
    assert_eq!(put("assign", &json!(listings[..2])), json!({ "assigned": 2 }));
    assert_eq!(put("assign", &json!(listings)), json!({ "assigned": 1 }));
    assert_eq!(put("assign", &json!(listings)), json!({ "assigned": 0 }));
    let twice = json!([listings[0], listings[0].to_uppercase()]);
    assert_eq!(put("unassign", &twice), json!({ "unassigned": 1 }), "a listing that is named twice counts once");
    assert_eq!(put("unassign", &json!(listings)), json!({ "unassigned": 2 }));
    assert_eq!(put("unassign", &json!(listings)), json!({ "unassigned": 0 }));
    assert_eq!((entries("assign_listings"), entries("unassign_listings")), (json!(2), json!(2)));
    assert_eq!(giver.client.get(&path).json, before);

    for (body, message) in [
        (json!({}), "The listing IDs field is required."),
        (json!({ "listingIDs": null }), "The listing IDs field is required."),
        (json!({ "listingIDs": [] }), "The listing IDs must be 1 to 1000 ids."),
        (json!({ "listingIDs": vec![NOBODY; 1_001] }), "The listing IDs must be 1 to 1000 ids."),
    ] {
        for verb in ["assign", "unassign"] {
            let refused = giver.client.put(&format!("{path}/listings/{verb}"), &body);
            assert_eq!(refused.refusal(), (422, "validation_failed"));
            assert_eq!(refused.json["errors"], json!({ "listingIDs": [message] }));
            let broken = giver.client.put(&format!("{path}/listings/{verb}"), &json!({ "listingIDs": [NOBODY, "17"] }));
            assert_eq!((broken.status, broken.field_errors()), (422, vec!["listingIDs.1"]));
        }
    }
    // A deleted listing has no promotion any more.
    assert_eq!(put("assign", &json!(listings)), json!({ "assigned": 3 }));
    assert_eq!(giver.client.delete(&format!("/api/v1/listing/{}", listings[0])).status, 204);
    assert_eq!(put("unassign", &json!(listings[1..])), json!({ "unassigned": 2 }));
}

/// Listings of another account of the tenant, imported listings, those of another tenant or workspace, and unknown ids
/// are answered alike, byte by byte.
fn a_listing_of_another_account_is_not_there_at_any_position(world: &World) {
    const POSITIONS: usize = 3;
    let giver = Giver::new(world);
    let path = giver.create("Winter", &nothing());
    let own = [(); POSITIONS].map(|()| world.listing(&giver.tenant, &giver.account));
    let other = Giver::named(world, "Another");
    let [foreign, imported] = [(); 2].map(|()| world.listing(&other.tenant, &other.account));
    let import = giver.client.post("/api/v1/tenants/import-listings", &json!({ "listingIDs": [imported] }));
    assert_eq!(import.status, 200, "{}", import.text);
    let beside = world.listing(&giver.tenant, &world.account(&giver.tenant));
    let there = world.client().calry(&world.other_workspace().key);
    let account = json!({ "name": "Host", "provider": "BOOM", "accountIdentifier": "x", "authType": "OAUTH" });
    let mut fields = crate::support::listing_fields("1");
    fields["integrationAccountID"] = there.post("/api/v1/integration-account", &account).json["data"]["id"].clone();
    let elsewhere = id_of(&there.post("/api/v1/listing", &fields).json["data"]);

    for verb in ["assign", "unassign"] {
        for position in 0..POSITIONS {
            let answer = |hidden: &str| {
                let mut listings = own.each_ref().map(String::as_str);
                listings[position] = hidden;
                let refused = giver.client.put(&format!("{path}/listings/{verb}"), &json!({ "listingIDs": listings }));
                assert_eq!(refused.refusal(), (404, "listing_not_found"), "{}", refused.text);
                let sentence = format!("The listing {hidden} was not found (listing_not_found).");
                assert_eq!(refused.json["errors"], json!({ format!("listingIDs.{position}"): [sentence] }));
                refused.text.replace(hidden, "hidden")
            };
            let unknown = answer(NOBODY);
            for hidden in [&foreign, &imported, &beside, &elsewhere] {
                assert_eq!(answer(hidden), unknown, "{verb} {position}");
            }
        }
    }
    let all = giver.client.put(&format!("{path}/listings/assign"), &json!({ "listingIDs": own }));
    assert_eq!(all.json["data"], json!({ "assigned": POSITIONS }), "no earlier request has assigned a listing");
}

fn a_promotion_is_its_tenants_alone(world: &World) {
    let giver = Giver::new(world);
    let path = giver.create("Winter", &nothing());
    let listing = world.listing(&giver.tenant, &giver.account);
    let before = giver.client.get(&path).json;
    let importer = world.calry().named(&world.tenant_id("Importer"));
    let import = importer.post("/api/v1/tenants/import-listings", &json!({ "listingIDs": [listing] }));
    assert_eq!(import.status, 200, "{}", import.text);
    let other = world.client().calry(&world.other_workspace().key);
    for client in [&importer, &other, &world.calry()] {
        let answers = |promotion: &str| {
            let path = format!("{PROMOTIONS}/{promotion}");
            let named = json!({ "listingIDs": [listing] });
            [
                client.get(&path),
                client.put(&path, &promotion_fields("Taken over")),
                client.patch(&path, &json!({ "status": "INACTIVE" })),
                client.delete(&path),
                client.put(&format!("{path}/listings/assign"), &named),
                client.put(&format!("{path}/listings/unassign"), &named),
            ]
            .map(|answer| {
                assert_eq!(answer.refusal(), (404, "promotion_not_found"), "{}", answer.text);
                answer.text.replace(promotion, "hidden")
            })
        };
        let unknown = answers(NOBODY);
        assert_eq!(answers(path.rsplit('/').next().expect("an id")), unknown);
        assert_eq!(answers(&giver.account), unknown);
        assert_eq!(answers("17"), unknown);

        for query in [String::new(), format!("?integrationAccountID={}", giver.account)] {
            assert_eq!(client.get(&format!("{PROMOTIONS}{query}")).json["data"], json!([]));
            assert_eq!(client.get(&format!("{PROMOTIONS}/count{query}")).json, json!({ "count": 0 }));
        }
        let create = |account: &str| {
            let refused = client.post(PROMOTIONS, &giver.fields("Mine", &json!({ "integrationAccountID": account })));
            assert_eq!(refused.refusal(), (404, "integration_account_not_found"), "{}", refused.text);
            refused.text
        };
        assert_eq!(create(&giver.account), create(NOBODY));
    }
    assert_eq!(giver.client.get(&path).json, before);
    assert_eq!(giver.names(""), json!(["Winter"]));
}

fn promotions_go_with_their_account(world: &World) {
    let giver = Giver::new(world);
    let path = giver.create("Winter", &nothing());
    let listing = world.listing(&giver.tenant, &giver.account);
    let named = json!({ "listingIDs": [listing] });
    assert_eq!(giver.client.put(&format!("{path}/listings/assign"), &named).status, 200);
    let before = giver.client.get(&path).json;
    let target = world.tenant_id("Target");
    let account = format!("/api/v1/integration-account/{}", giver.account);
    let moved = world.calry().patch(&format!("{account}/move-tenant"), &json!({ "tenantID": target }));
    assert_eq!((moved.status, &moved.json["moved"]["promotions"]), (200, &json!(1)), "{}", moved.text);
    let target = world.calry().named(&target);
    assert_eq!(giver.client.get(&path).refusal(), (404, "promotion_not_found"));
    assert_eq!(giver.count("?includeInactive=true"), json!(0));
    assert_eq!(target.get(&path).json, before);
    let again = target.put(&format!("{path}/listings/assign"), &named);
    assert_eq!(again.json["data"], json!({ "assigned": 0 }), "its assignments are unchanged");

    assert_eq!(target.delete(&account).status, 204);
    assert_eq!(target.get(&path).refusal(), (404, "promotion_not_found"));
}

fn a_reader_reads_and_a_writer_writes(world: &World) {
    let giver = Giver::new(world);
    let path = giver.create("Winter", &nothing());
    let [reader, writer] =
        ["READ", "WRITE"].map(|permission| world.client().calry(&world.key_in(&giver.tenant, permission)));
    for read in [&path, PROMOTIONS, &format!("{PROMOTIONS}/count")] {
        assert_eq!(reader.get(read).status, 200);
    }
    for body in [json!({}), json!([]), giver.fields("Spring", &nothing())] {
        for refused in [
            reader.post(PROMOTIONS, &body),
            reader.put(&path, &body),
            reader.patch(&path, &body),
            reader.put(&format!("{path}/listings/assign"), &body),
            reader.put(&format!("{path}/listings/unassign"), &body),
            reader.delete(&path),
        ] {
            assert_eq!(refused.refusal(), (403, "permission_denied"), "{body}");
        }
    }
    assert_eq!(writer.post(PROMOTIONS, &giver.fields("Spring", &nothing())).status, 201);
    assert_eq!(writer.patch(&path, &json!({ "status": "INACTIVE" })).status, 200);
    assert_eq!(writer.delete(&path).status, 204);
}
