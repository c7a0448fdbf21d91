//! The changes, and the tenants that are told of each. Changes of what tenants share are in `shared_cases.rs`.

use domain::events::EventType;
use serde_json::{Value, json};

use super::scene::{Scene, Who, new_name, succeeds};
use super::shared_cases::shared;
use crate::operators::path;
use crate::support::{Client, data, id_of};

use EventType::*;
use Who::{Default, Importer, Itself, Owner};

/// A change that leaves an event.
pub(super) struct Case {
    pub(super) event: EventType,
    /// The tenants that are told of the change and of who made it.
    pub(super) own: &'static [Who],
    /// The tenants that are told of the change, but not of who made it.
    pub(super) others: &'static [Who],
    pub(super) make: fn(&Scene, &Texts) -> Changed,
}

/// The texts of a case, each in no other case.
pub(super) struct Texts {
    /// A text for all tenants that are told.
    pub(super) told: String,
    /// A text for those that are told of who made the change.
    pub(super) private: String,
    /// A text for no event.
    pub(super) secret: String,
}

impl Texts {
    pub(super) fn of(number: usize) -> Self {
        let [told, private, secret] = ["Told", "Private", "Secret"].map(|word| format!("{word} {number}."));
        Self { told, private, secret }
    }
}

/// The changed resource, and the data of the event for some of the tenants.
pub(super) struct Changed {
    pub(super) resource: String,
    /// A position before that of the event, if events about the resource have been told before.
    pub(super) after: u64,
    pub(super) data: Vec<(Who, Value)>,
}

impl Changed {
    pub(super) fn new(resource: String, data: Vec<(Who, Value)>) -> Self {
        Self { resource, after: 0, data }
    }
}

impl From<&str> for Changed {
    fn from(resource: &str) -> Self {
        Self::new(resource.to_owned(), vec![])
    }
}

impl From<String> for Changed {
    fn from(resource: String) -> Self {
        Self::new(resource, vec![])
    }
}

pub(super) const fn case(
    event: EventType,
    own: &'static [Who],
    others: &'static [Who],
    make: fn(&Scene, &Texts) -> Changed,
) -> Case {
    Case { event, own, others, make }
}

pub(super) fn cases() -> impl Iterator<Item = Case> {
    [of_administration(), of_tenants_resources(), of_webhooks(), shared()].into_iter().flatten()
}

pub(super) fn created(client: &Client, path: &str, body: &Value) -> String {
    id_of(&data(201, &client.post(path, body)))
}

fn of_administration() -> Vec<Case> {
    fn tenant(scene: &Scene, name: &str) -> String {
        id_of(&data(200, &scene.world().calry().post("/api/v1/tenants", &json!({ "name": name }))))
    }
    fn set(scene: &Scene, verb: &str) -> Changed {
        let path = format!("/api/v1/tenants/{}/{verb}", scene.target);
        succeeds(&scene.world().calry().put(&path, &json!({})));
        scene.target.as_str().into()
    }
    vec![
        // The first start of the server has created it.
        case(WorkspaceCreated, &[Default], &[], |scene, _| scene.world().workspace.as_str().into()),
        case(WorkspaceUpdated, &[Default], &[], |scene, texts| {
            succeeds(&scene.world().calry().patch("/api/v1/workspace", &json!({ "name": texts.told })));
            scene.world().workspace.as_str().into()
        }),
        case(WorkspaceSuspended, &[Default], &[], |scene, _| {
            let operator = scene.world().operator();
            for action in ["suspend", "resume"] {
                succeeds(&operator.put(&format!("{}/{action}", path(&scene.world().workspace)), &json!({})));
            }
            scene.world().workspace.as_str().into()
        }),
        // The case before has resumed it.
        case(WorkspaceResumed, &[Default], &[], |scene, _| scene.world().workspace.as_str().into()),
        case(TenantCreated, &[Default, Itself], &[], |scene, texts| tenant(scene, &texts.told).into()),
        case(TenantUpdated, &[Default, Itself], &[], |scene, texts| {
            let id = tenant(scene, "Channel");
            let path = format!("/api/v1/tenants/{id}");
            succeeds(&scene.world().calry().patch(&path, &json!({ "description": texts.told })));
            id.into()
        }),
        case(TenantDeactivated, &[Default, Itself], &[], |scene, _| set(scene, "deactivate")),
        case(TenantActivated, &[Default, Itself], &[], |scene, _| set(scene, "activate")),
        // The tenant itself is told too, but can read it no more.
        case(TenantDeleted, &[Default], &[], |scene, texts| {
            let id = tenant(scene, &texts.told);
            succeeds(&scene.world().calry().delete(&format!("/api/v1/tenants/{id}")));
            id.into()
        }),
        // An administrator looks into another tenant, which is not told.
        case(UserSwitched, &[Default], &[], |scene, _| {
            let path = format!("/api/v1/tenants/{}/switch", scene.bystander);
            succeeds(&scene.world().bearer().put(&path, &json!({})));
            scene.world().user.as_str().into()
        }),
    ]
}

fn of_tenants_resources() -> Vec<Case> {
    fn location(scene: &Scene, name: &str) -> String {
        created(&scene.importer(), "/api/v1/locations", &json!({ "name": name }))
    }
    fn user(scene: &Scene, name: &str) -> String {
        let email = format!("{}@example.com", new_name());
        let body = json!({ "name": name, "email": email, "role": "venue" });
        created(&scene.importer(), "/api/v1/users", &body)
    }
    fn key(scene: &Scene, name: &str) -> String {
        let body = json!({ "name": name, "user_id": user(scene, "Ada Lovelace"), "permission": "READ" });
        created(&scene.importer(), "/api/v1/api-keys", &body)
    }
    vec![
        case(LocationCreated, &[Importer], &[], |scene, texts| location(scene, &texts.told).into()),
        case(LocationUpdated, &[Importer], &[], |scene, texts| {
            let id = location(scene, "Lobby");
            succeeds(&scene.importer().patch(&format!("/api/v1/locations/{id}"), &json!({ "city": texts.told })));
            id.into()
        }),
        case(LocationDeleted, &[Importer], &[], |scene, texts| {
            let id = location(scene, &texts.told);
            succeeds(&scene.importer().delete(&format!("/api/v1/locations/{id}")));
            id.into()
        }),
        case(UserCreated, &[Importer], &[], |scene, texts| user(scene, &texts.told).into()),
        case(UserUpdated, &[Importer], &[], |scene, texts| {
            let id = user(scene, "Ada Lovelace");
            succeeds(&scene.importer().patch(&format!("/api/v1/users/{id}"), &json!({ "name": texts.told })));
            id.into()
        }),
        case(UserDeleted, &[Importer], &[], |scene, texts| {
            let id = user(scene, &texts.told);
            succeeds(&scene.importer().delete(&format!("/api/v1/users/{id}")));
            id.into()
        }),
        case(ApiKeyCreated, &[Importer], &[], |scene, texts| key(scene, &texts.told).into()),
        case(ApiKeyRevoked, &[Importer], &[], |scene, texts| {
            let id = key(scene, &texts.told);
            succeeds(&scene.importer().delete(&format!("/api/v1/api-keys/{id}")));
            id.into()
        }),
    ]
}

fn of_webhooks() -> Vec<Case> {
    const WEBHOOKS: &str = "/api/v1/webhooks";
    fn webhook(scene: &Scene, description: &str) -> String {
        // No event of this type comes after it.
        let body = json!({
            "url": "http://127.0.0.1:9/", "types": ["workspace.created"], "description": description,
        });
        created(&scene.owner(), WEBHOOKS, &body)
    }
    /// Creates a webhook and calls these operations on it.
    fn operate(scene: &Scene, operations: &[&str]) -> Changed {
        let id = webhook(scene, "Ours");
        for operation in operations {
            succeeds(&scene.owner().put(&format!("{WEBHOOKS}/{id}/{operation}"), &json!({})));
        }
        id.into()
    }
    vec![
        case(WebhookCreated, &[Owner], &[], |scene, texts| webhook(scene, &texts.told).into()),
        case(WebhookUpdated, &[Owner], &[], |scene, texts| {
            let id = webhook(scene, "Ours");
            succeeds(&scene.owner().patch(&format!("{WEBHOOKS}/{id}"), &json!({ "description": texts.told })));
            id.into()
        }),
        case(WebhookDisabled, &[Owner], &[], |scene, _| operate(scene, &["disable"])),
        case(WebhookEnabled, &[Owner], &[], |scene, _| operate(scene, &["disable", "enable"])),
        case(WebhookSecretRotated, &[Owner], &[], |scene, _| operate(scene, &["rotate-secret"])),
        case(WebhookDeleted, &[Owner], &[], |scene, texts| {
            let id = webhook(scene, &texts.told);
            succeeds(&scene.owner().delete(&format!("{WEBHOOKS}/{id}")));
            id.into()
        }),
    ]
}
