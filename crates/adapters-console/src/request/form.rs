//! Forms that were sent, as commands of the use cases.

use std::collections::BTreeMap;
use std::fmt::{self, Display};

use application::{FieldErrors, Idempotent, Input, InvalidInput, Outcome, Precondition, Unreadable};
use domain::idempotency::{IdempotentRequest, Reply};
use serde::de::DeserializeOwned;
use serde_json::Value;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::response::fields::{Field, Kind};
use crate::response::form::{ONCE, SEEN, Values};
use crate::response::refused::Refused;

/// The longest number in a field.
const MOST_DIGITS: usize = 40;

/// A form of the session.
#[derive(Debug, Clone, Default)]
pub(crate) struct Form {
    pub(crate) values: Values,
    path: String,
}

impl Form {
    pub(crate) fn new(path: &str, pairs: Vec<(String, String)>) -> Self {
        Self { values: Values(pairs), path: path.to_owned() }
    }

    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.values.get(name)
    }

    /// Reads the command that the fields make. A name with dots is a field of an object. An empty field is null, which clears
    /// it.
    ///
    /// # Errors
    /// Field errors, where a number is not a number.
    pub(crate) fn command<C: DeserializeOwned>(&self, fields: &[Field]) -> Result<Input<C>, Refused> {
        Ok(read(&self.json(fields, |_| true)?))
    }

    /// Reads the command that creates something. An empty field is left out, so that it gets its default.
    ///
    /// # Errors
    /// Field errors, where a number is not a number.
    pub(crate) fn creation<C: DeserializeOwned>(&self, fields: &[Field]) -> Result<Input<C>, Refused> {
        Ok(read(&self.json(fields, |value| value != "null")?))
    }

    fn json(&self, fields: &[Field], is_sent: fn(&str) -> bool) -> Result<String, InvalidInput> {
        let (mut object, mut errors) = (Object::default(), FieldErrors::new());
        for field in fields {
            match self.value(field) {
                Ok(Some(value)) if is_sent(&value) => object.put(field.name, value),
                Ok(_) => {}
                Err(message) => drop(errors.insert(field.name.to_owned(), vec![message])),
            }
        }
        if errors.is_empty() { Ok(object.to_string()) } else { Err(errors.into()) }
    }

    /// Returns the value of a field, or `None` if the form does not have it.
    fn value(&self, field: &Field) -> Result<Option<String>, String> {
        let sent = self.values.get(field.name);
        let text = |text: &str| if text.trim().is_empty() { Value::Null } else { text.replace("\r\n", "\n").into() };
        let value: Option<Value> = match &field.kind {
            Kind::Number => return sent.map(|sent| number(field, sent.trim())).transpose(),
            Kind::Flag => Some((sent == Some("true")).into()),
            Kind::Lines => sent.map(|sent| sent.lines().map(str::trim).filter(|line| !line.is_empty()).collect()),
            Kind::Maybe => sent.map(|sent| sent.parse::<bool>().map_or(Value::Null, Value::from)),
            Kind::Text | Kind::LongText | Kind::Date | Kind::Choice(_) | Kind::Hidden => sent.map(text),
        };
        Ok(value.map(|value| value.to_string()))
    }

    /// Returns the idempotency of a form that creates something: sent twice, it creates once. `id` is that of what is made.
    pub(crate) fn once<T: 'static>(&self, id: impl Fn(&T) -> Uuid + Send + Sync + 'static) -> Idempotent<T> {
        Idempotent::new(self.repeatable(), move |made| reply(id(&made)))
    }

    /// Returns the key and the fingerprint of the form.
    pub(crate) fn repeatable(&self) -> Option<IdempotentRequest> {
        let key = format!("console-{}", self.get(ONCE)?).parse().ok()?;
        let parts = self.values.0.iter().flat_map(|(name, value)| [name, value]);
        let hash = [&self.path]
            .into_iter()
            .chain(parts)
            .fold(Sha256::new(), |hash, part| hash.chain_update((part.len() as u64).to_be_bytes()).chain_update(part));
        Some(IdempotentRequest { key, fingerprint: hash.finalize().into() })
    }

    /// Returns the condition that the thing is as it was when the form was filled.
    pub(crate) fn unchanged<T: 'static>(&self, seen: impl Fn(&T) -> String + Send + Sync + 'static) -> Precondition<T> {
        match self.get(SEEN).map(str::to_owned) {
            Some(expected) => Precondition::new(move |found| found.is_some_and(|found| seen(found) == expected)),
            None => Precondition::default(),
        }
    }
}

fn read<C: DeserializeOwned>(json: &str) -> Input<C> {
    let read = serde_json::from_str(json);
    read.map_err(|error| Unreadable::Malformed(format!("The form cannot be read: {error}.")))
}

/// Returns the id of what a form has made, now or when it was sent before.
pub(crate) fn made<T>(done: Outcome<T>, id: impl Fn(&T) -> Uuid) -> String {
    String::from_utf8_lossy(&done.reply(|made| reply(id(&made))).body).into_owned()
}

fn reply(id: Uuid) -> Reply {
    Reply { status: 303, body: id.to_string().into_bytes() }
}

/// Reads a number, whose digits stay as they were typed.
fn number(field: &Field, sent: &str) -> Result<String, String> {
    match sent {
        "" => Ok("null".to_owned()),
        sent if sent.len() <= MOST_DIGITS && serde_json::from_str::<f64>(sent).is_ok() => Ok(sent.to_owned()),
        _ => Err(format!("The field “{}” must be a number, like 12.50.", field.label)),
    }
}

/// A JSON object whose values are JSON texts, so that numbers keep their digits.
#[derive(Default)]
struct Object(BTreeMap<String, Json>);

enum Json {
    Value(String),
    Object(Object),
}

impl Object {
    /// Puts a value at a path of names with dots between.
    fn put(&mut self, path: &str, value: String) {
        match path.split_once('.') {
            None => drop(self.0.insert(path.to_owned(), Json::Value(value))),
            Some((first, rest)) => {
                if let Json::Object(inner) =
                    self.0.entry(first.to_owned()).or_insert_with(|| Json::Object(Self::default()))
                {
                    inner.put(rest, value);
                }
            }
        }
    }
}

impl Display for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, (name, value)) in self.0.iter().enumerate() {
            write!(f, "{}{}:", if place == 0 { '{' } else { ',' }, Value::from(name.as_str()))?;
            match value {
                Json::Value(value) => f.write_str(value)?,
                Json::Object(inner) => inner.fmt(f)?,
            }
        }
        f.write_str(if self.0.is_empty() { "{}" } else { "}" })
    }
}

#[cfg(test)]
mod tests {
    use application::Problem;

    use super::*;

    fn json(pairs: &[(&str, &str)], fields: &[Field]) -> Result<String, String> {
        let pairs = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Form::new("/", pairs).json(fields, |_| true).map_err(|error| {
            error.field_errors().into_iter().flatten().map(|(name, _)| name.clone()).collect::<Vec<_>>().join(",")
        })
    }

    #[test]
    fn fields_become_the_values_of_a_command() {
        let fields = [
            Field::text("name", "Name"),
            Field::number("address.coordinates.lat", "Latitude"),
            Field::text("address.city", "City"),
            Field::flag("allowImport", "Imports"),
            Field::maybe("pets", "Pets"),
            Field::lines("ids", "Ids"),
        ];
        for (pairs, expected) in [
            (&[][..], r#"{"allowImport":false}"#),
            (
                &[("name", " "), ("address.coordinates.lat", ""), ("pets", "")],
                r#"{"address":{"coordinates":{"lat":null}},"allowImport":false,"name":null,"pets":null}"#,
            ),
            (
                &[
                    ("name", "say \"x\""),
                    ("address.coordinates.lat", "40.70"),
                    ("address.city", "a\r\nb"),
                    ("allowImport", "true"),
                ],
                r#"{"address":{"city":"a\nb","coordinates":{"lat":40.70}},"allowImport":true,"name":"say \"x\""}"#,
            ),
            (
                &[("pets", "false"), ("ids", " a \r\n\r\nb"), ("unknown", "x")],
                r#"{"allowImport":false,"ids":["a","b"],"pets":false}"#,
            ),
        ] {
            assert_eq!(json(pairs, &fields).as_deref(), Ok(expected));
        }
    }

    #[test]
    fn numbers_keep_their_digits_and_nothing_else_is_a_number() {
        let fields = [Field::number("price", "Price"), Field::number("nights", "Nights")];
        assert_eq!(
            json(&[("price", " 0.10 "), ("nights", "3")], &fields).as_deref(),
            Ok(r#"{"nights":3,"price":0.10}"#)
        );
        for bad in ["1,5", "x", "1}", "\"1\"", "NaN", "1 2", &"1".repeat(41)] {
            assert_eq!(json(&[("price", bad), ("nights", bad)], &fields), Err("nights,price".to_owned()), "{bad}");
        }
    }
}
