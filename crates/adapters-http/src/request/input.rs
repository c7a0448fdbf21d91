//! Fields of bodies and queries, for serde.

use std::fmt;
use std::marker::PhantomData;

use domain::patch::Patch;
use serde::de::{Error, IgnoredAny, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

/// Reads a boolean of a query, for serde. A parameter without a value, like `?dryRun`, is an error, because its meaning
/// is not clear.
pub(crate) fn flag<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    String::deserialize(deserializer)?.parse().map_err(|_| Error::custom("expected true or false"))
}

/// Reads a field that is there, for serde: null clears it. An absent one is kept, by `default`.
pub(crate) fn sent<'de, D, T>(deserializer: D) -> Result<Patch<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    Option::deserialize(deserializer).map(Patch::from)
}

/// A list of at most `MOST` items, plus one, by which validation sees that there are too many. Further items are
/// skipped, because a small body can contain more items than memory should.
#[derive(Debug, PartialEq)]
pub(crate) struct BoundedVec<T, const MOST: usize>(pub(crate) Vec<T>);

impl<'de, T: Deserialize<'de>, const MOST: usize> Deserialize<'de> for BoundedVec<T, MOST> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(BoundedVisitor(PhantomData))
    }
}

struct BoundedVisitor<T, const MOST: usize>(PhantomData<T>);

impl<'de, T: Deserialize<'de>, const MOST: usize> Visitor<'de> for BoundedVisitor<T, MOST> {
    type Value = BoundedVec<T, MOST>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a sequence")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
        let mut kept = Vec::new();
        while kept.len() <= MOST {
            match items.next_element()? {
                Some(item) => kept.push(item),
                None => return Ok(BoundedVec(kept)),
            }
        }
        while items.next_element::<IgnoredAny>()?.is_some() {}
        Ok(BoundedVec(kept))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::body::parse;
    use crate::response::decimal::Decimal;

    #[derive(Debug, Deserialize)]
    struct Thing {
        #[serde(default, deserialize_with = "sent")]
        name: Patch<String>,
        #[serde(default, deserialize_with = "sent")]
        share: Patch<Decimal>,
    }

    #[test]
    fn absent_null_and_present_are_told_apart() {
        for (json, name) in
            [("{}", Patch::Keep), (r#"{"name":null}"#, Patch::Clear), (r#"{"name":"x"}"#, Patch::Set("x"))]
        {
            let thing: Thing = parse(json.as_bytes()).expect("readable");
            assert_eq!(thing.name, name.map(str::to_owned), "{json}");
        }
        for (json, share) in
            [("{}", Patch::Keep), (r#"{"share":null}"#, Patch::Clear), (r#"{"share":1.50}"#, Patch::Set("1.50"))]
        {
            let thing: Thing = parse(json.as_bytes()).expect("readable");
            let found = thing.share.map(|share| share.to_string());
            assert_eq!(found, share.map(str::to_owned), "{json}");
        }
    }

    #[test]
    fn of_too_many_items_one_more_than_fits_is_kept() {
        #[derive(Debug, PartialEq, Deserialize)]
        struct Things {
            things: Option<BoundedVec<i64, 2>>,
        }
        for (json, kept) in [
            ("{}", None),
            (r#"{"things":null}"#, None),
            (r#"{"things":[]}"#, Some(vec![])),
            (r#"{"things":[1,2]}"#, Some(vec![1, 2])),
            (r#"{"things":[1,2,3]}"#, Some(vec![1, 2, 3])),
            (r#"{"things":[1,2,3,4,"5",{}]}"#, Some(vec![1, 2, 3])),
        ] {
            assert_eq!(parse::<Things>(json.as_bytes()), Ok(Things { things: kept.map(BoundedVec) }), "{json}");
        }
        for (json, message) in [
            (r#"{"things":5}"#, "at things: invalid type: integer `5`, expected an array"),
            (r#"{"things":[1,"2"]}"#, "at things[1]: invalid type: string"),
            (r#"{"things":[1,2,3,4,5"#, "EOF while parsing"),
            (r#"{"things":[1,2,3,4,x]}"#, "expected value"),
        ] {
            let refused = parse::<Things>(json.as_bytes()).expect_err(json).to_string();
            assert!(refused.contains(message), "{json}: {refused}");
        }
    }
}
