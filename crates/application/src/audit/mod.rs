//! Audit trail: the actor, action, resource, tenant and time of each change.

use std::sync::Arc;

use domain::access::Caller;
use domain::audit::AuditRecord;
use domain::ids;
use domain::instants::Edge;
use ports::{AuditFilter, AuditQueries, Slice};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::input::Input;
use crate::input::paging::{List, Listed};
use crate::input::reader::{FieldReader, Fields, read};
use crate::outcome::refusal::Refusal;

/// The filter of entries.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct FindAudit {
    /// The action, as a whole word.
    #[param(example = "tenant.create")]
    pub action: Option<String>,
    /// The resource that was changed.
    #[serde(rename = "resourceID")]
    #[param(value_type = Option<uuid::Uuid>)]
    pub resource_id: Option<String>,
    /// The tenant whose trail contains the entry.
    #[serde(rename = "tenantID")]
    #[param(value_type = Option<uuid::Uuid>)]
    pub tenant_id: Option<String>,
    /// The first instant of the period: RFC 3339, with any offset.
    #[param(value_type = Option<chrono::DateTime<chrono::Utc>>)]
    pub since: Option<String>,
    /// The first instant after the period: RFC 3339, with any offset.
    #[param(value_type = Option<chrono::DateTime<chrono::Utc>>)]
    pub until: Option<String>,
}

impl Fields for FindAudit {
    type Values = AuditFilter;

    fn read(&self, r: &mut FieldReader) -> Option<AuditFilter> {
        // The id of any kind of resource.
        let resource_id = self.resource_id.as_deref().map(ids::parse).transpose();
        let resource_id = resource_id.map_err(|error| r.refuse("resourceID", error)).ok().flatten();
        Some(AuditFilter {
            action: r.optional("action", &self.action),
            resource_id,
            tenant_id: r.given("tenantID", &self.tenant_id),
            since: r.given("since", &self.since).map(Edge::instant),
            until: r.given("until", &self.until).map(Edge::instant),
        })
    }
}

/// The use cases of the audit trail.
#[expect(missing_docs, reason = "the ports and settings")]
pub struct Audit {
    pub queries: Arc<dyn AuditQueries>,
}

impl Audit {
    /// Lists the entries that the caller may see, oldest first.
    pub async fn list(&self, caller: &Caller, input: Input<List<FindAudit>>) -> Result<Listed<AuditRecord>, Refusal> {
        let scope = caller.audit_scope()?;
        let (filter, page) = read(&input?)?;
        let Slice { items, has_more } = self.queries.list(&scope, &filter, page).await?;
        let items = items.into_iter().map(|record| record.for_reader(scope.tenant_id())).collect();
        Ok(Listed::new(Slice { items, has_more }, page))
    }

    /// Counts the entries that match.
    pub async fn count(&self, caller: &Caller, input: Input<FindAudit>) -> Result<u64, Refusal> {
        let scope = caller.audit_scope()?;
        let filter = read(&input?)?;
        Ok(self.queries.count(&scope, &filter).await?)
    }
}

#[cfg(test)]
mod tests {
    use domain::access::Permission;
    use domain::audit::Actor;
    use domain::ids::TenantId;
    use domain::ids::{ApiKeyId, AuditId, UserId};
    use ports::{MockAuditQueries, Page, PageStart};
    use testkit::build;

    use super::*;
    use crate::input::Unreadable;
    use crate::input::paging::Paging;
    use crate::outcome::codes::Code;
    use crate::outcome::problem::Problem;

    fn over(queries: MockAuditQueries) -> Audit {
        Audit { queries: Arc::new(queries) }
    }

    #[tokio::test]
    async fn the_default_tenant_reads_all_and_a_channel_its_own() {
        for (caller, tenant) in
            [(build::administrator(), None), (build::channel(Permission::Admin), Some(build::channel_id()))]
        {
            let mut queries = MockAuditQueries::new();
            queries
                .expect_list()
                .withf(move |scope, _, _| scope.tenant_id() == tenant && scope.workspace_id() == build::workspace_id())
                .returning(|_, _, _| Ok(Slice { items: vec![], has_more: false }));
            queries.expect_count().withf(move |scope, _| scope.tenant_id() == tenant).returning(|_, _| Ok(0));
            let audit = over(queries);
            assert!(audit.list(&caller, Ok(List::default())).await.expect("listed").items.is_empty());
            assert_eq!(audit.count(&caller, Ok(FindAudit::default())).await.expect("counted"), 0);
        }
    }

    #[tokio::test]
    async fn entries_are_asked_for_by_filter_and_page() {
        let resource = build::id();
        let mut queries = MockAuditQueries::new();
        queries
            .expect_list()
            .withf(move |_, filter, page| {
                let expected = AuditFilter {
                    action: Some("tenant.create".parse().expect("a text")),
                    resource_id: Some(resource),
                    tenant_id: Some(build::channel_id()),
                    since: Some(build::at()),
                    until: None,
                };
                *filter == expected && *page == Page { start: PageStart::Number(2), size: 5 }
            })
            .returning(|_, _, _| Ok(Slice { items: vec![], has_more: false }));
        let filter = FindAudit {
            action: Some(" tenant.create ".to_owned()),
            resource_id: Some(resource.to_string()),
            tenant_id: Some(build::channel_id().to_string()),
            since: Some(build::at().to_rfc3339()),
            until: None,
        };
        let paging = Paging { page: Some(2), per_page: Some(5), ..Paging::default() };
        over(queries).list(&build::administrator(), Ok(List { filter, paging })).await.expect("listed");
    }

    #[tokio::test]
    async fn a_tenant_learns_which_other_tenant_acted_and_not_which_user() {
        let user = Actor::ApiUser {
            id: UserId::new(build::id()),
            name: "Ada".to_owned(),
            api_key: ApiKeyId::new(build::id()),
        };
        let record = |tenant_id, actor: &Actor| AuditRecord {
            id: AuditId::new(build::id()),
            tenant_id,
            tenant_name: "Seller".to_owned(),
            other_tenant_id: Some(build::channel_id()),
            at: build::at(),
            actor: Some(actor.clone()),
            action: "reservation.create".to_owned(),
            resource_kind: "reservation".to_owned(),
            resource_id: build::id(),
            resource_name: String::new(),
            before: vec![],
            after: vec![],
        };
        let (own, others) = (build::channel_id(), TenantId::new(build::id()));
        let items = vec![record(own, &user), record(others, &user), record(others, &Actor::Operator)];
        for (caller, expected) in [
            (build::administrator(), [Some(&user), Some(&user), Some(&Actor::Operator)]),
            (build::channel(Permission::Admin), [Some(&user), None, Some(&Actor::Operator)]),
        ] {
            let (mut queries, items) = (MockAuditQueries::new(), items.clone());
            queries.expect_list().returning(move |_, _, _| Ok(Slice { items: items.clone(), has_more: false }));
            let listed = over(queries).list(&caller, Ok(List::default())).await.expect("listed");
            let told: Vec<_> = listed.items.iter().map(|record| record.actor.as_ref()).collect();
            assert_eq!(told, expected);
        }
    }

    #[tokio::test]
    async fn a_blank_action_does_not_matter() {
        let mut queries = MockAuditQueries::new();
        queries.expect_count().withf(|_, filter| *filter == AuditFilter::default()).returning(|_, _| Ok(3));
        let filter = FindAudit { action: Some(" ".to_owned()), ..FindAudit::default() };
        assert_eq!(over(queries).count(&build::administrator(), Ok(filter)).await.expect("counted"), 3);
    }

    #[tokio::test]
    async fn all_field_errors_are_reported_by_the_requests_own_names() {
        let filter = || FindAudit {
            action: Some("\0".to_owned()),
            resource_id: Some("x".to_owned()),
            tenant_id: Some(String::new()),
            since: Some("yesterday".to_owned()),
            until: Some("2030-01-31".to_owned()),
        };
        let paging = Paging { page: Some(0), ..Paging::default() };
        let audit = over(MockAuditQueries::new());
        let administrator = build::administrator();
        let listed = audit.list(&administrator, Ok(List { filter: filter(), paging })).await.expect_err("invalid");
        let counted = audit.count(&administrator, Ok(filter())).await.expect_err("invalid");
        let fields = |error: &Refusal| error.field_errors().expect("field errors").keys().cloned().collect::<Vec<_>>();
        assert_eq!(fields(&listed), ["action", "page", "resourceID", "since", "tenantID", "until"]);
        assert_eq!(fields(&counted), ["action", "resourceID", "since", "tenantID", "until"]);
        assert_eq!(
            counted.field_errors().expect("field errors")["resourceID"],
            ["The resource ID must be a valid UUID."]
        );
    }

    #[tokio::test]
    async fn who_may_not_is_told_so_before_the_query_is_looked_at() {
        let audit = over(MockAuditQueries::new());
        let writer = build::channel(Permission::Write);
        let unread = || Unreadable::Malformed(String::new());
        let listed = audit.list(&writer, Err(unread())).await.expect_err("refused");
        let counted = audit.count(&writer, Err(unread())).await.expect_err("refused");
        assert_eq!([listed.code(), counted.code()], [Code::PermissionDenied; 2]);
    }
}
