//! Comparison of the times of two kinds of requests.

use std::time::Instant;

use crate::attacker::Attacker;
use crate::error::Error;
use crate::ids::unknown_like;
use crate::report::Class;
use crate::request::{Request, in_path};
use crate::siege::{Scene, Siege, Target};

/// The pairs of a series.
pub(crate) const PAIRS: usize = 40;
/// The sign test's bound, in standard deviations of chance. One series in 16,000 is beyond it by chance, and two series
/// in the same direction hardly ever.
const BOUND: f64 = 4.0;
/// A difference that a client notices: the ratio of the medians, and their distance in milliseconds.
const LARGE: (f64, f64) = (1.5, 1.0);

/// The times of pairs of requests, in milliseconds: the foreign and the unknown id.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Series(pub(crate) Vec<(f64, f64)>);

/// The result of a comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// The difference may be chance.
    Alike,
    /// The difference is there, and small.
    Differs,
    /// The difference is large.
    DiffersMuch,
}

impl Series {
    /// The sign test: how many more pairs have the slower foreign id, in standard deviations of chance.
    fn deviation(&self) -> f64 {
        let slower = self.0.iter().filter(|(foreign, unknown)| foreign > unknown).count();
        let faster = self.0.iter().filter(|(foreign, unknown)| foreign < unknown).count();
        let [slower, faster] = [slower, faster].map(|count| f64::from(u32::try_from(count).unwrap_or(u32::MAX)));
        if slower + faster == 0.0 { 0.0 } else { (slower - faster) / (slower + faster).sqrt() }
    }

    /// The medians of both.
    pub(crate) fn medians(&self) -> (f64, f64) {
        let median = |times: &mut Vec<f64>| {
            times.sort_by(f64::total_cmp);
            times.get(times.len() / 2).copied().unwrap_or_default()
        };
        let (mut foreign, mut unknown): (Vec<_>, Vec<_>) = self.0.iter().copied().unzip();
        (median(&mut foreign), median(&mut unknown))
    }

    /// Whether the series may be more than chance, so that a second one decides.
    pub(crate) fn is_suspicious(&self) -> bool {
        self.deviation().abs() > BOUND
    }

    /// Judges by a second series.
    pub(crate) fn confirmed_by(&self, second: &Self) -> Verdict {
        let (first, again) = (self.deviation(), second.deviation());
        if !second.is_suspicious() || first.signum() != again.signum() {
            return Verdict::Alike;
        }
        let (foreign, unknown) = second.medians();
        let (less, more) = (foreign.min(unknown), foreign.max(unknown));
        if more > less * LARGE.0 && more - less > LARGE.1 { Verdict::DiffersMuch } else { Verdict::Differs }
    }
}

impl Siege {
    /// Compares the times of a foreign and an unknown id.
    pub(crate) fn time(&mut self, attacker: &Attacker, target: &Target) -> Result<(), Error> {
        for (operation, call) in self.operations.clone() {
            if operation.method != "GET" || !operation.names_one() || operation.is_for_operators() {
                continue;
            }
            let Some(place) = in_path(&operation, &call, &attacker.own).into_iter().next() else { continue };
            let scene = Scene { operation: &operation.name, place: &place.name, kind: target.kind, attacker };
            let foreign = target.side.thing(place.thing);
            let first = self.series(scene, &place.request, foreign)?;
            if !first.is_suspicious() {
                continue;
            }
            let second = self.series(scene, &place.request, foreign)?;
            let (slow, fast) = second.medians();
            let seen = format!("a median of {slow:.3} ms, and {fast:.3} ms for an unknown id, in each of two series");
            match first.confirmed_by(&second) {
                Verdict::Alike => {}
                Verdict::Differs => self.report.warnings.push(format!("{}: {seen}", operation.name)),
                Verdict::DiffersMuch => self.find(Class::Time, scene, &place.request.at(foreign), seen),
            }
        }
        Ok(())
    }

    fn series(&mut self, scene: Scene<'_>, request: &Request, foreign: &str) -> Result<Series, Error> {
        let mut series = Vec::new();
        for number in 0..PAIRS {
            let unknown = unknown_like(foreign);
            let mut timed = |id: &str| {
                let request = request.at(id);
                let start = Instant::now();
                self.send(scene, &request).map(|_| start.elapsed().as_secs_f64() * 1000.0)
            };
            // Neither is always the first.
            series.push(if number % 2 == 0 {
                let foreign = timed(foreign)?;
                (foreign, timed(&unknown)?)
            } else {
                let unknown = timed(&unknown)?;
                (timed(foreign)?, unknown)
            });
        }
        Ok(Series(series))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn series(pair: impl Fn(usize) -> (f64, f64)) -> Series {
        Series((0..PAIRS).map(pair).collect())
    }

    #[test]
    fn noise_without_a_direction_is_no_difference() {
        let noise = series(|at| if at % 2 == 0 { (1.0, 90.0) } else { (1.1, 1.0) });
        assert!(!noise.is_suspicious());
        assert!(!series(|_| (1.0, 1.0)).is_suspicious());
    }

    #[test]
    fn a_difference_in_both_series_is_told_and_a_large_one_is_a_leak() {
        let slower = series(|at| (1.2, if at == 3 { 50.0 } else { 1.1 }));
        assert!(slower.is_suspicious());
        assert_eq!(slower.confirmed_by(&slower), Verdict::Differs);
        let much = series(|_| (5.0, 1.0));
        assert_eq!(slower.confirmed_by(&much), Verdict::DiffersMuch);
        let faster = series(|_| (1.0, 5.0));
        assert_eq!(slower.confirmed_by(&faster), Verdict::Alike);
    }
}
