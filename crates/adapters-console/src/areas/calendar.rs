//! The calendar of a listing: a month as a grid, whose nights its owner can edit.

use actix_web::web::ServiceConfig;
use application::{EditCalendar, GetNights, RangeFields};
use chrono::{Datelike, Months, NaiveDate, TimeDelta};
use domain::access::Permission;
use domain::availability::{Night, NightStatus};
use domain::ids::ListingId;
use domain::patch::Patch;
use maud::{Markup, html};

use crate::request::form::Form;
use crate::request::route::act;
use crate::request::visit::{Answer, Visit};
use crate::response::cell::words;
use crate::response::done::Done;
use crate::response::form::secrets;
use crate::response::refused::Refused;

const DAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

pub(crate) fn routes(config: &mut ServiceConfig) {
    config.route("/t/{tenant}/listings/{id}/calendar", act(edit));
}

/// Shows the month that the address names, or the present one.
pub(crate) async fn calendar(visit: &Visit, id: ListingId, is_own: bool) -> Result<Markup, Refused> {
    let named = visit.query.get("month").and_then(month);
    let first = if let Some(first) = named {
        first
    } else {
        let nights = visit.console.availability.get(&visit.caller, id, Ok(GetNights::default())).await?;
        let today = nights.first().map(|night| night.date.as_date());
        today.and_then(|today| today.with_day(1)).ok_or_else(Refused::no_such_page)?
    };
    let next = first.checked_add_months(Months::new(1)).ok_or_else(Refused::no_such_page)?;
    let range = GetNights { start_date: Some(first.to_string()), end_date: Some(next.to_string()) };
    let nights = visit.console.availability.get(&visit.caller, id, Ok(range)).await?;
    let is_edited = is_own && visit.frame.permission >= Permission::Write;
    let action = visit.at(&format!("listings/{id}/calendar"));
    let to = |month: NaiveDate| format!("{}?month={}", visit.at(&format!("listings/{id}")), month.format("%Y-%m"));
    Ok(html! {
        section {
            h2 #calendar { "Calendar, " (first.format("%B %Y")) }
            nav.pager aria-label="Months" {
                @if let Some(before) = first.checked_sub_months(Months::new(1)) { a rel="prev" href=(to(before)) { "Month before" } }
                a rel="next" href=(to(next)) { "Month after" }
            }
            @if is_edited {
                form.edit.calendar method="post" action=(action) {
                    (secrets(&visit.frame))
                    input type="hidden" name="month" value=(first.format("%Y-%m"));
                    (grid(&nights, true))
                    output data-selected {}
                    (fields())
                }
            } @else { (grid(&nights, false)) }
        }
    })
}

fn grid(nights: &[Night], is_edited: bool) -> Markup {
    let before = nights.first().map_or(0, |night| night.date.as_date().weekday().num_days_from_monday()) as usize;
    let cells: Vec<_> = std::iter::repeat_n(None, before).chain(nights.iter().map(Some)).collect();
    html! {
        div.scroll tabindex="0" role="region" aria-label="Nights" {
            table.month {
                thead { tr { @for day in DAYS { th scope="col" { abbr title=(day) { (day[..3]) } } } } }
                tbody {
                    @for week in cells.chunks(7) {
                        tr { @for cell in week { @match cell { Some(night) => (self::night(night, is_edited)), None => td {} } } }
                    }
                }
            }
        }
    }
}

fn night(night: &Night, is_edited: bool) -> Markup {
    let (date, status) = (night.date.to_string(), night.status.as_str());
    let is_own_price = night.price != night.original_price;
    html! {
        td data-date=(date) data-status=(status) {
            label {
                @if is_edited { input type="checkbox" name="night" value=(date) aria-label=(date); }
                time datetime=(date) { (night.date.as_date().day()) }
            }
            span.price data-own[is_own_price] { (night.price) }
            @if night.status == NightStatus::NotAvailable { span.status data-status=(status) { (words(status)) } }
            @if night.minimum_nights.get() > 1 { small { "min. " (night.minimum_nights.get()) } }
            @if let Some(most) = night.maximum_nights { small { "max. " (most.get()) } }
        }
    }
}

fn fields() -> Markup {
    html! {
        p { "Tick nights, and fill in what they should have. What you leave empty stays as it is." }
        p data-selected role="status" {}
        label.field {
            span { "Status" }
            select name="status" {
                option value="" { "as it is" }
                option value="AVAILABLE" { "available" }
                option value="NOT_AVAILABLE" { "not available" }
            }
        }
        @for (name, label) in [("price", "Price"), ("minimumNights", "Nights of a stay, at least"), ("maximumNights", "Nights of a stay, at most")] {
            label.field { span { (label) } input name=(name) inputmode="decimal" autocomplete="off"; }
        }
        label.field.flag {
            span { "Take the listing's own price and nights" }
            input type="checkbox" name="reset" value="true";
        }
        p { button type="submit" { "Save the nights" } }
    }
}

/// Returns the first day of a month like `2030-01`.
fn month(text: &str) -> Option<NaiveDate> {
    NaiveDate::parse_from_str(&format!("{text}-01"), "%Y-%m-%d").ok()
}

async fn edit(visit: Visit, sent: Form) -> Answer {
    let id: ListingId = visit.id();
    visit.console.availability.edit(&visit.caller, id, Ok(command(&sent)?)).await?;
    let month = sent.get("month").filter(|text| month(text).is_some()).unwrap_or_default();
    Ok(visit.done(&format!("listings/{id}?month={month}"), Done::Saved))
}

/// Returns the edit of the ticked nights, as ranges of consecutive ones.
fn command(sent: &Form) -> Result<EditCalendar, Refused> {
    let mut nights: Vec<_> = sent.values.all("night").filter_map(|night| night.parse::<NaiveDate>().ok()).collect();
    nights.sort_unstable();
    nights.dedup();
    let mut ranges = Vec::<(NaiveDate, NaiveDate)>::new();
    for night in nights {
        let after = night.checked_add_signed(TimeDelta::days(1)).unwrap_or(night);
        match ranges.last_mut() {
            Some((_, end)) if *end == night => *end = after,
            _ => ranges.push((night, after)),
        }
    }
    if ranges.is_empty() {
        return Err(Refused::invalid("night", "Tick the nights that you want to change."));
    }
    let is_reset = sent.get("reset") == Some("true");
    let text = |name| match sent.get(name).map(str::trim).filter(|text| !text.is_empty()) {
        Some(text) => Patch::Set(text.to_owned()),
        None if is_reset && name != "status" => Patch::Clear,
        None => Patch::Keep,
    };
    let whole = |name| match text(name) {
        Patch::Set(text) => text
            .parse()
            .map(Patch::Set)
            .map_err(|_| Refused::invalid(name, "The number of nights must be a whole number.")),
        Patch::Clear => Ok(Patch::Clear),
        Patch::Keep => Ok(Patch::Keep),
    };
    let (minimum_nights, maximum_nights) = (whole("minimumNights")?, whole("maximumNights")?);
    let range = |(start, end): (NaiveDate, NaiveDate)| RangeFields {
        start_date: Some(start.to_string()),
        end_date: Some(end.to_string()),
        status: text("status"),
        price: text("price"),
        minimum_nights,
        maximum_nights,
    };
    Ok(EditCalendar { ranges: Some(ranges.into_iter().map(range).collect()) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(pairs: &[(&str, &str)]) -> Form {
        Form::new("/", pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
    }

    #[test]
    fn ticked_nights_become_ranges() {
        let nights =
            ["2030-02-28", "2030-03-01", "2030-01-31", "2030-02-28", "2030-03-03", "x"].map(|night| ("night", night));
        let edit =
            command(&form(&[&nights[..], &[("price", " 12.50 "), ("minimumNights", "2")]].concat())).expect("an edit");
        let ranges = edit.ranges.expect("ranges");
        let dates: Vec<_> =
            ranges.iter().map(|range| (range.start_date.as_deref(), range.end_date.as_deref())).collect();
        assert_eq!(
            dates,
            [
                (Some("2030-01-31"), Some("2030-02-01")),
                (Some("2030-02-28"), Some("2030-03-02")),
                (Some("2030-03-03"), Some("2030-03-04")),
            ]
        );
        let first = &ranges[0];
        assert_eq!((&first.price, &first.minimum_nights), (&Patch::Set("12.50".to_owned()), &Patch::Set(2)));
        assert_eq!((&first.status, &first.maximum_nights), (&Patch::Keep, &Patch::Keep));
    }

    #[test]
    fn what_is_empty_stays_or_is_reset() {
        let edit = command(&form(&[("night", "2030-01-01"), ("reset", "true"), ("price", ""), ("status", "")]))
            .expect("an edit");
        let range = edit.ranges.expect("ranges").remove(0);
        assert_eq!((range.price, range.minimum_nights, range.status), (Patch::Clear, Patch::Clear, Patch::Keep));
        assert!(command(&form(&[("price", "1")])).is_err(), "no night is ticked");
        assert!(command(&form(&[("night", "2030-01-01"), ("minimumNights", "two")])).is_err());
    }
}
