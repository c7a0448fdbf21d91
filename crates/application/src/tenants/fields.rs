//! The fields of a tenant, as sent.

use domain::patch::Patch;
use domain::tenants::{Restated, RestatedError, TenantEdit, TenantStatus};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::input::bodies::bodies;
use crate::input::enum_schemas::TenantStatusWord;
use crate::input::reader::{FieldReader, Fields};

bodies! {
    CreateTenantBody: TenantFields = "name" (nullable "domain");
    ReplaceTenantBody: TenantFields = "name";
}

/// The fields of a tenant. In an update, an absent field is left unchanged and null clears a field. You may send a
/// whole tenant back, but `isDefault`, `status` and `is_trashed` must be as the tenant has them, or as a new one gets
/// them: other operations change them.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[schema(as = UpdateTenantBody)]
#[expect(missing_docs, reason = "the fields of a tenant")]
pub struct TenantFields {
    /// The name, of at least 5 characters. POST and PUT require it.
    #[serde(default)]
    #[schema(value_type = Option<String>, nullable = false, example = "Channel A", min_length = 5, max_length = 255)]
    pub name: Patch<String>,
    /// A DNS name or label, unique in the workspace. The default is derived from the name.
    #[serde(default)]
    #[schema(value_type = Option<String>, nullable = false, example = "channel-a", max_length = 253)]
    pub domain: Patch<String>,
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 10_000)]
    pub description: Patch<String>,
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 255)]
    pub address: Patch<String>,
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 255)]
    pub city: Patch<String>,
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 32)]
    pub post_code: Patch<String>,
    /// ISO 3166-1 alpha-2.
    #[serde(default)]
    #[schema(value_type = Option<String>, example = "US", pattern = "^([A-Za-z]{2})?$")]
    pub country_code: Patch<String>,
    #[serde(rename = "isDefault")]
    pub is_default: Option<bool>,
    #[schema(value_type = Option<TenantStatusWord>)]
    pub status: Option<String>,
    pub is_trashed: Option<bool>,
    /// Whether a new tenant becomes the caller's current one.
    #[serde(skip)]
    #[schema(ignore)]
    pub moves_caller: bool,
}

impl TenantFields {
    /// Returns the fields of a new tenant or a replacement. An absent name becomes null, which is refused.
    #[must_use]
    pub fn complete(self) -> Self {
        Self { name: Patch::Clear.then(self.name), ..self }
    }
}

impl Fields for TenantFields {
    type Values = (TenantEdit, Restated);

    fn read(&self, r: &mut FieldReader) -> Option<Self::Values> {
        let edit = TenantEdit {
            name: r.keep("name", &self.name),
            domain: r.keep("domain", &self.domain),
            description: r.clear("description", &self.description),
            address: r.clear("address", &self.address),
            city: r.clear("city", &self.city),
            post_code: r.clear("post_code", &self.post_code),
            country: r.clear("country_code", &self.country_code),
        };
        let status = r.given("status", &self.status);
        Some((edit, Restated { is_default: self.is_default, status, is_trashed: self.is_trashed }))
    }
}

/// Refuses the fields that only other operations can change, if they differ from the values of the tenant.
pub(super) fn refuse_changes(r: &mut FieldReader, restated: &Restated, is_default: bool, status: TenantStatus) {
    if let Err(RestatedError { field_errors }) = restated.check(is_default, status) {
        for (field, phrase) in field_errors {
            r.refuse(field, phrase);
        }
    }
}
