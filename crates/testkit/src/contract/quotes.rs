//! Quotes, and the offers that they are based on.

use chrono::TimeDelta;
use domain::access::OperatorScope;
use domain::change::Change;
use domain::ids::QuoteId;
use domain::integration_accounts::AccountEdit;
use domain::listings::Unavailable;
use domain::patch::Patch;
use domain::percentages::Percentage;
use domain::promotions::{PromotionChoice, PromotionEdit};
use domain::quotes::{AccountRates, AskedPromotion, FoundQuote, GuestCount, Offer, PricedStay, Quote, QuoteParts};
use domain::reservations::{LapsedHold, NewReservation};
use domain::stays::Stay;
use domain::workspaces::WorkspaceEdit;
use ports::RepositoryError;

use super::Ports;
use super::host::{Host, is_stale};
use super::shop::{Shop, blocked, instant, pending, stay};
use crate::build;

fn nights() -> Stay {
    stay("2030-01-10", "2030-01-12")
}

fn percent(text: &str) -> Percentage {
    text.parse().expect("a percentage")
}

fn coupon(code: &str) -> PromotionChoice {
    PromotionChoice::Coupon(code.parse().expect("a code"))
}

async fn get(host: &Host, id: QuoteId) -> Option<FoundQuote> {
    host.world.ports.quotes.get(&host.scope().await, id).await.expect("no failure")
}

async fn create(host: &Host, change: Change<Quote>) -> Result<(), RepositoryError> {
    host.world.ports.quotes.create(&host.scope().await, change).await
}

/// Compares every line of the price, and a price without the optional lines.
pub async fn a_quote_comes_back_as_it_was_stored(ports: Ports) {
    let shop = Shop::open(ports).await;
    let bare = shop.owner.quotation(shop.id(), nights(), None).await;
    let rates = AccountEdit {
        markup: Some(percent("10.01")),
        distribution_markup: Some(percent("5")),
        default_discount: Patch::Set(percent("2.5")),
        ..AccountEdit::default()
    };
    shop.owner.edit_account(rates).await;
    let rest = PromotionEdit { coupon_code: Patch::Set("WINTER".parse().expect("valid")), ..PromotionEdit::default() };
    let promotion = shop.owner.promote("Winter", rest).await.expect("created");
    shop.owner.give(&promotion, &[shop.id()]).await;
    let full = shop.importer.quotation(shop.id(), nights(), Some(coupon("winter"))).await;
    assert!(full.after.priced().price.parts().distribution_markup.is_some());
    assert_eq!(full.after.priced().promotion_id, Some(promotion.id()));
    for (seller, change) in [(&shop.owner, bare), (&shop.importer, full)] {
        let expected = FoundQuote { quote: change.after.clone(), reservation: None };
        create(seller, change).await.expect("created");
        assert_eq!(get(seller, expected.quote.id()).await, Some(expected));
    }
}

/// Children, infants and pets, of a quote and of the reservation that is made with it.
pub async fn guests_are_stored_by_kind(ports: Ports) {
    let shop = Shop::open(ports).await;
    let some = |number: i64| number.try_into().expect("a number");
    let guests = GuestCount::new(2.try_into().expect("adults"), some(1), some(3), some(4)).expect("few");
    let change = shop.importer.quotation(shop.id(), nights(), None).await;
    let stored = change.after.into_parts();
    let priced = PricedStay { guests, ..stored.priced.clone() };
    let quote = Quote::from_parts(QuoteParts { priced: priced.clone(), ..stored });
    let change = Change { after: quote.clone(), audit: change.audit, idempotency_record: None };
    create(&shop.importer, change).await.expect("created");
    assert_eq!(get(&shop.importer, quote.id()).await.map(|found| found.quote), Some(quote.clone()));
    let sold = shop.importer.sell(shop.importer.booking_with(&quote, instant()).await).await.expect("booked");
    let scope = shop.owner.scope().await;
    let found = shop.owner.world.ports.reservations.get(&scope, sold.reservation.id()).await.expect("no failure");
    assert_eq!(found.map(|found| found.reservation.priced().clone()), Some(priced));
}

/// Finds the reservation even if it is cancelled.
pub async fn a_quote_knows_what_was_booked_with_it(ports: Ports) {
    let shop = Shop::open(ports).await;
    let [used, other] = [
        shop.importer.quote(shop.id(), nights()).await,
        shop.importer.quote(shop.id(), stay("2030-01-12", "2030-01-14")).await,
    ];
    let change = shop.importer.booking_with(&used, instant()).await;
    let sold = shop.importer.sell(change).await.expect("booked").reservation;
    shop.owner.turn(shop.owner.cancellation(&sold).await).await.expect("cancelled");
    for (quote, reservation) in [(used, Some(sold.id())), (other, None)] {
        assert_eq!(get(&shop.importer, quote.id()).await, Some(FoundQuote { quote, reservation }));
    }
}

/// Compares the offers of the owner and of an importer.
pub async fn an_offer_holds_all_that_decides(ports: Ports) {
    let shop = Shop::open(ports).await;
    let (owner, importer) = (&shop.owner, &shop.importer);
    let late = build::at() + TimeDelta::days(2);
    owner.write(&shop.listing, &[blocked(stay("2030-01-11", "2030-01-13"))]).await.expect("written");
    let until = |days| NewReservation { hold_expires_at: Some(build::at() + TimeDelta::days(days)), ..pending() };
    let lapsed = importer.book(shop.id(), stay("2030-01-09", "2030-01-11"), until(1)).await.reservation;
    importer.book(shop.id(), stay("2030-01-08", "2030-01-09"), until(1)).await;
    let held = owner.book(shop.id(), stay("2030-01-13", "2030-01-15"), until(3)).await;
    let rates =
        AccountEdit { markup: Some(percent("10")), distribution_markup: Some(percent("5")), ..AccountEdit::default() };
    owner.edit_account(rates).await;
    let world = &owner.world;
    let admin = world.admin().await;
    let workspace = world.ports.workspaces.get(&admin).await.expect("no failure");
    let settings = WorkspaceEdit {
        default_discount: Some(percent("3")),
        longest_importer_hold: 48.try_into().ok(),
        ..WorkspaceEdit::default()
    };
    let default_tenant = (admin.tenant_id(), admin.tenant_name());
    let change = workspace.update(settings, default_tenant, world.stamp().await).expect("a change");
    world.ports.workspaces.update(&admin, change).await.expect("updated");

    let requested = stay("2030-01-10", "2030-01-14");
    for host in [owner, importer] {
        let offer = host.offer_at(shop.id(), requested, None, late).await.expect("a listing");
        let expected = Offer {
            listing: host.get(shop.id()).await.expect("a listing"),
            rates: AccountRates {
                markup: percent("10"),
                distribution_markup: percent("5"),
                default_discount: None,
                workspace_discount: percent("3"),
            },
            charges: vec![],
            longest_importer_hold: 48.try_into().expect("hours"),
            calendar: host.calendar_at(shop.id(), requested, late).await.expect("a listing"),
            lapsed: vec![LapsedHold {
                reservation: lapsed.clone(),
                owner: owner.tenant.id(),
                owner_name: owner.tenant.name().clone(),
            }],
            promotion: None,
        };
        assert_eq!(offer, expected);
        assert!(!offer.calendar.is_free(held.reservation.priced().stay));
        assert!(offer.calendar.is_free(stay("2030-01-10", "2030-01-11")), "the hold has lapsed");
        let early = host.offer(shop.id(), requested).await.expect("a listing");
        assert_eq!(early.lapsed, []);
        assert!(!early.calendar.is_free(stay("2030-01-10", "2030-01-11")));
    }
    owner.edit_account(AccountEdit { default_discount: Patch::Set(percent("0")), ..AccountEdit::default() }).await;
    let offer = importer.offer(shop.id(), requested).await.expect("a listing");
    assert_eq!(offer.rates.default_discount, Some(percent("0")));
}

/// Finds a promotion by id and by coupon code, ignoring case, in the listing's account only; and whether it is assigned
/// to the listing.
pub async fn an_offer_holds_the_promotion_that_is_asked_for(ports: Ports) {
    let shop = Shop::open(ports).await;
    let with_code = |code: &str| PromotionEdit {
        coupon_code: Patch::Set(code.parse().expect("valid")),
        ..PromotionEdit::default()
    };
    let given = shop.owner.promote("Winter", with_code("STRASSE")).await.expect("created");
    shop.owner.give(&given, &[shop.id()]).await;
    let not_given = shop.owner.promote("Spring", with_code("spring")).await.expect("created");
    let elsewhere = shop.owner.another_account().await.promote("Autumn", with_code("autumn")).await.expect("created");
    let theirs = shop.importer.promote("Theirs", with_code("theirs")).await.expect("created");
    for (choice, expected) in [
        (PromotionChoice::Id(given.id()), Some((&given, true))),
        (coupon("straße"), Some((&given, true))),
        (PromotionChoice::Id(not_given.id()), Some((&not_given, false))),
        (coupon("SPRING"), Some((&not_given, false))),
        (PromotionChoice::Id(elsewhere.id()), None),
        (coupon("autumn"), None),
        (PromotionChoice::Id(theirs.id()), None),
        (coupon("theirs"), None),
    ] {
        for host in [&shop.owner, &shop.importer] {
            let offer = host.offer_at(shop.id(), nights(), Some(choice.clone()), build::at()).await.expect("a listing");
            let expected =
                expected.map(|(promotion, is_assigned)| AskedPromotion { promotion: promotion.clone(), is_assigned });
            assert_eq!(offer.promotion, expected, "{choice:?}");
        }
    }
}

/// A sleeping import still has an offer, marked as asleep.
pub async fn an_offer_says_whether_the_import_sleeps(ports: Ports) {
    let shop = Shop::open(ports).await;
    let unavailable = async || shop.importer.offer(shop.id(), nights()).await.expect("imported").listing.unavailable;
    for reason in Unavailable::ALL {
        shop.owner.set_available(false, reason, &[shop.id()]).await;
        assert_eq!(unavailable().await, Some(reason));
        shop.owner.set_available(true, reason, &[shop.id()]).await;
        assert_eq!(unavailable().await, None, "not {reason:?}");
    }
}

/// `Stale`.
pub async fn a_quote_for_a_tenant_that_is_gone_is_not_stored(ports: Ports) {
    let owner = Host::open(ports).await;
    let listing = owner.listing("7").await;
    let tenant = owner.world.create("importer").await.expect("created");
    let importer = Host { tenant: tenant.clone(), ..owner.clone() };
    importer.import(&[listing.id()]).await.expect("imported");
    let (scope, change) = (importer.scope().await, importer.quotation(listing.id(), nights(), None).await);
    let kept = importer.quote(listing.id(), nights()).await;
    let of_owner = owner.quote(listing.id(), nights()).await;
    owner.world.delete(&tenant).await.expect("quotes do not prevent a deletion");
    let quotes = &owner.world.ports.quotes;
    assert_eq!(quotes.get(&scope, kept.id()).await.expect("no failure"), None);
    assert!(quotes.get(&owner.scope().await, of_owner.id()).await.expect("no failure").is_some());
    assert!(is_stale(&quotes.create(&scope, change).await));
}

/// `Stale`. Quotes, calendars and promotions are deleted with their listing or account.
pub async fn a_quote_of_what_is_gone_is_not_stored(ports: Ports) {
    let shop = Shop::open(ports).await;
    let another = shop.another().await;
    let rest = PromotionEdit::default();
    let promotion = shop.owner.promote("Winter", rest).await.expect("created");
    shop.owner.give(&promotion, &[shop.id(), another.id()]).await;
    let mut kept = Vec::new();
    for shop in [&shop, &another] {
        shop.owner.write(&shop.listing, &[blocked(stay("2030-02-01", "2030-02-03"))]).await.expect("written");
        kept.push(shop.importer.quote(shop.id(), nights()).await);
    }
    let change = shop.importer.quotation(shop.id(), nights(), None).await;
    shop.owner.delete(&shop.listing).await.expect("deleted");
    assert!(is_stale(&create(&shop.importer, change).await));
    assert_eq!(get(&shop.importer, kept[0].id()).await, None);
    assert!(get(&shop.importer, kept[1].id()).await.is_some());

    let (scope, world) = (shop.owner.scope().await, &shop.owner.world);
    let accounts = &world.ports.integration_accounts;
    let account = accounts.get(&scope, shop.owner.account.id).await.expect("no failure").expect("an account");
    let deletion = account.delete(&scope, world.stamp().await);
    accounts.delete(&scope, deletion).await.expect("deleted with its listings and promotions");
    assert_eq!(get(&shop.importer, kept[1].id()).await, None);
    assert_eq!(world.ports.promotions.get(&scope, promotion.id()).await.expect("no failure"), None);
}

/// Isolation: of tenants in a workspace, of workspaces, and of an owner from the importers of its listings.
pub async fn another_tenant_finds_no_quote_and_no_offer(ports: Ports) {
    let shop = Shop::open(ports).await;
    let quote = shop.importer.quote(shop.id(), nights()).await;
    assert_eq!(get(&shop.owner, quote.id()).await, None, "only the importer finds its quote");
    let trail = shop.owner.world.ports.trail.actions().await;
    for other in
        [Host::of(&shop.owner.world, "sibling").await, Host::of(&shop.owner.world.beside().await, "stranger").await]
    {
        assert_eq!(get(&other, quote.id()).await, None);
        assert_eq!(other.offer(shop.id(), nights()).await, None);
        let change = shop.importer.quotation(shop.id(), nights(), None).await;
        assert!(is_stale(&create(&other, change.clone()).await), "a tenant cannot create a quote for another tenant");
        let forged = Quote::from_parts(QuoteParts {
            workspace_id: other.world.workspace_id(),
            tenant_id: shop.importer.tenant.id(),
            ..change.after.into_parts()
        });
        let forged = Change { after: forged, audit: change.audit, idempotency_record: None };
        assert!(is_stale(&create(&other, forged).await));
    }
    let quoted = shop.owner.world.ports.trail.actions().await.split_off(trail.len());
    assert!(!quoted.contains(&"quote.create".to_owned()), "{quoted:?}");
}

/// Entries are written in the transaction of the change.
pub async fn a_quote_leaves_one_entry(ports: Ports) {
    let shop = Shop::open(ports).await;
    let before = shop.owner.world.ports.trail.actions().await.len();
    shop.importer.quote(shop.id(), nights()).await;
    assert_eq!(shop.owner.world.ports.trail.actions().await[before..], ["quote.create"]);
}

/// Deletes the expired quotes of all workspaces, up to the limit. Reservations made with them stay.
pub async fn old_quotes_are_forgotten(ports: Ports) {
    let shop = Shop::open(ports).await;
    let used = shop.owner.quote(shop.id(), nights()).await;
    let sold = shop.owner.sell(shop.owner.booking_with(&used, instant()).await).await.expect("booked").reservation;
    let other = shop.importer.quote(shop.id(), stay("2030-02-10", "2030-02-12")).await;
    let expiry = used.clone().into_parts().expires_at;
    let forget = async |before, most| {
        shop.owner.world.ports.quotes.forget(&OperatorScope::new(), before, most).await.expect("no failure")
    };
    assert_eq!(forget(expiry, 10).await, 0, "none has expired before it expires");
    let later = expiry + TimeDelta::milliseconds(1);
    assert_eq!([forget(later, 1).await, forget(later, 1).await, forget(later, 1).await], [1, 1, 0]);
    for (host, quote) in [(&shop.owner, &used), (&shop.importer, &other)] {
        assert_eq!(get(host, quote.id()).await, None);
    }
    let kept = shop.owner.world.ports.reservations.get(&shop.owner.scope().await, sold.id()).await.expect("no failure");
    assert_eq!(kept.map(|kept| kept.reservation.id()), Some(sold.id()));
}
