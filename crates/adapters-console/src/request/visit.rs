//! A request of a signed-in user.

use std::str::FromStr;

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use application::fairness::{Client, works_for};
use application::{Code, Refusal};
use domain::access::{AccessError, Caller, TenantChoice};
use domain::ids::TenantId;
use maud::Markup;
use uuid::Uuid;

use super::{cookie, query, token};
use crate::response::done::Done;
use crate::response::form::{EditForm, Values};
use crate::response::layout::{Api, Body, Frame};
use crate::response::refused::Refused;
use crate::state::Console;

/// A UUID that no resource has.
const NIL: &str = "00000000-0000-0000-0000-000000000000";

/// The result of a handler.
pub(crate) type Answer = Result<HttpResponse, Refused>;

/// A request of a signed-in user.
pub(crate) struct Visit {
    pub(crate) console: web::Data<Console>,
    /// The user in the tenant of the address; without one, at home.
    pub(crate) caller: Caller,
    /// The user with the authority of its home tenant.
    pub(crate) home: Caller,
    pub(crate) frame: Frame,
    /// The query, without parameters that are empty.
    pub(crate) query: Values,
    request: HttpRequest,
}

/// The refusal of a request, with the frame of its page if the user is known.
pub(crate) struct Outside {
    pub(crate) refused: Refused,
    pub(crate) frame: Option<Frame>,
}

impl Outside {
    pub(crate) const fn is_signed_out(&self) -> bool {
        matches!(self.refused.code, Code::Unauthenticated)
    }
}

impl From<Refused> for Outside {
    fn from(refused: Refused) -> Self {
        Self { refused, frame: None }
    }
}

pub(crate) fn console(request: &HttpRequest) -> &web::Data<Console> {
    request.app_data::<web::Data<Console>>().expect("`configure` adds it")
}

impl Visit {
    /// Admits the user of the session, and counts the request.
    pub(crate) async fn read(request: &HttpRequest) -> Result<Self, Outside> {
        Self::admit(request, true).await
    }

    /// Admits the user again, by the data that is stored now: the browser may have taken long to send its form.
    pub(crate) async fn again(request: &HttpRequest) -> Result<Self, Outside> {
        Self::admit(request, false).await
    }

    async fn admit(request: &HttpRequest, is_counted: bool) -> Result<Self, Outside> {
        let refusal = |error: AccessError| Outside::from(Refused::from(Refusal::Access(error)));
        let console = console(request).clone();
        let key = cookie::session_key(request).ok_or_else(|| refusal(AccessError::Unauthenticated))?;
        let named = request.match_info().get("tenant");
        // An id that is not a UUID is that of no tenant.
        let named = named.map(|id| id.parse().unwrap_or_else(|_| TenantId::new(Uuid::nil())));
        let choice = named.map_or(TenantChoice::Home, TenantChoice::Named);
        let identified = console.authentication.identify(&key, choice).await.map_err(Refused::from)?;
        let home = identified.clone().enter(TenantChoice::Home);
        let is_active = !matches!(home, Err(AccessError::UserNotActive));
        let counted = is_active.then(|| identified.home_tenant_id());
        let count = &console.shared.settings().count_request;
        let limited = is_counted.then(|| count(key.id().as_uuid(), counted)).flatten();
        let home = home.map_err(refusal)?;
        works_for(Client { workspace: home.own_scope().workspace_id(), tenant: home.home_tenant_id() });
        let frame = |caller: &Caller| frame(request, caller, &token::form_token(&key));
        if let Some((message, seconds)) = limited {
            let refused = Refused::limited(message, seconds);
            return Err(Outside { refused, frame: Some(frame(&home)) });
        }
        let caller =
            identified.enter(choice).map_err(|error| Outside { frame: Some(frame(&home)), ..refusal(error) })?;
        let (frame, query) = (frame(&caller), query::values(request));
        Ok(Self { console, caller, home, frame, query, request: request.clone() })
    }

    /// Returns the address of a page of the tenant.
    pub(crate) fn at(&self, rest: &str) -> String {
        self.frame.at(rest)
    }

    /// Returns the id in the path. One that is not a UUID is that of nothing, so it is not found like others.
    pub(crate) fn id<T: FromStr>(&self) -> T {
        let sent = self.part("id").parse().ok();
        sent.or_else(|| NIL.parse().ok()).expect("the nil UUID is a UUID")
    }

    /// Returns a part of the path.
    pub(crate) fn part(&self, name: &str) -> &str {
        self.request.match_info().get(name).unwrap_or_default()
    }

    pub(crate) const fn request(&self) -> &HttpRequest {
        &self.request
    }

    pub(crate) fn page(&self, title: &str, api: &[Api], content: Markup) -> HttpResponse {
        self.form_page(title, api, content, None)
    }

    /// Returns a page that is one form.
    pub(crate) fn form(&self, title: &str, api: Api, form: &EditForm) -> HttpResponse {
        self.form_page(title, &[api], form.markup(&self.frame), form.refused)
    }

    /// Returns a page with a form, which was refused or is new.
    pub(crate) fn form_page(
        &self,
        title: &str,
        api: &[Api],
        content: Markup,
        refused: Option<&Refused>,
    ) -> HttpResponse {
        let status = refused.map_or(StatusCode::OK, Refused::status);
        Body { title, api, content }.page(Some(&self.frame), status)
    }

    /// Redirects to a page of the tenant that says what was done.
    pub(crate) fn done(&self, rest: &str, done: Done) -> HttpResponse {
        done.at(&self.at(rest))
    }
}

fn frame(request: &HttpRequest, caller: &Caller, form_token: &str) -> Frame {
    let tenant = caller.tenant();
    Frame {
        tenant: tenant.id,
        tenant_name: tenant.name.to_string(),
        tenant_status: tenant.status,
        is_administrator: caller.is_at_home_in_default(),
        user: caller.user_name().to_owned(),
        permission: caller.permission(),
        form_token: form_token.to_owned(),
        path: request.path().to_owned(),
        notice: query::values(request).get("done").and_then(Done::notice),
    }
}
