//! Responses of the feed.

use std::collections::BTreeMap;

use actix_web::HttpRequest;
use application::EventPage;
use application::enum_schemas::EventTypeWord;
use domain::audit::{Actor, Fact};
use domain::events::{Datum, Event};
use domain::ids::WorkspaceId;
use serde::Serialize;
use url::form_urlencoded;
use utoipa::ToSchema;
use uuid::Uuid;

use super::walk::Walk;
use crate::response::address::url;
use crate::response::date_time::DateTime;
use crate::response::facts::FactView;
use crate::router::BASE;

/// The beginning of the types about imports.
const IMPORTS: &str = "import.";

/// A page of events.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = EventPage)]
pub(crate) struct EventPageView {
    /// The events, by position.
    data: Vec<EventView>,
    links: EventLinks,
    meta: EventMeta,
}

/// The link to the events after the page.
#[derive(Debug, Serialize, ToSchema)]
struct EventLinks {
    /// The next page, which is always there: it may still be empty.
    #[schema(example = "https://api.example.com/api/v1/events?after=1234")]
    next: String,
}

/// The place of the page in the log.
#[derive(Debug, Serialize, ToSchema)]
struct EventMeta {
    /// The position up to which the log was read. Events that do not concern you, or have other types, are passed over.
    #[schema(example = 1234)]
    position: u64,
    /// Whether more events wait already. It may be true on an empty page, if many events of other types were passed over.
    has_more: bool,
    /// The position of the oldest event that is kept, or of the next one if none is.
    #[schema(example = 17)]
    oldest: u64,
}

impl EventPageView {
    pub(super) fn new(page: EventPage, walk: &Walk) -> Self {
        let EventPage { events, position, has_more, oldest } = page;
        let links = EventLinks { next: next(&walk.request, position) };
        let data = events.into_iter().map(|event| EventView::new(event, walk)).collect();
        Self { data, links, meta: EventMeta { position, has_more, oldest } }
    }
}

/// Returns the link to the events after a position. It keeps the rest of the query.
fn next(request: &HttpRequest, position: u64) -> String {
    let kept = form_urlencoded::parse(request.query_string().as_bytes());
    let kept = kept.filter(|(name, _)| name != "after" && name != "consumer");
    let mut query = form_urlencoded::Serializer::new(String::new());
    let query = query.extend_pairs(kept).append_pair("after", &position.to_string()).finish();
    format!("{}?{query}", url(request, request.path()))
}

/// A change that concerns a tenant.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Event, example = json!({
    "id": "019ac6a4-8a3e-7f10-9b52-0d7c2f9b9a11",
    "position": 1234,
    "type": "reservation.confirmed",
    "timestamp": "2026-11-24T03:08:08.532Z",
    "workspaceID": "019ac69f-11a2-7c41-8d3f-5b1e0c7f4e02",
    "tenantID": "019ac6a0-27b4-7e52-a1c6-6d2f1d8e5f13",
    "actor": { "kind": "api_user", "id": "019ac69f-11a2-7c41-8d3f-5b1fa0b3c944", "name": "Administrator" },
    "resource": {
        "kind": "reservation",
        "id": "019ac6a3-9c5d-7b63-b2d7-7e302e9f6a24",
        "url": "https://api.example.com/api/v1/reservation/019ac6a3-9c5d-7b63-b2d7-7e302e9f6a24"
    },
    "changes": { "status": { "from": "PENDING", "to": "CONFIRMED" } },
    "data": {
        "listingID": "019ac6a1-4e6f-7d74-93e8-8f413fa07b35",
        "integrationAccountID": "019ac6a0-88c1-7a85-84f9-905240b18c46",
        "checkInDate": "2026-12-24",
        "checkOutDate": "2026-12-27",
        "soldByTenantID": "019ac6a0-27b4-7e52-a1c6-6d2f1d8e5f13"
    }
}))]
pub(crate) struct EventView {
    /// The id, by which you know an event that you get twice.
    id: Uuid,
    /// The number in the log of the workspace: 1, 2, 3, …
    #[schema(example = 1234)]
    position: u64,
    #[schema(value_type = EventTypeWord)]
    r#type: String,
    /// The time of the change.
    timestamp: DateTime,
    #[serde(rename = "workspaceID")]
    workspace_id: Uuid,
    /// The tenant in whose feed the event stands. In the log of the workspace, the tenant whose data changed.
    #[serde(rename = "tenantID")]
    tenant_id: Uuid,
    /// The author of the change. Null if it is a user of another tenant.
    actor: Option<EventActorView>,
    resource: EventResourceView,
    /// The changed values of the resource, by the name of the field.
    changes: BTreeMap<String, EventChangeView>,
    /// The ids that you need to act, and other values of the type, by name.
    #[schema(value_type = BTreeMap<String, serde_json::Value>)]
    data: BTreeMap<String, DatumView>,
}

/// The author of a change.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = EventActor)]
struct EventActorView {
    /// `api_user`, or `operator` for the command line and the automatic work of the service.
    #[schema(example = "api_user")]
    kind: &'static str,
    /// The API user; null for the operator.
    id: Option<Uuid>,
    /// The name at that time.
    #[schema(example = "Administrator")]
    name: String,
}

/// The resource that was changed.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = EventResource)]
struct EventResourceView {
    #[schema(example = "reservation")]
    kind: String,
    id: Uuid,
    /// Its URL. Null if resources of the kind cannot be read one by one, or not by you.
    url: Option<String>,
}

/// The value of a field before and after a change: null, true or false, an integer or a text.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = EventChange)]
struct EventChangeView {
    #[schema(value_type = serde_json::Value)]
    from: FactView,
    #[schema(value_type = serde_json::Value)]
    to: FactView,
}

/// One value of `data`.
#[derive(Debug, Serialize)]
#[serde(untagged)]
enum DatumView {
    Fact(FactView),
    Ids(Vec<Uuid>),
}

impl EventView {
    pub(super) fn new(event: Event, walk: &Walk) -> Self {
        Self::of(event, walk.caller.own_scope().workspace_id(), &url(&walk.request, BASE))
    }

    /// Returns the view of an event of the workspace. The resources are below the URL `base`.
    pub(crate) fn of(event: Event, workspace_id: WorkspaceId, base: &str) -> Self {
        let Event {
            id,
            position,
            event_type,
            at,
            tenant_id,
            actor,
            resource_kind,
            resource_id,
            before,
            after,
            data,
            trace: _,
        } = event;
        // An import is of two tenants, of which neither can read the other.
        let is_readable = !event_type.starts_with(IMPORTS) || resource_id == tenant_id.as_uuid();
        let data = data.into_iter().map(|(name, datum)| {
            let value = match datum {
                Datum::Fact(fact) => DatumView::Fact(FactView(fact)),
                Datum::Ids(ids) => DatumView::Ids(ids),
            };
            (name, value)
        });
        Self {
            id: id.as_uuid(),
            position,
            r#type: event_type,
            timestamp: DateTime(at),
            workspace_id: workspace_id.as_uuid(),
            tenant_id: tenant_id.as_uuid(),
            actor: actor.map(EventActorView::from),
            resource: EventResourceView {
                url: path(&resource_kind, resource_id).filter(|_| is_readable).map(|path| format!("{base}{path}")),
                kind: resource_kind,
                id: resource_id,
            },
            changes: changes(before, after),
            data: data.collect(),
        }
    }
}

impl From<Actor> for EventActorView {
    fn from(actor: Actor) -> Self {
        match actor {
            Actor::ApiUser { id, name, api_key: _ } => Self { kind: "api_user", id: Some(id.as_uuid()), name },
            Actor::Operator => Self { kind: "operator", id: None, name: "operator".to_owned() },
        }
    }
}

/// Joins the values before and after the change. A value that was or is not there is null.
fn changes(before: Vec<(String, Fact)>, after: Vec<(String, Fact)>) -> BTreeMap<String, EventChangeView> {
    let null = || FactView(Fact::Null);
    let mut changes: BTreeMap<_, _> =
        before.into_iter().map(|(name, from)| (name, EventChangeView { from: FactView(from), to: null() })).collect();
    for (name, to) in after {
        changes.entry(name).or_insert_with(|| EventChangeView { from: null(), to: null() }).to = FactView(to);
    }
    changes
}

/// Returns the path of a resource below the base path, if resources of its kind can be read one by one.
fn path(kind: &str, id: Uuid) -> Option<String> {
    let collection = match kind {
        "workspace" => return Some("/workspace".to_owned()),
        "tenant" => "tenants",
        "location" => "locations",
        "user" => "users",
        "integration_account" => "integration-account",
        "listing" => "listing",
        "promotion" => "promotions",
        "reservation" => "reservation",
        "webhook" => "webhooks",
        // API keys are only listed. A kind of another version of the program is unknown.
        _ => return None,
    };
    Some(format!("/{collection}/{id}"))
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;
    use domain::ids::{ApiKeyId, EventId, TenantId, UserId};
    use serde_json::json;

    use super::*;
    use crate::ROUTER;

    const BASE_URL: &str = "https://api.example.com/api/v1";

    fn event(kind: &str, actor: Option<Actor>) -> Event {
        let text = |text: &str| text.to_owned();
        Event {
            id: EventId::new(Uuid::from_u128(1)),
            position: 1234,
            event_type: text("reservation.confirmed"),
            at: chrono::DateTime::UNIX_EPOCH,
            tenant_id: TenantId::new(Uuid::from_u128(2)),
            actor,
            resource_kind: text(kind),
            resource_id: Uuid::from_u128(3),
            before: vec![(text("holdExpiresAt"), Fact::from("2030-01-01")), (text("status"), Fact::from("PENDING"))],
            after: vec![(text("isPaid"), Fact::Bool(true)), (text("status"), Fact::from("CONFIRMED"))],
            data: vec![
                (text("listingIDs"), Datum::Ids(vec![Uuid::from_u128(4)])),
                (text("moved"), Datum::Fact(Fact::Integer(5))),
            ],
            trace: None,
        }
    }

    fn view(event: Event) -> serde_json::Value {
        let workspace = WorkspaceId::new(Uuid::from_u128(9));
        serde_json::to_value(EventView::of(event, workspace, BASE_URL)).expect("JSON")
    }

    #[test]
    fn an_event_has_the_members_of_the_contract() {
        let id = |last: u8| format!("00000000-0000-0000-0000-00000000000{last}");
        let user = Uuid::from_u128(5);
        let actor = Actor::ApiUser { id: UserId::new(user), name: "Ada".to_owned(), api_key: ApiKeyId::new(user) };
        assert_eq!(
            view(event("reservation", Some(actor))),
            json!({
                "id": id(1), "position": 1234, "type": "reservation.confirmed", "timestamp": "1970-01-01T00:00:00.000Z",
                "workspaceID": id(9), "tenantID": id(2),
                "actor": { "kind": "api_user", "id": id(5), "name": "Ada" },
                "resource": { "kind": "reservation", "id": id(3), "url": format!("{BASE_URL}/reservation/{}", id(3)) },
                "changes": {
                    "holdExpiresAt": { "from": "2030-01-01", "to": null },
                    "isPaid": { "from": null, "to": true },
                    "status": { "from": "PENDING", "to": "CONFIRMED" },
                },
                "data": { "listingIDs": [id(4)], "moved": 5 },
            })
        );
        assert_eq!(view(event("reservation", None))["actor"], json!(null));
        let operator = json!({ "kind": "operator", "id": null, "name": "operator" });
        assert_eq!(view(event("reservation", Some(Actor::Operator)))["actor"], operator);
    }

    #[test]
    fn a_resource_has_the_url_of_its_get_if_there_is_one() {
        for kind in
            ["tenant", "location", "user", "integration_account", "listing", "promotion", "reservation", "workspace"]
        {
            let view = view(event(kind, None));
            let url = view["resource"]["url"].as_str().expect(kind);
            let path = url.strip_prefix("https://api.example.com").expect("absolute");
            assert!(ROUTER.pattern_of(path).is_some(), "{path}");
        }
        for kind in ["api_key", "of another version"] {
            assert_eq!(view(event(kind, None))["resource"]["url"], json!(null), "{kind}");
        }
    }

    #[test]
    fn an_import_has_the_url_of_the_tenant_itself_only() {
        let url = |tenant, resource_kind: &str| {
            let tenant_id = TenantId::new(Uuid::from_u128(tenant));
            let event = Event { event_type: "import.created".to_owned(), tenant_id, ..event(resource_kind, None) };
            view(event)["resource"]["url"].clone()
        };
        assert!(url(3, "tenant").is_string());
        assert_eq!(url(2, "tenant"), json!(null));
        assert_eq!(url(2, "integration_account"), json!(null));
    }

    #[test]
    fn a_link_leads_on_and_keeps_the_query() {
        for (query, expected) in [
            ("", "after=7"),
            ("?after=3&limit=5", "limit=5&after=7"),
            ("?after=latest&types=user.*%2Clisting.updated&wait=20", "types=user.*%2Clisting.updated&wait=20&after=7"),
            ("?consumer=billing&scope=workspace", "scope=workspace&after=7"),
        ] {
            let request = TestRequest::with_uri(&format!("/api/v1/events{query}")).to_http_request();
            assert_eq!(next(&request, 7), format!("/api/v1/events?{expected}"));
        }
    }
}
