//! Imports at the same time as other imports, and as changes of the account.

use serde_json::json;

use crate::imports::{ids, named};
use crate::on_both_engines;
use crate::support::{Market, World, at_once};

on_both_engines! {
    of_many_who_import_a_listing_one_wins
    nothing_is_imported_once_the_owner_says_no
    nobody_imports_its_own_listing_while_accounts_move
}

const IMPORT: &str = "/api/v1/tenants/import-listings";
const IMPORTED: &str = "/api/v1/tenants/imported-listings";

fn of_many_who_import_a_listing_one_wins(world: &World) {
    let market = Market::open(world);
    for _ in 0..5 {
        let listing = market.listing();
        let answers = at_once(12, |_| market.as_importer().post(IMPORT, &named(&[&listing])));
        let won = answers.iter().filter(|answer| answer.status == 200).count();
        assert_eq!(won, 1);
        let lost = answers.iter().filter(|answer| answer.status != 200);
        for answer in lost {
            assert_eq!(answer.refusal(), (409, "already_imported"), "{}", answer.text);
        }
    }
    assert_eq!(market.as_importer().get(&format!("{IMPORTED}/count")).json, json!({ "count": 5 }));
}

fn nothing_is_imported_once_the_owner_says_no(world: &World) {
    let market = Market::open(world);
    let count = || market.as_importer().get(&format!("{IMPORTED}/count")).json;
    for _ in 0..5 {
        market.set_account(&json!({ "allowImport": true }));
        let listings = [(); 12].map(|()| market.listing());
        let answers = at_once(13, |number| {
            if number == 6 {
                market.set_account(&json!({ "allowImport": false }));
                return None;
            }
            let listing = &listings[if number > 6 { number - 1 } else { number }];
            Some(market.as_importer().post(IMPORT, &named(&[listing])))
        });
        let before = count();
        for answer in answers.iter().flatten() {
            let refusal = answer.refusal();
            assert!(answer.status == 200 || refusal == (422, "import_not_allowed"), "{}", answer.text);
        }
        let late = market.as_importer().post(IMPORT, &named(&[&market.listing()]));
        assert_eq!(late.refusal(), (422, "import_not_allowed"));
        assert_eq!(count(), before);
    }
}

fn nobody_imports_its_own_listing_while_accounts_move(world: &World) {
    let market = Market::open(world);
    for _ in 0..5 {
        let listings = [(); 12].map(|()| market.listing());
        let answers = at_once(13, |number| {
            if number == 6 {
                return market.move_to(&market.importer);
            }
            let listing = &listings[if number > 6 { number - 1 } else { number }];
            market.as_importer().post(IMPORT, &named(&[listing]))
        });
        for answer in answers {
            let refusal = answer.refusal();
            assert!(answer.status == 200 || refusal == (422, "own_listing"), "{}", answer.text);
        }
        // The target owns all listings and imports none.
        assert_eq!(market.as_importer().get(&format!("{IMPORTED}/count")).json, json!({ "count": 0 }));
        let own = market.as_importer().get("/api/v1/listing?listingType=self&per_page=100");
        assert!(listings.iter().all(|listing| ids(&own).contains(listing)));
        assert_eq!(market.move_to(&market.owner).status, 200);
    }
}
