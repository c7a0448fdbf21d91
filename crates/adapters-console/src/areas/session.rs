//! Signing in and out.

use actix_web::http::StatusCode;
use actix_web::http::header::SET_COOKIE;
use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use application::Refusal;
use domain::access::{AccessError, TenantChoice};
use domain::api_keys::{ApiKeyParts, ApiKeyToken};
use maud::html;

use crate::request::browser::client_address;
use crate::request::form::Form;
use crate::request::route::{act, read_form};
use crate::request::visit::{Answer, Visit, console};
use crate::request::{cookie, query};
use crate::response::done::see_other;
use crate::response::layout::{Api, Body, api};
use crate::response::refused::Refused;

const API: &[Api] = &[api("GET", "/api/v1/users/me", "users", "getMe")];
const SIGN_IN: &str = "/console/sign-in";
/// The page after signing in, unless another one was asked for.
const START: &str = "/console/";

pub(crate) fn routes(config: &mut ServiceConfig) {
    config
        .route("/sign-in", web::get().to(form))
        .route("/sign-in", web::post().to(sign_in))
        .route("/sign-out", act(sign_out));
}

/// Shows the form. A link with a code signs in only when its button is pressed, because mail programs open links too.
async fn form(request: HttpRequest) -> HttpResponse {
    let values = query::values(&request);
    let to = values.get("to").unwrap_or(START).to_owned();
    page(&to, values.get("code"), None)
}

fn page(to: &str, code: Option<&str>, refused: Option<&Refused>) -> HttpResponse {
    let content = html! {
        @if let Some(refused) = refused { (refused.notice(&[])) }
        form.edit method="post" action=(SIGN_IN) {
            input type="hidden" name="to" value=(to);
            @if let Some(code) = code {
                input type="hidden" name="code" value=(code);
                p { "This link signs you in once, with the first key of the workspace." }
            } @else {
                label.field {
                    span { "API key" }
                    input type="password" name="key" required autocomplete="off" spellcheck="false" autofocus;
                    small.hint { "The key is exchanged for one that lasts eight hours at most. It is not kept." }
                }
            }
            p { button type="submit" { "Sign in" } }
        }
    };
    let status = refused.map_or(StatusCode::OK, Refused::status);
    Body { title: "Sign in", api: API, content }.page(None, status)
}

/// Exchanges a key, or the code of a link, for the key of a session.
async fn sign_in(request: HttpRequest, payload: web::Payload) -> HttpResponse {
    let form = match read_form(&request, payload).await {
        Ok(form) => form,
        Err(refused) => return refused.page(None, Some(SIGN_IN)),
    };
    let to = form.get("to").filter(|to| is_page(to)).unwrap_or(START);
    match begin(&request, &form).await {
        Ok((key, seconds)) => {
            let mut answer = see_other(to);
            answer.headers_mut().insert(SET_COOKIE, cookie::begin(&request, &key, seconds));
            answer
        }
        Err(refused) => page(to, None, Some(&refused)),
    }
}

async fn begin(request: &HttpRequest, form: &Form) -> Result<(String, i64), Refused> {
    let console = console(request);
    if client_address(request, &console.shared.settings().is_trusted_proxy)
        .is_some_and(|address| !console.shared.may_sign_in(address))
    {
        return Err(Refused::limited("Too many attempts to sign in. Try again in a minute.", 60));
    }
    let unauthenticated = || Refused::from(Refusal::Access(AccessError::Unauthenticated));
    let token: ApiKeyToken = match form.get("code") {
        Some(code) => console.shared.redeem(code).ok_or_else(unauthenticated)?,
        None => form.get("key").and_then(|key| key.trim().parse().ok()).ok_or_else(unauthenticated)?,
    };
    let caller = console.authentication.authenticate(&token, TenantChoice::Home).await?;
    let made = console.api_keys.begin_session(&caller).await?;
    let ApiKeyParts { created_at, expires_at, .. } = made.api_key.into_parts();
    Ok((made.token.reveal(), (expires_at - created_at).num_seconds()))
}

/// Whether the text is the path of a page of the console, and not an address elsewhere.
fn is_page(to: &str) -> bool {
    to.starts_with(START) && !to.contains("//") && !to.contains('\\') && to.bytes().all(|c| c.is_ascii_graphic())
}

async fn sign_out(visit: Visit, _: Form) -> Answer {
    visit.console.api_keys.end_session(&visit.home).await?;
    let mut answer = see_other(SIGN_IN);
    answer.headers_mut().insert(SET_COOKIE, cookie::end(visit.request()));
    Ok(answer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signing_in_leads_to_pages_of_the_console_alone() {
        for (to, expected) in [
            ("/console/", true),
            ("/console/t/x/listings?page=2", true),
            ("https://evil.example/console/", false),
            ("//evil.example/console/", false),
            ("/console/../x//evil", false),
            ("/console/\\evil", false),
            ("/console/\r\nset-cookie: x", false),
            ("/docs", false),
        ] {
            assert_eq!(is_page(to), expected, "{to}");
        }
    }
}
