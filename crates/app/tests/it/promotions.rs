//! `/promotions`.

use serde_json::{Value, json};

use crate::on_both_engines;
use crate::support::{Answer, Client, World, at_once, id_of, promotion_fields};

on_both_engines! {
    a_promotion_lives_and_ends
    lists_show_what_is_given_unless_told
    the_account_never_changes
    names_and_coupon_codes_are_unique_in_their_account
    of_many_who_take_a_name_one_wins
    a_promotion_is_its_tenants_alone
    promotions_go_with_their_account
}

const PROMOTIONS: &str = "/api/v1/promotions";
const NOBODY: &str = "0192f0c1-7b1e-7000-8000-00000000000a";

/// An account and its owner.
pub(crate) struct Giver {
    pub(crate) tenant: String,
    pub(crate) client: Client,
    pub(crate) account: String,
}

impl Giver {
    pub(crate) fn new(world: &World) -> Self {
        Self::named(world, "Owner")
    }

    pub(crate) fn named(world: &World, name: &str) -> Self {
        let tenant = world.tenant_id(name);
        Self { account: world.account(&tenant), client: world.calry().named(&tenant), tenant }
    }

    /// Returns the body of a new promotion, with these fields changed.
    pub(crate) fn fields(&self, name: &str, fields: &Value) -> Value {
        let mut body = promotion_fields(name);
        body["integrationAccountID"] = json!(self.account);
        for (field, value) in fields.as_object().expect("fields") {
            body[field] = value.clone();
        }
        body
    }

    pub(crate) fn post(&self, name: &str, fields: &Value) -> Answer {
        self.client.post(PROMOTIONS, &self.fields(name, fields))
    }

    /// Creates a promotion; returns its path.
    pub(crate) fn create(&self, name: &str, fields: &Value) -> String {
        let created = self.post(name, fields);
        assert_eq!(created.status, 201, "{}", created.text);
        format!("{PROMOTIONS}/{}", id_of(&created.json["data"]))
    }

    pub(crate) fn names(&self, query: &str) -> Value {
        let listed = self.client.get(&format!("{PROMOTIONS}{query}"));
        assert_eq!(listed.status, 200, "{}", listed.text);
        listed.json["data"].as_array().expect("a list").iter().map(|promotion| promotion["name"].clone()).collect()
    }

    pub(crate) fn count(&self, query: &str) -> Value {
        self.client.get(&format!("{PROMOTIONS}/count{query}")).json["count"].clone()
    }
}

pub(crate) fn nothing() -> Value {
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
        let answers = at_once(8, |number| {
            // Half of the promotions conflict in the coupon code only.
            let own = if number % 2 == 0 { name.clone() } else { format!("{name} {number}") };
            giver.post(&own, &json!({ "couponCode": code }))
        });
        let won = answers.iter().filter(|answer| answer.status == 201).count();
        assert_eq!(won, 1);
        for lost in answers.iter().filter(|answer| answer.status != 201) {
            assert!([(409, "name_taken"), (409, "coupon_code_taken")].contains(&lost.refusal()), "{}", lost.text);
        }
    }
    assert_eq!(giver.count(""), json!(3));
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
