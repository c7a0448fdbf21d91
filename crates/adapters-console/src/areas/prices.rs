//! Prices of stays, line by line.

use domain::quotes::{Price, PriceLine, PricedStay};
use maud::{Markup, html};

use crate::response::cell::Cell;
use crate::response::facts::facts;

/// Shows a stay with its price.
pub(crate) fn priced_stay(priced: &PricedStay, listing: Cell) -> Markup {
    let PricedStay { stay, guests, price, .. } = priced;
    let count = |number: i32| if number == 0 { Cell::text("") } else { Cell::text(number) };
    html! {
        (facts(&[
            ("Listing", listing),
            ("Check-in", Cell::text(stay.check_in())),
            ("Check-out", Cell::text(stay.check_out())),
            ("Nights", Cell::text(stay.night_count().get())),
            ("Adults", Cell::text(guests.adults())),
            ("Children", count(guests.children().get())),
            ("Infants", count(guests.infants().get())),
            ("Pets", count(guests.pets().get())),
        ]))
        (lines(price))
    }
}

fn lines(price: &Price) -> Markup {
    let parts = price.parts();
    let share = |name: &'static str, line: &PriceLine, sign: &'static str| {
        (name.to_owned(), format!("{} %", line.percentage), format!("{sign}{}", line.value))
    };
    let mut lines =
        vec![("Nights".to_owned(), String::new(), parts.base.to_string()), share("Markup", &parts.markup, "")];
    lines.extend(parts.distribution_markup.as_ref().map(|line| share("Markup of the sale by an importer", line, "")));
    lines.push(share("Discount", &parts.default_discount, "−"));
    lines.extend(parts.promotion_discount.as_ref().map(|line| share("Promotion", line, "−")));
    let charges = parts.charges.fees.iter().chain(&parts.charges.taxes);
    lines.extend(charges.map(|line| (line.name.to_string(), line.description.clone(), line.value.to_string())));
    let currency = price.currency().code();
    html! {
        div.scroll tabindex="0" role="region" aria-label="Price" {
            table.price {
                thead { tr { th scope="col" { "Price" } th scope="col" { "Computed" } th scope="col" { (currency) } } }
                tbody { @for (name, how, value) in &lines { tr { td { (name) } td { (how) } td.number { (value) } } } }
                tfoot {
                    tr { th scope="row" colspan="2" { "Before taxes" } td.number { (price.before_taxes()) } }
                    tr { th scope="row" colspan="2" { "Total" } td.number { strong { (price.total()) } } }
                }
            }
        }
    }
}
