//! Dates, stays and instants.

use domain::instants::{Edge, to_text};
use domain::stays::{Stay, StayDate};
use domain::time_zones::TimeZone;

use crate::{lines, read, read_back};

/// Reads each line as a date, an instant and a time zone, and the first two dates as a stay.
pub(crate) fn dates(data: &[u8]) {
    let mut dates = Vec::new();
    let mut zone = TimeZone::default();
    for line in lines(data) {
        zone = read_back(line).unwrap_or(zone);
        if let Some(date) = read_back::<StayDate>(line) {
            let text = date.to_string();
            assert!(text.len() == 10 && line.starts_with(&text) && !text.starts_with("0000"), "{line:?}");
            dates.push(date);
        }
        if let Some(edge) = read::<Edge>(line) {
            let text = to_text(edge.instant());
            assert_eq!((text.len(), read(&text)), (24, Some(edge)), "{line:?}");
            zone.today(edge.instant());
        }
    }
    if let [check_in, check_out, ..] = *dates {
        stay(check_in, check_out);
    }
}

fn stay(check_in: StayDate, check_out: StayDate) {
    let Ok(stay) = Stay::new(check_in, check_out) else { return assert_no_stay(check_in, check_out) };
    let nights: Vec<_> = stay.nights().collect();
    assert!((1..=730).contains(&nights.len()), "{stay}");
    assert_eq!(i32::try_from(nights.len()), Ok(stay.night_count().get()), "{stay}");
    assert!(nights.is_sorted() && nights.iter().all(|night| stay.contains(*night)), "{stay}");
    assert_eq!((nights[0], stay.contains(check_out)), (check_in, false), "{stay}");
    assert!(stay.overlaps(stay) && stay.to_string() == format!("{check_in}/{check_out}"), "{stay}");
}

/// Whether dates make a stay is decided by their distance.
fn assert_no_stay(check_in: StayDate, check_out: StayDate) {
    let nights = (check_out.as_date() - check_in.as_date()).num_days();
    assert!(!(1..=730).contains(&nights), "{check_in} to {check_out}");
}
