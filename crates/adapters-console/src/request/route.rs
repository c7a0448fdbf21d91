//! Routes to pages and actions of signed-in users.

use std::future::Future;

use actix_web::http::header::{CONTENT_LENGTH, CONTENT_TYPE, REFERER, SET_COOKIE};
use actix_web::{HttpRequest, HttpResponse, Route, guard, web};
use application::Code;
use maud::html;
use url::form_urlencoded;

use super::browser::{comes_from_elsewhere, is_same_origin};
use super::cookie;
use super::form::Form;
use super::token::is_token;
use super::visit::{Answer, Outside, Visit};
use crate::response::done::see_other;
use crate::response::layout::{Body, TOKEN};
use crate::response::refused::Refused;

/// The maximum size of a form in bytes.
const FORM_LIMIT: usize = 256 * 1024;

/// Routes GET and HEAD to a page.
pub(crate) fn page<H, F>(handler: H) -> Route
where
    H: Fn(Visit) -> F + Copy + 'static,
    F: Future<Output = Answer> + 'static,
{
    let is_read = guard::Any(guard::Get()).or(guard::Head());
    web::route().guard(is_read).to(move |request: HttpRequest| async move {
        let visit = match Visit::read(&request).await {
            Ok(visit) => visit,
            Err(outside) if outside.is_signed_out() => return signed_out(&request),
            Err(Outside { refused, frame }) => return refused.page(frame.as_ref(), None),
        };
        let frame = visit.frame.clone();
        handler(visit).await.unwrap_or_else(|refused| refused.page(Some(&frame), None))
    })
}

/// Routes POST to an action, if the form comes from a page of the session.
pub(crate) fn act<H, F>(handler: H) -> Route
where
    H: Fn(Visit, Form) -> F + Copy + 'static,
    F: Future<Output = Answer> + 'static,
{
    web::post().to(move |request: HttpRequest, payload: web::Payload| async move {
        match admitted(&request, payload).await {
            Ok((visit, form)) => {
                let (frame, back) = (visit.frame.clone(), back(&request));
                handler(visit, form).await.unwrap_or_else(|refused| refused.page(Some(&frame), back.as_deref()))
            }
            Err(outside) if outside.is_signed_out() => {
                let mut answer = see_other("/console/sign-in");
                answer.headers_mut().insert(SET_COOKIE, cookie::end(&request));
                answer
            }
            Err(Outside { refused, frame }) => refused.page(frame.as_ref(), back(&request).as_deref()),
        }
    })
}

/// Reads the form of a signed-in user. The user is admitted before it is read, because it costs memory, and again afterwards,
/// because the session may have ended before it arrived.
async fn admitted(request: &HttpRequest, payload: web::Payload) -> Result<(Visit, Form), Outside> {
    Visit::read(request).await?;
    let form = read_form(request, payload).await?;
    let visit = Visit::again(request).await?;
    if !form.get(TOKEN).is_some_and(|sent| is_token(sent, &visit.frame.form_token)) {
        let refused = Refused::new(Code::CrossOriginRefused, "The form is not one of this session. Open it again.");
        return Err(Outside { refused, frame: Some(visit.frame) });
    }
    Ok((visit, form))
}

/// Reads a form that a page of the console has sent.
pub(crate) async fn read_form(request: &HttpRequest, payload: web::Payload) -> Result<Form, Refused> {
    if !is_same_origin(request) {
        return Err(Refused::new(Code::CrossOriginRefused, "The form is on another site."));
    }
    let media_type = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if !media_type.starts_with("application/x-www-form-urlencoded") {
        return Err(Refused::new(Code::UnsupportedMediaType, "The request must be a form."));
    }
    let too_large = || Refused::new(Code::PayloadTooLarge, "The form is too large.");
    let declared = request.headers().get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    if declared.is_some_and(|length| length > FORM_LIMIT) {
        return Err(too_large());
    }
    let body = payload.to_bytes_limited(FORM_LIMIT).await.map_err(|_| too_large())?;
    let body = body.map_err(|_| Refused::new(Code::MalformedRequest, "The form did not arrive."))?;
    Ok(Form::new(request.path(), form_urlencoded::parse(&body).into_owned().collect()))
}

/// Answers a request without a session. A browser that was led here by another site does not send the cookie, so the page
/// opens itself again first.
fn signed_out(request: &HttpRequest) -> HttpResponse {
    let here = request.uri().path_and_query().map_or("/console/", |path| path.as_str());
    if comes_from_elsewhere(request) {
        let content = html! { meta http-equiv="refresh" content="0"; p { a href=(here) { "Continue" } } };
        return Body { title: "One moment", api: &[], content }.page(None, actix_web::http::StatusCode::OK);
    }
    let to = form_urlencoded::Serializer::new(String::new()).append_pair("to", here).finish();
    let mut answer = see_other(&format!("/console/sign-in?{to}"));
    answer.headers_mut().insert(SET_COOKIE, cookie::end(request));
    answer
}

/// Returns the path of the page with the form, if the browser says so.
fn back(request: &HttpRequest) -> Option<String> {
    let referer = request.headers().get(REFERER)?.to_str().ok()?;
    let path = url::Url::parse(referer).ok()?;
    path.path().starts_with("/console/").then(|| path.path().to_owned())
}
