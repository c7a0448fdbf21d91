//! Changed values of resources, as JSON.

use domain::audit::Fact;
use serde::{Serialize, Serializer};

/// A changed value: null, true or false, an integer or a text.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct FactView(pub(crate) Fact);

impl Serialize for FactView {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0 {
            Fact::Null => serializer.serialize_unit(),
            Fact::Bool(value) => serializer.serialize_bool(*value),
            Fact::Integer(value) => serializer.serialize_i64(*value),
            Fact::Text(value) => serializer.serialize_str(value),
        }
    }
}
