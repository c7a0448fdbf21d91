//! Random ids, words and unknown ids.

use uuid::Uuid;

/// An id that no instance has.
pub const UNKNOWN: &str = "0192f0c1-7b1e-7000-8000-000000000000";

/// Returns a random id.
pub(crate) fn new_id() -> String {
    Uuid::new_v4().to_string()
}

/// Returns a random word that occurs nowhere by chance.
pub(crate) fn new_mark() -> String {
    format!("zq{}", &Uuid::new_v4().simple().to_string()[..14])
}

/// Returns an unknown id that differs from another in its random part only: ids begin with the time, so both have the
/// same place in a list.
pub(crate) fn unknown_like(id: &str) -> String {
    match id.len().checked_sub(12).and_then(|cut| id.split_at_checked(cut)) {
        Some((time, _)) => format!("{time}{}", &Uuid::new_v4().simple().to_string()[..12]),
        None => new_id(),
    }
}

/// Returns the text with every id in it replaced: answers that make something have new ids.
pub(crate) fn without_ids(text: &str) -> String {
    let mut rest = text;
    let mut kept = String::new();
    while let Some(head) = rest.chars().next() {
        if rest.get(..36).is_some_and(|word| Uuid::try_parse(word).is_ok()) {
            kept.push('#');
            rest = &rest[36..];
        } else {
            kept.push(head);
            rest = &rest[head.len_utf8()..];
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_id_has_the_time_of_the_other() {
        let unknown = unknown_like(UNKNOWN);
        assert_eq!((unknown.len(), &unknown[..24]), (36, &UNKNOWN[..24]));
        assert_ne!(unknown, UNKNOWN);
        assert_eq!(unknown_like("short").len(), 36);
    }

    #[test]
    fn ids_are_replaced_and_all_else_is_kept() {
        assert_eq!(without_ids(&format!("é{UNKNOWN},{UNKNOWN}x")), "é#,#x");
    }
}
