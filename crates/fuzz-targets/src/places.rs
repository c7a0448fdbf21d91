//! Places, radiuses and distances.

use domain::geography::{Distance, Latitude, Longitude, Place, Radius};
use domain::locations;

use crate::{lines, read, read_back};

/// Reads each line as degrees, as a place and as a radius.
pub(crate) fn places(data: &[u8]) {
    let (mut places, mut radiuses) = (Vec::<Place>::new(), Vec::<Radius>::new());
    for line in lines(data) {
        degrees(line);
        radiuses.extend(read::<Radius>(line));
        if let Some(place) = read::<Place>(line) {
            let text = format!("{},{}", place.latitude, place.longitude);
            assert_eq!(read(&text), Some(place), "{line:?} reads back");
            places.push(place);
        }
    }
    for radius in radiuses {
        assert!((0.0..=0.157).contains(&radius.chord()), "{radius:?} is at most a thousand kilometres");
        assert!(radius <= Radius::of_kilometres(1000) && radius.doubled_up_to(radius) == radius, "{radius:?}");
    }
    if let [one, other, ..] = *places {
        distance(one, other);
    }
}

/// Degrees stay on the globe. A location keeps them as they are written.
fn degrees(line: &str) {
    if let Some(latitude) = read_back::<Latitude>(line) {
        assert!(latitude.billionths().abs() <= 90_000_000_000, "{line:?}");
    }
    if let Some(longitude) = read_back::<Longitude>(line) {
        assert!(longitude.billionths().abs() <= 180_000_000_000, "{line:?}");
    }
    if let Some(latitude) = read_back::<locations::Latitude>(line) {
        assert!(latitude.as_str() == line.trim() && read::<Latitude>(latitude.as_str()).is_some(), "{line:?}");
    }
    if let Some(longitude) = read_back::<locations::Longitude>(line) {
        assert!(longitude.as_str() == line.trim() && read::<Longitude>(longitude.as_str()).is_some(), "{line:?}");
    }
}

/// A distance is the same in both directions, and as a radius it contains the place.
fn distance(one: Place, other: Place) {
    let chord = one.position().squared_chord(other.position());
    assert!((0.0..=4.000_001).contains(&chord), "{one:?} {other:?}");
    let found = Distance::of_squared_chord(chord);
    assert_eq!(found, Distance::of_squared_chord(other.position().squared_chord(one.position())));
    if let Ok(radius) = found.to_string().parse::<Radius>() {
        assert!(chord <= radius.chord() * radius.chord(), "{one:?} {other:?}");
    }
}
