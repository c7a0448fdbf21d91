//! Readers of fields in JSON bodies and in queries, for serde.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Error, IgnoredAny, SeqAccess, Unexpected, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use serde_json::value::RawValue;

/// Reads a boolean of a query. A parameter without a value, like `?dryRun`, is an error, because its meaning is not
/// clear.
pub(crate) fn flag<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    String::deserialize(deserializer)?.parse().map_err(|_| Error::custom("expected true or false"))
}

/// Reads whether a field is `true`. Any other value is ignored.
pub(crate) fn is_true<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    Value::deserialize(deserializer).map(|value| value == Value::Bool(true))
}

/// Reads a whole number, or a text of one.
pub(crate) fn integer<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<i64>, D::Error> {
    let read: Option<Integer> = Deserialize::deserialize(deserializer)?;
    Ok(read.map(|Integer(number)| number))
}

struct Integer(i64);

impl<'de> Deserialize<'de> for Integer {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct IntegerVisitor;

        impl Visitor<'_> for IntegerVisitor {
            type Value = Integer;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a whole number")
            }

            fn visit_i64<E: Error>(self, number: i64) -> Result<Integer, E> {
                Ok(Integer(number))
            }

            fn visit_u64<E: Error>(self, number: u64) -> Result<Integer, E> {
                number.try_into().map(Integer).map_err(|_| E::invalid_value(Unexpected::Unsigned(number), &self))
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Integer, E> {
                text.parse().map(Integer).map_err(|_| E::invalid_value(Unexpected::Str(text), &self))
            }
        }

        deserializer.deserialize_any(IntegerVisitor)
    }
}

/// Reads the digits of a JSON number as they were sent. They never become binary floating point.
pub(crate) fn digits<'de, D, F>(deserializer: D) -> Result<F, D::Error>
where
    D: Deserializer<'de>,
    F: From<Option<String>>,
{
    Option::deserialize(deserializer).map(|digits| digits.map(|Digits(digits)| digits).into())
}

struct Digits(String);

impl<'de> Deserialize<'de> for Digits {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw: Box<RawValue> = Deserialize::deserialize(deserializer)?;
        let found = match raw.get().as_bytes().first() {
            Some(b'-' | b'0'..=b'9') => return Ok(Self(raw.get().to_owned())),
            Some(b'"') => "string",
            Some(b'[') => "sequence",
            Some(b'{') => "map",
            Some(b't' | b'f') => "boolean",
            _ => "null",
        };
        Err(D::Error::invalid_type(Unexpected::Other(found), &"a number"))
    }
}

/// Reads a list of at most `MOST` items, plus one, by which its reader sees that there are too many. Further items are
/// skipped, because a small body can contain more items than memory should.
pub(crate) fn bounded<'de, D, T, F, const MOST: usize>(deserializer: D) -> Result<F, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
    F: From<Option<Vec<T>>>,
{
    let items: Option<BoundedVec<T, MOST>> = Deserialize::deserialize(deserializer)?;
    Ok(items.map(|BoundedVec(items)| items).into())
}

struct BoundedVec<T, const MOST: usize>(Vec<T>);

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
    use domain::events::EventType;
    use domain::patch::Patch;
    use serde::de::DeserializeOwned;

    use super::*;
    use crate::{ChargeFields, EditCalendar, ListingIds, ReplaceCharges, WebhookFields};

    #[derive(Debug, Default, PartialEq, Deserialize)]
    #[serde(default)]
    struct Thing {
        name: Patch<String>,
        #[serde(deserialize_with = "digits")]
        share: Patch<String>,
        #[serde(deserialize_with = "bounded::<_, _, _, 2>")]
        sizes: Option<Vec<i64>>,
        #[serde(deserialize_with = "is_true")]
        is_whole: bool,
    }

    fn parse(json: &str) -> Result<Thing, String> {
        serde_json::from_str(json).map_err(|error| error.to_string())
    }

    #[test]
    fn absent_null_and_present_are_told_apart() {
        for (json, name) in
            [("{}", Patch::Keep), (r#"{"name":null}"#, Patch::Clear), (r#"{"name":"x"}"#, Patch::Set("x"))]
        {
            assert_eq!(parse(json).expect("readable").name, name.map(str::to_owned), "{json}");
        }
        for (json, share) in
            [("{}", Patch::Keep), (r#"{"share":null}"#, Patch::Clear), (r#"{"share":1.50}"#, Patch::Set("1.50"))]
        {
            assert_eq!(parse(json).expect("readable").share, share.map(str::to_owned), "{json}");
        }
    }

    #[test]
    fn numbers_keep_their_digits() {
        for digits in [
            "0",
            "12.50",
            "-0.0",
            "1e1",
            "0.1000000000000000000000000000000000000001",
            "123456789012345678901234567890",
        ] {
            let thing = parse(&format!(r#"{{"share":{digits}}}"#)).expect("a number");
            assert_eq!(thing.share, Patch::Set(digits.to_owned()));
        }
        for (json, found) in [(r#""1""#, "string"), ("[1]", "sequence"), ("{}", "map"), ("true", "boolean")] {
            let refused = parse(&format!(r#"{{"share":{json}}}"#)).expect_err(json);
            assert!(refused.starts_with(&format!("invalid type: {found}, expected a number")), "{refused}");
        }
    }

    #[test]
    fn of_too_many_items_one_more_than_fits_is_kept() {
        for (json, kept) in [
            ("{}", None),
            (r#"{"sizes":null}"#, None),
            (r#"{"sizes":[]}"#, Some(vec![])),
            (r#"{"sizes":[1,2]}"#, Some(vec![1, 2])),
            (r#"{"sizes":[1,2,3]}"#, Some(vec![1, 2, 3])),
            (r#"{"sizes":[1,2,3,4,"5",{}]}"#, Some(vec![1, 2, 3])),
        ] {
            assert_eq!(parse(json).expect(json).sizes, kept, "{json}");
        }
        for (json, message) in [
            (r#"{"sizes":5}"#, "invalid type: integer `5`, expected a sequence"),
            (r#"{"sizes":[1,"2"]}"#, "invalid type: string"),
            (r#"{"sizes":[1,2,3,4,5"#, "EOF while parsing"),
            (r#"{"sizes":[1,2,3,4,x]}"#, "expected value"),
        ] {
            let refused = parse(json).expect_err(json);
            assert!(refused.contains(message), "{json}: {refused}");
        }
    }

    #[test]
    fn no_list_of_a_body_fills_the_memory() {
        fn kept<T: DeserializeOwned>(field: &str, item: &str, length: impl Fn(T) -> Option<usize>) -> Option<usize> {
            let json = format!(r#"{{"{field}":[{}]}}"#, vec![item; 5000].join(","));
            length(serde_json::from_str(&json).expect("readable"))
        }
        let (ids, charges, ranges, types) = (
            kept("listingIDs", r#""""#, |ids: ListingIds| Some(ids.listing_ids?.len())),
            kept("charges", "{}", |charges: ReplaceCharges| Some(charges.charges?.len())),
            kept("ranges", "{}", |edit: EditCalendar| Some(edit.ranges?.len())),
            kept("types", r#""""#, |webhook: WebhookFields| Some(webhook.types.value()?.len())),
        );
        assert_eq!((ids, charges, ranges), (Some(1001), Some(51), Some(367)));
        assert_eq!(types, Some(EventType::ALL.len() + 1));
        let of_charge = kept("listingIDs", r#""""#, |charge: ChargeFields| Some(charge.listing_ids?.len()));
        assert_eq!(of_charge, Some(1001));
    }

    #[test]
    fn only_true_is_true() {
        for (json, expected) in [("{}", false), (r#"{"is_whole":true}"#, true), (r#"{"is_whole":"true"}"#, false)] {
            assert_eq!(parse(json).expect("any value").is_whole, expected, "{json}");
        }
    }
}
