//! The layout of all pages.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use domain::access::Permission;
use domain::ids::TenantId;
use domain::tenants::TenantStatus;
use maud::{DOCTYPE, Markup, html};

use crate::assets;

/// The name of the field with the token that only pages of the session have.
pub(crate) const TOKEN: &str = "_token";

/// The operation of the API that does the same as a page.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Api {
    pub(crate) method: &'static str,
    pub(crate) path: &'static str,
    pub(crate) tag: &'static str,
    pub(crate) operation: &'static str,
}

/// Creates the name of an operation: its method and path, its tag, its id.
pub(crate) const fn api(method: &'static str, path: &'static str, tag: &'static str, operation: &'static str) -> Api {
    Api { method, path, tag, operation }
}

/// The parts of a page that depend on the session.
#[derive(Debug, Clone)]
pub(crate) struct Frame {
    /// The tenant of the page.
    pub(crate) tenant: TenantId,
    pub(crate) tenant_name: String,
    pub(crate) tenant_status: TenantStatus,
    /// Whether the user is at home in the default tenant, and sees the pages of the workspace.
    pub(crate) is_administrator: bool,
    pub(crate) user: String,
    pub(crate) permission: Permission,
    /// The token that every form of the session carries.
    pub(crate) form_token: String,
    /// The path of the page.
    pub(crate) path: String,
    /// The notice of what an action has done.
    pub(crate) notice: Option<&'static str>,
}

/// The sections of a tenant: the path, the name, and the permission that reading takes.
const SECTIONS: [(&str, &str, Permission); 14] = [
    ("", "Overview", Permission::Read),
    ("listings", "Listings", Permission::Read),
    ("find", "Find", Permission::Read),
    ("imports", "Imports", Permission::Read),
    ("reservations", "Reservations", Permission::Read),
    ("quotes", "Quote", Permission::Write),
    ("accounts", "Accounts", Permission::Read),
    ("promotions", "Promotions", Permission::Read),
    ("locations", "Locations", Permission::Read),
    ("users", "Users", Permission::Read),
    ("keys", "Keys", Permission::Admin),
    ("events", "Events", Permission::Read),
    ("webhooks", "Webhooks", Permission::Admin),
    ("audit", "Audit", Permission::Admin),
];

impl Frame {
    /// Returns the address of a page of the tenant.
    pub(crate) fn at(&self, rest: &str) -> String {
        format!("/console/t/{}/{rest}", self.tenant)
    }

    /// Returns a link, marked if it leads to this page or to one above it.
    fn item(&self, to: &str, name: &str, is_root: bool) -> Markup {
        let is_above = !is_root && self.path.strip_prefix(to).is_some_and(|rest| rest.starts_with('/'));
        let is_here = self.path == to || is_above;
        html! { li { a href=(to) aria-current=[is_here.then_some("page")] { (name) } } }
    }

    fn workspace(&self) -> Markup {
        html! {
            @if self.is_administrator {
                nav aria-label="Workspace" {
                    ul { (self.item("/console/", "Workspace", true)) (self.item("/console/tenants", "Tenants", false)) }
                }
            }
        }
    }

    /// Returns the name and the status of the tenant, and its sections.
    fn tenant(&self) -> Markup {
        let status = self.tenant_status.as_str();
        html! {
            div.tenant-banner role="region" aria-label="Tenant" data-status=(status) {
                strong { a href=(self.at("")) { (self.tenant_name) } }
                span.status data-status=(status) { (status.to_lowercase()) }
            }
            nav.sections aria-label="Sections" {
                ul {
                    @for (path, name, needed) in SECTIONS {
                        @if self.permission >= needed { (self.item(&self.at(path), name, path.is_empty())) }
                    }
                }
            }
        }
    }

    fn sign_out(&self) -> Markup {
        html! {
            form.sign-out method="post" action="/console/sign-out" {
                input type="hidden" name=(TOKEN) value=(self.form_token);
                span.user { (self.user) " · " (self.permission.as_str().to_lowercase()) }
                button type="submit" { "Sign out" }
            }
        }
    }
}

/// The content of a page.
pub(crate) struct Body<'a> {
    pub(crate) title: &'a str,
    pub(crate) api: &'a [Api],
    pub(crate) content: Markup,
}

impl Body<'_> {
    /// Returns the page; without a session it has no navigation.
    pub(crate) fn page(self, frame: Option<&Frame>, status: StatusCode) -> HttpResponse {
        let Self { title, api, content } = self;
        let page = html! {
            (DOCTYPE)
            html lang="en" {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="color-scheme" content="light dark";
                    title { (title) @if let Some(frame) = frame { " · " (frame.tenant_name) } " · Tenantry" }
                    link rel="stylesheet" href=(assets::address("console.css"));
                    link rel="icon" href=(assets::address("icon.svg"));
                    @for script in assets::scripts() { script type="module" src=(script) {} }
                }
                body {
                    a.skip href="#content" { "Skip to the content" }
                    header.bar {
                        a.product href="/console/" { "Tenantry" }
                        @if let Some(frame) = frame { (frame.workspace()) (frame.sign_out()) }
                    }
                    @if let Some(frame) = frame { (frame.tenant()) }
                    main #content .narrow[frame.is_none()] {
                        h1 { (title) }
                        @if let Some(notice) = frame.and_then(|frame| frame.notice) { p.notice role="status" { (notice) } }
                        (content)
                    }
                    footer.api {
                        @if api.is_empty() { p { "Everything here is in the API too: " a href="/docs/" { "try it" } "." } }
                        @else {
                            p { "The same by the API:" }
                            ul {
                                @for Api { method, path, tag, operation } in api {
                                    li { a href={ "/docs/#/" (tag) "/" (operation) } { code { (method) " " (path) } } }
                                }
                            }
                        }
                    }
                }
            }
        };
        HttpResponse::build(status).content_type("text/html; charset=utf-8").body(page.into_string())
    }
}
