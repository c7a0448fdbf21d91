//! The markers of the map: the listings in view, as JSON.

use actix_web::HttpResponse;
use application::{FindListings, List, Paging, ProblemKind, Refusal};
use domain::listings::TenantListing;
use serde::{Deserialize, Serialize};

use crate::request::query;
use crate::request::visit::{Answer, Visit};
use crate::response::refused::Refused;

/// The number of markers that are asked for at a time, and how often.
const PIECE: i64 = 100;
const PIECES: i64 = 5;
/// The longest radius of a search in kilometres.
const MOST_KILOMETRES: f64 = 1000.0;
const EARTH_KILOMETRES: f64 = 6371.0;

/// The part of the earth that a map shows, in degrees.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(default)]
struct View {
    south: f64,
    west: f64,
    north: f64,
    east: f64,
}

impl View {
    /// Returns the centre, and a radius that contains the view, or the largest one.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at most 1000")]
    fn around(self) -> (f64, f64, u32, bool) {
        let (lat, lng) = (f64::midpoint(self.south, self.north), f64::midpoint(self.west, self.east));
        let corners = [self.south, self.north].map(|latitude| distance(lat, lng, latitude, self.east));
        let radius = corners.into_iter().fold(0.1, f64::max);
        let is_cut = radius > MOST_KILOMETRES;
        (lat.clamp(-90.0, 90.0), lng.clamp(-180.0, 180.0), radius.min(MOST_KILOMETRES).ceil() as u32, is_cut)
    }
}

/// Returns the length of the arc between two places in kilometres.
fn distance(lat: f64, lng: f64, other_lat: f64, other_lng: f64) -> f64 {
    let [lat, lng, other_lat, other_lng] = [lat, lng, other_lat, other_lng].map(f64::to_radians);
    let half =
        ((other_lat - lat) / 2.0).sin().powi(2) + lat.cos() * other_lat.cos() * ((other_lng - lng) / 2.0).sin().powi(2);
    2.0 * EARTH_KILOMETRES * half.sqrt().min(1.0).asin()
}

/// A listing on the map.
#[derive(Serialize)]
struct Marker {
    id: String,
    name: String,
    city: Option<String>,
    lat: f64,
    lng: f64,
    imported: bool,
}

#[derive(Serialize)]
struct Markers {
    markers: Vec<Marker>,
    /// Whether the view has more than these.
    more: bool,
}

impl From<&TenantListing> for Marker {
    #[expect(clippy::cast_precision_loss, reason = "degrees need no more digits")]
    fn from(seen: &TenantListing) -> Self {
        let details = seen.listing.details();
        Self {
            id: seen.listing.id().to_string(),
            name: details.name.to_string(),
            city: details.address.city.as_ref().map(ToString::to_string),
            lat: details.place.latitude.billionths() as f64 / 1e9,
            lng: details.place.longitude.billionths() as f64 / 1e9,
            imported: seen.imported_at.is_some(),
        }
    }
}

/// Returns the listings that a map shows, those in its middle first.
pub(super) async fn markers(visit: Visit) -> Answer {
    let view: View = query::read(&visit.query).map_err(Refusal::from)?;
    let filter: FindListings = query::read(&visit.query).map_err(Refusal::from)?;
    let (lat, lng, radius, is_cut) = view.around();
    let mut found = Markers { markers: Vec::new(), more: is_cut };
    for page in 1..=PIECES {
        let filter = FindListings {
            location: Some(format!("{lat:.6},{lng:.6}")),
            radius: Some(radius.to_string()),
            ..filter.clone()
        };
        let paging = Paging { page: Some(page), per_page: Some(PIECE), ..Paging::default() };
        let listed = match visit.console.listings.search(&visit.caller, Ok(List { filter, paging })).await {
            Ok(listed) => listed,
            // There are too many; or the filter is invalid, which the page says.
            Err(refusal) => {
                let refused = Refused::from(refusal);
                if refused.code.kind() != ProblemKind::Invalid {
                    return Err(refused);
                }
                found.more = true;
                break;
            }
        };
        found.markers.extend(listed.items.iter().map(Marker::from));
        if !listed.has_more {
            break;
        }
        found.more |= page == PIECES;
    }
    Ok(HttpResponse::Ok().json(found))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_view_is_searched_by_its_middle_and_its_corners() {
        let (lat, lng, radius, is_cut) = View { south: 40.0, west: -74.0, north: 41.0, east: -73.0 }.around();
        assert_eq!((lat, lng, is_cut), (40.5, -73.5, false));
        assert!((70..=72).contains(&radius), "{radius}");
        let (_, _, radius, is_cut) = View { south: -80.0, west: -180.0, north: 80.0, east: 180.0 }.around();
        assert_eq!((radius, is_cut), (1000, true));
        assert_eq!(View::default().around(), (0.0, 0.0, 1, false));
    }
}
