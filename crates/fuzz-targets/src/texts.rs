//! Names, descriptions, domains, addresses and search texts.

use std::fmt::Display;
use std::str::FromStr;

use domain::event_consumers::ConsumerName;
use domain::ids::TenantId;
use domain::listings::WebAddress;
use domain::reservations::{Notes, Phone};
use domain::tenants::DomainName;
use domain::text::{Line, Rank, SearchText, fold, word_beginnings};
use domain::users::{Email, UserName};
use uuid::Uuid;

use crate::{lines, read, read_back};

/// Reads all bytes as notes, and the first two lines as every other kind of text.
pub(crate) fn texts(data: &[u8]) {
    if let Some(notes) = str::from_utf8(data).ok().and_then(bounded::<Notes, 1, 10_000>) {
        assert!(!notes.contains(|c: char| c.is_control() && c != '\n' && c != '\t'), "{notes:?}");
    }
    let mut lines = lines(data);
    let (Some(text), part) = (lines.next(), lines.next().unwrap_or_default()) else { return };
    if let Some(name) = bounded::<UserName, 5, 255>(text) {
        assert!(!name.contains(char::is_control), "{name:?}");
    }
    bounded::<Line<1, 64>, 1, 64>(text);
    bounded::<Phone, 3, 32>(text);
    bounded::<WebAddress, 8, 2048>(text);
    bounded::<ConsumerName, 1, 64>(text);
    if let Some(email) = read::<Email>(text) {
        assert!(email.as_str() == text.trim() && email.as_str().contains('@'), "{text:?}");
    }
    domains(text);
    searches(text, part);
}

/// Reads a text, which is kept as it was sent, without the spaces around it.
fn bounded<T, const MIN: usize, const MAX: usize>(text: &str) -> Option<String>
where
    T: FromStr<Err: Display> + Display,
{
    let kept = read::<T>(text)?.to_string();
    assert_eq!(kept, text.trim());
    assert!((MIN..=MAX).contains(&kept.chars().count()), "{kept:?}");
    assert_eq!(read::<T>(&kept).map(|again| again.to_string()).as_ref(), Some(&kept), "{text:?} reads back");
    Some(kept)
}

/// A domain is in lower case. One can be made from every name.
fn domains(text: &str) {
    if let Some(domain) = read_back::<DomainName>(text) {
        assert!(domain.as_str() == text.to_ascii_lowercase() && text.len() <= 253, "{text:?}");
    }
    let proposals = DomainName::proposals(text, TenantId::new(Uuid::from_u128(7)));
    assert!((1..=2).contains(&proposals.len()), "{text:?}");
    for domain in proposals {
        assert_eq!(read_back::<DomainName>(domain.as_str()), Some(domain.clone()), "{text:?}");
        assert!(domain.as_str().len() <= 63, "{text:?}");
    }
}

/// A folded text stays as it is. A part has a rank exactly in those texts that contain it.
fn searches(text: &str, part: &str) {
    let folded = fold(text);
    assert_eq!(fold(&folded), folded, "{text:?}");
    for beginning in word_beginnings(&folded) {
        assert!((1..=2).contains(&beginning.chars().count()), "{text:?}");
    }
    if let Some(part) = read::<SearchText>(part) {
        let is_in = folded.contains(&fold(part.as_str()));
        assert_eq!(Rank::of(&part, text).is_some(), is_in, "{part} in {text:?}");
    }
}
