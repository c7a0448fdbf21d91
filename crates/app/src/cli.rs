//! The command line.

use std::path::PathBuf;

use adapters_http::{AllowedOrigin, Network, Quota};
use clap::{Args, Parser, Subcommand, ValueEnum};
use domain::ids::{OperatorKeyId, TenantId, WorkspaceId};
use serde::Deserialize;

use crate::secret_key::SecretKey;
use crate::telemetry::LogFilter;
use crate::values::{ListenAddress, MapTiles, Number, Seconds};

/// A multi-tenant management service.
#[derive(Debug, Parser)]
#[command(version, about)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
    #[command(flatten)]
    pub(crate) options: Options,
}

/// Settings. A flag overrides a variable, and a variable overrides the file, whose keys are the names of the flags.
#[derive(Debug, Default, Args, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Options {
    /// The database: `sqlite:PATH` or `postgres://…` [default: sqlite:data/tenantry.db]
    // It may contain a password, which help texts must not show.
    #[arg(long, global = true, env = "TENANTRY_DATABASE", value_name = "URL", hide_env_values = true)]
    pub(crate) database: Option<String>,
    /// PostgreSQL without the pooler that `--database` names, for notifications [default: none]
    // It may contain a password, which help texts must not show.
    #[arg(long, global = true, env = "TENANTRY_DATABASE_DIRECT", value_name = "URL", hide_env_values = true)]
    pub(crate) database_direct: Option<String>,
    /// The address to listen on [default: 127.0.0.1:8080]
    #[arg(long, global = true, env = "TENANTRY_LISTEN", value_name = "ADDR")]
    pub(crate) listen: Option<ListenAddress>,
    /// The log filter, like `info` or `info,sqlx=debug` [default: info]
    #[arg(long, global = true, env = "TENANTRY_LOG", value_name = "FILTER")]
    pub(crate) log: Option<LogFilter>,
    /// The log format [default: pretty]
    #[arg(long, global = true, env = "TENANTRY_LOG_FORMAT")]
    pub(crate) log_format: Option<LogFormat>,
    /// Fill a database that has no workspaces with sample data [default: false]
    #[arg(
        long, global = true, env = "TENANTRY_DEMO", value_name = "BOOL",
        num_args = 0..=1, require_equals = true, default_missing_value = "true"
    )]
    pub(crate) demo: Option<bool>,
    /// The settings file [default: tenantry.toml, if it exists]
    #[arg(long, global = true, env = "TENANTRY_CONFIG", value_name = "FILE")]
    #[serde(skip)]
    pub(crate) config: Option<PathBuf>,
    /// The rate limit of each key, like `600/60` for 600 requests in 60 seconds [default: unlimited]
    #[arg(long, global = true, env = "TENANTRY_RATE_LIMIT", value_name = "REQUESTS/SECONDS")]
    pub(crate) rate_limit: Option<Quota>,
    /// The rate limit of all keys of a home tenant together [default: four times `--rate-limit`]
    #[arg(long, global = true, env = "TENANTRY_TENANT_RATE_LIMIT", value_name = "REQUESTS/SECONDS")]
    pub(crate) tenant_rate_limit: Option<Quota>,
    /// The longest lifetime of a new key [default: 366]
    #[arg(long, global = true, env = "TENANTRY_MAX_KEY_AGE", value_name = "DAYS")]
    pub(crate) max_key_age: Option<Number<{ u16::MAX }>>,
    /// The days for which events are kept [default: 30]
    #[arg(long, global = true, env = "TENANTRY_EVENT_RETENTION", value_name = "DAYS")]
    pub(crate) event_retention: Option<Number<{ u16::MAX }>>,
    /// The key that encrypts secrets of webhooks: 32 random bytes in hexadecimal or base64 [default: on SQLite, a file beside the
    /// database]
    // Help texts must not show it.
    #[arg(long, global = true, env = "TENANTRY_SECRET_KEY", value_name = "KEY", hide_env_values = true)]
    pub(crate) secret_key: Option<SecretKey>,
    /// Let webhooks use http and private addresses [default: false]
    #[arg(
        long, global = true, env = "TENANTRY_WEBHOOK_ALLOW_PRIVATE", value_name = "BOOL",
        num_args = 0..=1, require_equals = true, default_missing_value = "true"
    )]
    pub(crate) webhook_allow_private: Option<bool>,
    /// Serve the console, for people, at `/console` [default: true]
    #[arg(long, global = true, env = "TENANTRY_CONSOLE", value_name = "BOOL", num_args = 1)]
    pub(crate) console: Option<bool>,
    /// A server of map tiles for the console, like `https://tiles.example.com/{z}/{x}/{y}.png` [default: none]
    #[arg(long, global = true, env = "TENANTRY_MAP_TILES", value_name = "URL")]
    pub(crate) map_tiles: Option<MapTiles>,
    /// The origins whose web pages may call the API, like `https://app.example.com`, or `*` [default: none]
    #[arg(long, global = true, env = "TENANTRY_CORS_ORIGINS", value_name = "ORIGIN,…", value_delimiter = ',')]
    pub(crate) cors_origins: Option<Vec<AllowedOrigin>>,
    /// The proxies whose forwarding headers are trusted, like `10.0.0.0/8` [default: those on this machine]
    #[arg(long, global = true, env = "TENANTRY_TRUSTED_PROXIES", value_name = "ADDRESS,…", value_delimiter = ',')]
    pub(crate) trusted_proxies: Option<Vec<Network>>,
    /// The time limit of a request [default: 15]
    #[arg(long, global = true, env = "TENANTRY_REQUEST_TIMEOUT", value_name = "SECONDS")]
    pub(crate) request_timeout: Option<Seconds>,
    /// The time limit for the head of a request to arrive [default: 5]
    #[arg(long, global = true, env = "TENANTRY_HEAD_TIMEOUT", value_name = "SECONDS")]
    pub(crate) head_timeout: Option<Seconds>,
    /// The time after which an idle client connection is closed [default: 5]
    #[arg(long, global = true, env = "TENANTRY_KEEP_ALIVE", value_name = "SECONDS")]
    pub(crate) keep_alive: Option<Seconds>,
    /// The time limit for a client to receive a piece of a response [default: 10]
    #[arg(long, global = true, env = "TENANTRY_WRITE_TIMEOUT", value_name = "SECONDS")]
    pub(crate) write_timeout: Option<Seconds>,
    /// The time that requests in flight have at shutdown [default: 30]
    #[arg(long, global = true, env = "TENANTRY_SHUTDOWN_TIMEOUT", value_name = "SECONDS")]
    pub(crate) shutdown_timeout: Option<Seconds>,
    /// The number of threads that serve requests [default: one per processor]
    #[arg(long, global = true, env = "TENANTRY_WORKERS", value_name = "NUMBER")]
    pub(crate) workers: Option<Number<255>>,
    /// The connections of a pool: on PostgreSQL each worker has one; on SQLite all share one for reading [default: 8]
    #[arg(long, global = true, env = "TENANTRY_DATABASE_CONNECTIONS", value_name = "NUMBER")]
    pub(crate) database_connections: Option<Number<{ u16::MAX }>>,
    /// The time that a request waits for a database connection or a lock [default: 1.5]
    #[arg(long, global = true, env = "TENANTRY_DATABASE_WAIT", value_name = "SECONDS")]
    pub(crate) database_wait: Option<Seconds>,
    /// The time limit of a statement [default: 10]
    #[arg(long, global = true, env = "TENANTRY_STATEMENT_TIMEOUT", value_name = "SECONDS")]
    pub(crate) statement_timeout: Option<Seconds>,
}

/// The format of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum LogFormat {
    /// Lines for people to read.
    Pretty,
    /// One JSON object per line, for programs.
    Json,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Serve the API (the default)
    Serve,
    /// Bring the schema of the database up to date
    Migrate(MigrateArguments),
    /// Workspaces
    Workspace {
        #[command(subcommand)]
        command: WorkspaceCommand,
    },
    /// Keys of operators, who create and erase workspaces by the API
    OperatorKey {
        #[command(subcommand)]
        command: OperatorKeyCommand,
    },
    /// Tenants
    Tenant {
        #[command(subcommand)]
        command: TenantCommand,
    },
    /// API keys
    Key {
        #[command(subcommand)]
        command: KeyCommand,
    },
    /// Listings
    Listings {
        #[command(subcommand)]
        command: ListingsCommand,
    },
    /// Events
    Events {
        #[command(subcommand)]
        command: EventsCommand,
    },
    /// Attack a running instance as one tenant attacks another, and report every leak
    Attack(AttackArguments),
    /// Ask the server at `--listen` whether it is ready: for health checks of containers
    Health,
    /// Print the OpenAPI document
    Openapi,
}

#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag")]
pub(crate) struct AttackArguments {
    /// The address of the instance, like `http://127.0.0.1:8080`
    #[arg(value_name = "URL")]
    pub(crate) url: String,
    /// A key, repeated: an ADMIN key of a default tenant makes tenants; keys of other tenants and workspaces attack too
    #[arg(
        long = "key",
        env = "TENANTRY_ATTACK_KEYS",
        value_name = "KEY",
        value_delimiter = ',',
        hide_env_values = true
    )]
    pub(crate) keys: Vec<String>,
    /// A key of operators: makes two workspaces, and erases them afterwards
    #[arg(long, env = "TENANTRY_ATTACK_OPERATOR_KEY", value_name = "KEY", hide_env_values = true)]
    pub(crate) operator_key: Option<String>,
    /// Attack an instance on another machine, which you may attack
    #[arg(long)]
    pub(crate) i_own_this: bool,
    /// The most requests in a second [default: 50, on this machine unlimited]
    #[arg(long, value_name = "NUMBER")]
    pub(crate) rate: Option<Number<{ u16::MAX }>>,
    /// The most requests of the attack
    #[arg(long, value_name = "NUMBER", default_value_t = 50_000)]
    pub(crate) max_requests: u64,
    /// An operation to attack, repeated, by its name in the document [default: all]
    #[arg(long = "operation", value_name = "NAME")]
    pub(crate) operations: Vec<String>,
    /// Go on after a class of leaks
    #[arg(long)]
    pub(crate) all: bool,
    /// Leave everything that was made, and show its keys, so that you can repeat requests
    #[arg(long)]
    pub(crate) keep: bool,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct MigrateArguments {
    /// Distribute the tables over the workers of Citus, by workspace
    #[arg(long)]
    pub(crate) distribute: bool,
    /// A role for servers, which owns nothing: turn row-level security on, and let it do what a server does (PostgreSQL)
    #[arg(long, value_name = "NAME", conflicts_with = "distribute")]
    pub(crate) role: Option<String>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum WorkspaceCommand {
    /// Create a workspace with its default tenant, an API user and an ADMIN key
    Create(CreateWorkspaceArguments),
    /// Import the workspace of a file that `tenant export` has written
    Import(ImportArguments),
}

#[derive(Debug, Args)]
pub(crate) struct CreateWorkspaceArguments {
    /// The workspace's name
    #[arg(long)]
    pub(crate) name: String,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct ImportArguments {
    /// The file of the workspace
    #[arg(value_name = "FILE.db")]
    pub(crate) file: PathBuf,
}

#[derive(Debug, Subcommand)]
pub(crate) enum TenantCommand {
    /// Write a workspace, or one of its tenants, into a new SQLite file, which `serve` serves and `workspace import` imports
    Export(ExportArguments),
}

#[derive(Debug, Args)]
pub(crate) struct ExportArguments {
    /// The workspace's id
    #[arg(long, value_name = "ID")]
    pub(crate) workspace: WorkspaceId,
    /// The id of the tenant to export as a workspace of its own [default: the whole workspace]
    #[arg(long, value_name = "ID")]
    pub(crate) tenant: Option<TenantId>,
    /// The file to write, which must not exist
    #[arg(value_name = "FILE.db")]
    pub(crate) file: PathBuf,
}

#[derive(Debug, Subcommand)]
pub(crate) enum OperatorKeyCommand {
    /// Create a key
    Create(CreateOperatorKeyArguments),
    /// List all keys
    List(ListOperatorKeysArguments),
    /// Revoke a key
    Revoke(RevokeOperatorKeyArguments),
}

#[derive(Debug, Args)]
pub(crate) struct CreateOperatorKeyArguments {
    /// The name of the key, which the operators' trail shows
    #[arg(long)]
    pub(crate) name: String,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct ListOperatorKeysArguments {
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct RevokeOperatorKeyArguments {
    /// The key's id
    #[arg(value_name = "ID")]
    pub(crate) id: OperatorKeyId,
}

#[derive(Debug, Subcommand)]
pub(crate) enum KeyCommand {
    /// Create another key for an API user
    Create(CreateKeyArguments),
}

#[derive(Debug, Args)]
pub(crate) struct CreateKeyArguments {
    /// The workspace's id
    #[arg(long, value_name = "ID")]
    pub(crate) workspace: String,
    /// The API user's id
    #[arg(long, value_name = "ID")]
    pub(crate) user: String,
    /// ADMIN, WRITE or READ
    #[arg(long)]
    pub(crate) permission: String,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum EventsCommand {
    /// Print the events of a workspace, one a line, and those that come until it is stopped
    Tail(TailEventsArguments),
}

#[derive(Debug, Args)]
pub(crate) struct TailEventsArguments {
    /// The workspace's id
    #[arg(long, value_name = "ID")]
    pub(crate) workspace: WorkspaceId,
    /// The id of the tenant whose feed is printed [default: the log of the workspace]
    #[arg(long, value_name = "ID")]
    pub(crate) tenant: Option<TenantId>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ListingsCommand {
    /// Load a file of listings into an integration account
    Load(LoadListingsArguments),
}

#[derive(Debug, Args)]
pub(crate) struct LoadListingsArguments {
    /// The workspace's id
    #[arg(long, value_name = "ID")]
    pub(crate) workspace: String,
    /// The integration account's id
    #[arg(long, value_name = "ID")]
    pub(crate) account: String,
    /// The currency of the prices [default: the workspace's]
    #[arg(long, value_name = "CODE")]
    pub(crate) currency: Option<String>,
    /// A CSV file with the columns `provider_id`, `area`, `neighbourhood`, `latitude`, `longitude`, `room_type`, `price` and
    /// `minimum_nights`
    #[arg(value_name = "FILE.csv")]
    pub(crate) file: PathBuf,
}
