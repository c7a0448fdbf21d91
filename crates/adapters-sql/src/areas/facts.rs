//! Facts and data of events, as JSON.

use domain::audit::Fact;
use domain::events::Datum;
use serde_json::Value;
use thiserror::Error;
use uuid::Uuid;

/// A stored value of another kind.
#[derive(Debug, Clone, Copy, Error)]
#[error("facts that are not an object of simple values")]
pub(crate) struct NoFacts;

pub(crate) fn fact_to_json(fact: Fact) -> Value {
    match fact {
        Fact::Null => Value::Null,
        Fact::Bool(value) => value.into(),
        Fact::Integer(value) => value.into(),
        Fact::Text(value) => value.into(),
    }
}

pub(crate) fn to_fact(value: Value) -> Result<Fact, NoFacts> {
    match value {
        Value::Null => Ok(Fact::Null),
        Value::Bool(value) => Ok(Fact::Bool(value)),
        Value::Number(value) => value.as_i64().map(Fact::Integer).ok_or(NoFacts),
        Value::String(value) => Ok(Fact::Text(value)),
        Value::Array(_) | Value::Object(_) => Err(NoFacts),
    }
}

/// Converts named values to an object.
pub(crate) fn to_object<N: Into<String>, T>(
    values: impl IntoIterator<Item = (N, T)>,
    to_json: impl Fn(T) -> Value,
) -> Value {
    Value::Object(values.into_iter().map(|(name, value)| (name.into(), to_json(value))).collect())
}

/// Reads named values, sorted by name: the engines do not preserve another order.
pub(crate) fn named<T>(json: Value, read: impl Fn(Value) -> Result<T, NoFacts>) -> Result<Vec<(String, T)>, NoFacts> {
    let Value::Object(values) = json else { return Err(NoFacts) };
    let named = values.into_iter().map(|(name, value)| Ok((name, read(value)?)));
    let mut named = named.collect::<Result<Vec<_>, _>>()?;
    named.sort_by(|(one, _), (other, _)| one.cmp(other));
    Ok(named)
}

pub(crate) fn datum_to_json(datum: Datum) -> Value {
    match datum {
        Datum::Fact(fact) => fact_to_json(fact),
        Datum::Ids(ids) => ids_to_json(ids),
    }
}

pub(crate) fn to_datum(value: Value) -> Result<Datum, NoFacts> {
    match value {
        Value::Array(_) => to_ids(value).map(Datum::Ids),
        simple => to_fact(simple).map(Datum::Fact),
    }
}

pub(crate) fn ids_to_json(ids: impl IntoIterator<Item = Uuid>) -> Value {
    ids.into_iter().map(|id| id.to_string()).collect()
}

pub(crate) fn to_ids(value: Value) -> Result<Vec<Uuid>, NoFacts> {
    let Value::Array(values) = value else { return Err(NoFacts) };
    values.into_iter().map(|value| value.as_str().and_then(|id| id.parse().ok()).ok_or(NoFacts)).collect()
}
