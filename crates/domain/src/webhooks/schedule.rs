//! The schedule of repeated attempts.

use chrono::{DateTime, TimeDelta, Utc};
use sha2::{Digest, Sha256};

use super::{DisabledReason, Outcome, Webhook};
use crate::ids::EventId;

/// The times between attempts, after each failure in a row.
const DELAYS: [TimeDelta; 9] = [
    TimeDelta::seconds(5),
    TimeDelta::minutes(5),
    TimeDelta::minutes(30),
    TimeDelta::hours(2),
    TimeDelta::hours(5),
    TimeDelta::hours(10),
    TimeDelta::hours(14),
    TimeDelta::hours(20),
    TimeDelta::hours(24),
];
/// The longest time for which a receiver can ask to be left alone.
const MAX_RETRY_AFTER: TimeDelta = TimeDelta::hours(24);
/// The largest deviation from a delay, in per mille of it.
const JITTER: i32 = 100;

/// The consequence of an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The event is delivered.
    Delivered,
    /// The event is tried again at this time.
    Retry(DateTime<Utc>),
    /// The webhook is disabled.
    Disable(DisabledReason),
}

impl Webhook {
    /// Judges the outcome of an attempt that ended at a time.
    ///
    /// A receiver that answers 429 or 503 is left alone for as long as it asks, but not for a shorter time than after
    /// any other failure: else it would use up its attempts within seconds.
    pub fn judge(&self, event: EventId, outcome: Outcome, at: DateTime<Utc>) -> Verdict {
        let asked = match outcome {
            Outcome::Answered { status: 200..=299, .. } => return Verdict::Delivered,
            Outcome::Answered { status: 410, .. } => return Verdict::Disable(DisabledReason::Gone),
            Outcome::Answered { status: 429 | 503, retry_after: Some(after) } => after.from(at).min(MAX_RETRY_AFTER),
            Outcome::Answered { .. } | Outcome::Failed(_) => TimeDelta::zero(),
        };
        let failures = self.progress().consecutive_failures;
        match DELAYS.get(failures as usize) {
            Some(delay) => Verdict::Retry(at + self.spread(*delay, event, failures).max(asked)),
            None => Verdict::Disable(DisabledReason::Failing),
        }
    }

    /// Varies a delay by up to 10 %, differently for each webhook, event and failure, so that receivers that failed
    /// together are not tried again together.
    fn spread(&self, delay: TimeDelta, event: EventId, failures: u32) -> TimeDelta {
        let mut hash = Sha256::new();
        hash.update(self.id().as_uuid());
        hash.update(event.as_uuid());
        hash.update(failures.to_be_bytes());
        let [first, second, ..] = <[u8; 32]>::from(hash.finalize());
        let per_mille = i32::from(u16::from_be_bytes([first, second])) % (2 * JITTER + 1) - JITTER;
        delay + delay * per_mille / 1000
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::super::fixture::{scope, webhook};
    use super::super::{DeliveryFailure, Progress, RetryAfter, WebhookParts};
    use super::*;
    use crate::access::fixture::at;

    fn failing(failures: u32) -> Webhook {
        let parts = webhook(&scope()).into_parts();
        let progress = Progress { consecutive_failures: failures, ..parts.progress };
        Webhook::from_parts(WebhookParts { progress, ..parts })
    }

    fn event() -> EventId {
        EventId::new(Uuid::from_u128(77))
    }

    const fn answered(status: u16) -> Outcome {
        Outcome::Answered { status, retry_after: None }
    }

    #[test]
    fn an_event_is_delivered_by_a_status_of_success_only() {
        for (outcome, delivered) in [
            (answered(200), true),
            (answered(204), true),
            (answered(299), true),
            (answered(199), false),
            (answered(301), false),
            (answered(307), false),
            (answered(400), false),
            (answered(500), false),
            (Outcome::Failed(DeliveryFailure::TimedOut), false),
        ] {
            let verdict = failing(0).judge(event(), outcome, at());
            assert_eq!(verdict == Verdict::Delivered, delivered, "{outcome:?}");
            assert_eq!(matches!(verdict, Verdict::Retry(_)), !delivered, "{outcome:?}");
        }
    }

    #[test]
    fn a_failure_is_tried_again_after_the_delay_of_its_number_and_the_tenth_disables() {
        for (failures, delay) in (0..).zip(DELAYS) {
            let Verdict::Retry(next) = failing(failures).judge(event(), answered(500), at()) else {
                panic!("tried again after {failures}")
            };
            let bounds = delay - delay / 10..=delay + delay / 10;
            assert!(bounds.contains(&(next - at())), "{failures}: {}", next - at());
        }
        let last = failing(9).judge(event(), answered(500), at());
        assert_eq!(last, Verdict::Disable(DisabledReason::Failing));
    }

    #[test]
    fn delays_differ_between_events() {
        let next = |event| failing(3).judge(EventId::new(Uuid::from_u128(event)), answered(500), at());
        assert!((1..9).any(|event| next(event) != next(0)));
        assert_eq!(next(0), next(0));
    }

    #[test]
    fn a_receiver_that_is_gone_gets_nothing_more() {
        assert_eq!(failing(0).judge(event(), answered(410), at()), Verdict::Disable(DisabledReason::Gone));
    }

    #[test]
    fn a_receiver_that_asks_for_time_gets_it_within_bounds() {
        let asked = |status, retry_after| {
            let outcome = Outcome::Answered { status, retry_after: Some(retry_after) };
            match failing(0).judge(event(), outcome, at()) {
                Verdict::Retry(next) => next - at(),
                other => panic!("{other:?}"),
            }
        };
        let hour = TimeDelta::hours(1);
        for status in [429, 503] {
            assert_eq!(asked(status, RetryAfter::Seconds(3600)), hour);
            assert_eq!(asked(status, RetryAfter::At(at() + hour)), hour);
            assert_eq!(asked(status, RetryAfter::Seconds(u32::MAX)), TimeDelta::hours(24));
            assert_eq!(asked(status, RetryAfter::At(DateTime::<Utc>::MAX_UTC)), TimeDelta::hours(24));
            for early in [RetryAfter::Seconds(0), RetryAfter::At(at() - hour)] {
                assert!(asked(status, early) >= TimeDelta::milliseconds(4500));
            }
        }
        assert!(asked(500, RetryAfter::Seconds(3600)) < TimeDelta::seconds(6), "only 429 and 503 may ask");
    }
}
