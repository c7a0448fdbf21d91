//! A running service with its first workspace.

mod browser;
mod client;
mod collector;
pub(crate) mod document;
mod fleet;
mod load;
mod market;
mod receiver;
mod server;
mod stream;
mod waiting;
mod wire;

use std::env;
use std::str::FromStr;
use std::thread;

use serde_json::{Value, json};

pub(crate) use self::browser::Browser;
pub(crate) use attack::{booking, guest, listing_fields, promotion_fields, stay};

pub(crate) use self::client::{Answer, Client, Page};
pub(crate) use self::collector::{Collector, attribute};
pub(crate) use self::fleet::Fleet;
pub(crate) use self::load::{Load, is_unavailable};
pub(crate) use self::market::{Market, data, quoted};
pub(crate) use self::receiver::{Delivery, Receiver};
pub(crate) use self::server::{DATABASE_PASSWORD, Engine, SECRET_KEY, Server, migrate, output, run, spawn};
pub(crate) use self::stream::EventStream;
pub(crate) use self::waiting::{REVOKED_WITHIN, refused_within_a_second};
pub(crate) use self::wire::Wire;
pub(crate) use testkit::{PATIENCE, until, until_so};

/// Returns the number in an environment variable that sets the size of a test, or the small one by default.
pub(crate) fn number_of<T: FromStr>(variable: &str, otherwise: T) -> T {
    let told = env::var(variable).ok();
    told.map_or(otherwise, |told| told.parse().ok().unwrap_or_else(|| panic!("{variable} is not a valid number")))
}

/// A server with a first workspace and a key to it.
pub(crate) struct World {
    pub(crate) server: Server,
    pub(crate) key: String,
    pub(crate) workspace: String,
    pub(crate) user: String,
}

/// A workspace that was created on the command line.
pub(crate) struct OtherWorkspace {
    pub(crate) workspace: String,
    pub(crate) key: String,
    pub(crate) tenant: String,
}

impl World {
    /// Starts the service on a fresh database.
    pub(crate) fn start(engine: Engine) -> Self {
        Self::of(Server::start(engine))
    }

    /// Returns the world of a server that was started on a fresh database.
    pub(crate) fn of(server: Server) -> Self {
        let [workspace, user, key] = ["workspace", "user", "API key"]
            .map(|label| server.greeting(label).expect("the first start prints a greeting"));
        Self { server, key, workspace, user }
    }

    /// Returns the administrator's client, with the header of the venue contract.
    pub(crate) fn bearer(&self) -> Client {
        self.client().bearer(&self.key)
    }

    /// Returns the administrator's client, with the header of the travel contract.
    pub(crate) fn calry(&self) -> Client {
        self.client().calry(&self.key)
    }

    /// Returns a browser in which the administrator is signed in.
    pub(crate) fn browser(&self) -> Browser {
        Browser::signed_in(&self.server.base, &self.key)
    }

    /// Creates a key of an operator.
    pub(crate) fn operator_key(&self) -> String {
        let made = run(&self.server.url(), &["operator-key", "create", "--name", "Test", "--json"]);
        let made: Value = serde_json::from_str(&made.expect("a key")).expect("JSON");
        made["operatorKey"].as_str().expect("a key").to_owned()
    }

    /// Returns the client of an operator with a new key.
    pub(crate) fn operator(&self) -> Client {
        self.client().bearer(&self.operator_key())
    }

    /// Returns a client without a key.
    pub(crate) fn client(&self) -> Client {
        Client::new(&self.server.base)
    }

    /// Creates a tenant, to which the administrator is moved, and returns it.
    pub(crate) fn tenant(&self, name: &str) -> Value {
        let answer = self.bearer().post("/api/v1/tenants", &json!({ "name": name }));
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.json["data"].clone()
    }

    /// Creates a tenant and returns its id.
    pub(crate) fn tenant_id(&self, name: &str) -> String {
        id_of(&self.tenant(name))
    }

    /// Creates a location of the tenant and returns its id.
    pub(crate) fn location_id(&self, tenant: &str, name: &str) -> String {
        let answer = self.calry().named(tenant).post("/api/v1/locations", &json!({ "name": name }));
        assert_eq!(answer.status, 201, "{}", answer.text);
        id_of(&answer.json["data"])
    }

    /// Returns the default tenant.
    pub(crate) fn default_tenant(&self) -> Value {
        let listed = self.calry().get("/api/v1/tenants?per_page=1");
        listed.json["data"][0].clone()
    }

    /// Creates a key of a new user whose home is the tenant.
    pub(crate) fn key_in(&self, tenant: &str, permission: &str) -> String {
        self.key_of(&self.user_in(tenant, "tenant"), permission)
    }

    /// Creates another key of any user, as the operator.
    pub(crate) fn key_of(&self, user: &str, permission: &str) -> String {
        let url = self.server.url();
        let made = run(
            &url,
            &["key", "create", "--workspace", &self.workspace, "--user", user, "--permission", permission, "--json"],
        );
        let made: Value = serde_json::from_str(&made.expect("a key")).expect("JSON");
        made["apiKey"].as_str().expect("a key").to_owned()
    }

    /// Creates a user whose home is the tenant; returns its id.
    pub(crate) fn user_in(&self, tenant: &str, role: &str) -> String {
        let users = self.calry().named(tenant);
        let email = format!("{}@example.com", uuid::Uuid::new_v4());
        let body = json!({ "name": "Grace Hopper", "email": email, "role": role });
        let answer = users.post("/api/v1/users", &body);
        assert_eq!(answer.status, 201, "{}", answer.text);
        id_of(&answer.json["data"])
    }

    /// Creates an integration account of the tenant that allows imports; returns its id.
    pub(crate) fn account(&self, tenant: &str) -> String {
        let identifier = uuid::Uuid::new_v4().to_string();
        let body =
            json!({ "name": "Host", "provider": "GUESTY", "accountIdentifier": identifier, "authType": "API_KEY" });
        let answer = self.calry().named(tenant).post("/api/v1/integration-account", &body);
        assert_eq!(answer.status, 201, "{}", answer.text);
        id_of(&answer.json["data"])
    }

    /// Creates a listing in New York, of an account of the tenant; returns its id.
    pub(crate) fn listing(&self, tenant: &str, account: &str) -> String {
        let mut body = listing_fields(&uuid::Uuid::new_v4().to_string());
        body["integrationAccountID"] = account.into();
        let answer = self.calry().named(tenant).post("/api/v1/listing", &body);
        assert_eq!(answer.status, 201, "{}", answer.text);
        id_of(&answer.json["data"])
    }

    /// Creates a promotion for January 2030, of an account of the tenant, without assignments; returns its id.
    pub(crate) fn promotion(&self, tenant: &str, account: &str) -> String {
        let mut body = promotion_fields(&uuid::Uuid::new_v4().to_string());
        body["integrationAccountID"] = account.into();
        let answer = self.calry().named(tenant).post("/api/v1/promotions", &body);
        assert_eq!(answer.status, 201, "{}", answer.text);
        id_of(&answer.json["data"])
    }

    /// Creates another workspace on the same server.
    pub(crate) fn other_workspace(&self) -> OtherWorkspace {
        let made = run(&self.server.url(), &["workspace", "create", "--name", "Others Inc.", "--json"]);
        let made: Value = serde_json::from_str(&made.expect("a workspace")).expect("JSON");
        let text = |name: &str| made[name].as_str().expect("a text").to_owned();
        OtherWorkspace { workspace: text("workspaceID"), key: text("apiKey"), tenant: text("tenantID") }
    }
}

/// A tenant with an account, in which it creates listings.
pub(crate) struct Host {
    pub(crate) client: Client,
    pub(crate) account: String,
}

impl Host {
    pub(crate) fn open(world: &World, name: &str) -> Self {
        let tenant = world.tenant_id(name);
        let account = world.account(&tenant);
        Self { client: world.calry().named(&tenant), account }
    }

    /// Returns the body of a listing of the account: the required fields and these.
    pub(crate) fn body(&self, provider_id: &str, fields: &Value) -> Value {
        let mut body = listing_fields(provider_id);
        body["integrationAccountID"] = self.account.as_str().into();
        for (field, value) in fields.as_object().expect("fields") {
            body[field] = value.clone();
        }
        body
    }

    /// Creates a listing and returns it.
    pub(crate) fn listing(&self, provider_id: &str, fields: &Value) -> Value {
        let answer = self.client.post("/api/v1/listing", &self.body(provider_id, fields));
        assert_eq!(answer.status, 201, "{}", answer.text);
        answer.json["data"].clone()
    }
}

/// Returns the id of a resource.
pub(crate) fn id_of(tenant: &Value) -> String {
    tenant["id"].as_str().expect("an id").to_owned()
}

/// Runs the work in several threads at once; returns the results.
pub(crate) fn at_once<T: Send>(workers: usize, work: impl Fn(usize) -> T + Sync) -> Vec<T> {
    thread::scope(|scope| {
        let work = &work;
        let workers: Vec<_> = (0..workers).map(|number| scope.spawn(move || work(number))).collect();
        workers.into_iter().map(|worker| worker.join().expect("no panic")).collect()
    })
}
