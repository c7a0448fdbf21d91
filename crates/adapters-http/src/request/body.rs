//! The body of a request.
//!
//! Unreadable bodies are passed on as `Unreadable`, and the use case refuses them after it has authorised the caller.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::header::CONTENT_LENGTH;
use actix_web::{FromRequest, HttpRequest, web};
use application::{Idempotent, Input, Refusal, Unreadable};
use domain::access::{AccessError, Permission};
use domain::idempotency::{IdempotentRequest, Reply};
use serde::de::DeserializeOwned;
use url::form_urlencoded;

use crate::request::awaited::Awaited;
use crate::request::caller::{Admitted, RunsIn};
use crate::request::idempotency::Effect;
use crate::request::media_type::{Format, format};
use crate::request::operator::Operator;
use crate::request::unreadable::{malformed, unreadable};
use crate::request::{idempotency, if_match, not_supported, parameters};
use crate::response::problem::ApiError;

/// The maximum size of a body in bytes.
const BODY_LIMIT: usize = 256 * 1024;
/// The maximum size of a delivery of listings in bytes.
const DELIVERY_LIMIT: usize = 16 * 1024 * 1024;

/// A body that has not been read yet.
pub(crate) struct Body {
    request: HttpRequest,
    payload: web::Payload,
}

impl FromRequest for Body {
    type Error = actix_web::Error;
    type Future = Ready<Result<Self, Self::Error>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let request = request.clone();
        ready(web::Payload::from_request(&request, payload).into_inner().map(|payload| Self { request, payload }))
    }
}

/// A body that has arrived, and the caller, who was admitted again afterwards.
struct Arrived<C> {
    request: HttpRequest,
    caller: C,
    bytes: Input<web::Bytes>,
}

// The client decides how long its body takes, and its key may be revoked before it has arrived. So these methods take
// the caller, and return the one that is admitted after the body has arrived. A body can be large, so it is read only
// for a caller with the needed permission, which the use case checks again.
impl Body {
    /// Reads a JSON object. An empty body counts as `{}`.
    pub(crate) async fn read<T, C>(
        self,
        caller: Admitted<C>,
        needed: Permission,
    ) -> Result<(Admitted<C>, Input<T>), ApiError>
    where
        T: DeserializeOwned,
        C: RunsIn,
    {
        self.arrive(BODY_LIMIT, caller, needed).await?.read()
    }

    /// Receives a delivery of listings, to be parsed later.
    pub(crate) async fn receive_delivery<C: RunsIn>(
        self,
        caller: Admitted<C>,
        needed: Permission,
    ) -> Result<(Admitted<C>, Input<Delivered>), ApiError> {
        let Arrived { request, caller, bytes } = self.arrive(DELIVERY_LIMIT, caller, needed).await?;
        if bytes.is_ok() {
            is_writable(&request)?;
        }
        Ok((caller, bytes.map(|body| Delivered { body, format: format(&request) })))
    }

    /// Reads a request that its client may repeat with an idempotency key. `answer` makes the response to store from
    /// the result.
    pub(crate) async fn read_idempotent<T, A, C>(
        self,
        caller: Admitted<C>,
        needed: Permission,
        answer: impl Fn(A) -> Reply + Send + Sync + 'static,
    ) -> Result<(Admitted<C>, Input<T>, Idempotent<A>), ApiError>
    where
        T: DeserializeOwned,
        C: RunsIn,
    {
        let (caller, input, request) = self.read_repeatable(caller, needed).await?;
        Ok((caller, input, Idempotent::new(request, answer)))
    }

    /// Reads a request like [`read_idempotent`](Self::read_idempotent), for responses that must not be stored. Returns its
    /// idempotency key and fingerprint too.
    pub(crate) async fn read_repeatable<T, C>(
        self,
        caller: Admitted<C>,
        needed: Permission,
    ) -> Result<(Admitted<C>, Input<T>, Option<IdempotentRequest>), ApiError>
    where
        T: DeserializeOwned,
        C: RunsIn,
    {
        let arrived = self.arrive(BODY_LIMIT, caller, needed).await?;
        let effect = Effect { served_in: arrived.caller.served_in(), may_move_user: arrived.caller.may_move_user() };
        let repeatable =
            arrived.bytes.as_ref().ok().and_then(|body| idempotency::repeatable(&arrived.request, effect, body));
        let (caller, input) = arrived.read()?;
        Ok((caller, input, repeatable))
    }

    /// Reads the request of an operator, who is admitted again afterwards. Returns its idempotency key and fingerprint too.
    pub(crate) async fn read_operated<T: DeserializeOwned>(
        self,
        _: Operator,
    ) -> Result<(Operator, Input<T>, Option<IdempotentRequest>), ApiError> {
        let Self { request, payload } = self;
        let bytes = bytes(&request, payload, BODY_LIMIT).await;
        let caller = Operator::again(&request).await?;
        let body = bytes.as_ref().ok();
        let repeatable = body.and_then(|body| idempotency::repeatable(&request, Effect::of_operator(), body));
        let (caller, input) = Arrived { request, caller, bytes }.read()?;
        Ok((caller, input, repeatable))
    }

    /// Checks the rest of a request whose body is ignored, if the caller has the needed permission.
    pub(crate) fn ignore(self, leave: Result<impl Sized, AccessError>) -> Result<(), ApiError> {
        leave?;
        is_writable(&self.request)
    }

    /// Waits for the body, and admits the caller again.
    async fn arrive<C: RunsIn>(
        self,
        limit: usize,
        caller: Admitted<C>,
        needed: Permission,
    ) -> Result<Arrived<Admitted<C>>, ApiError> {
        let Self { request, payload } = self;
        C::leave(&caller, needed)?;
        let bytes = bytes(&request, payload, limit).await;
        let caller = Admitted::again(&request).await?;
        Ok(Arrived { request, caller, bytes })
    }
}

/// The body of a delivery.
pub(crate) struct Delivered {
    body: web::Bytes,
    format: Option<Format>,
}

impl Delivered {
    /// Whether it is larger than other bodies can be.
    pub(crate) fn is_large(&self) -> bool {
        self.body.len() > BODY_LIMIT
    }

    /// Parses the delivery, like [`Body::read`].
    pub(crate) fn read<T: DeserializeOwned>(&self) -> Input<T> {
        read(self.format, &self.body)
    }
}

impl<C> Arrived<C> {
    fn read<T: DeserializeOwned>(self) -> Result<(C, Input<T>), ApiError> {
        let Self { request, caller, bytes } = self;
        let format = format(&request);
        let supported = |body: &web::Bytes| not_supported::in_body(&request, format.unwrap_or(Format::Json), body);
        let input = bytes.and_then(|body| {
            let input = read(format, &body)?;
            supported(&body).map(|()| input)
        });
        if input.is_ok() {
            is_writable(&request)?;
        }
        Ok((caller, input))
    }
}

/// Checks the query and the conditions of a request that writes.
fn is_writable(request: &HttpRequest) -> Result<(), ApiError> {
    not_supported::in_query(request)?;
    parameters::refuse_unknown(request)?;
    if if_match::expects_nothing(request) {
        return Err(Refusal::PreconditionFailed.into());
    }
    Ok(())
}

async fn bytes(request: &HttpRequest, payload: web::Payload, limit: usize) -> Input<web::Bytes> {
    let declared = request.headers().get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
    if declared.is_some_and(|length: u64| length > limit as u64) {
        return Err(Unreadable::TooLarge { limit });
    }
    if declared.is_some_and(|length| length > 0) && format(request).is_none() {
        return Err(Unreadable::UnsupportedMediaType);
    }
    Awaited::ask(request);
    let read = payload.to_bytes_limited(limit).await.map_err(|_| Unreadable::TooLarge { limit })?;
    read.map_err(|_| malformed("The request body is incomplete."))
}

fn read<T: DeserializeOwned>(format: Option<Format>, body: &[u8]) -> Input<T> {
    if body.is_empty() {
        return parse(b"{}");
    }
    match format {
        Some(Format::Json) => parse(body),
        Some(Format::Form) => parse_form(body),
        None => Err(Unreadable::UnsupportedMediaType),
    }
}

/// Parses the fields of a form.
pub(crate) fn parse_form<T: DeserializeOwned>(bytes: &[u8]) -> Input<T> {
    let fields = serde_html_form::Deserializer::new(form_urlencoded::parse(bytes));
    serde_path_to_error::deserialize(fields).map_err(|error| unreadable("The request body", &error))
}

/// Parses a JSON object.
pub(crate) fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Input<T> {
    // Serde would accept an array as a struct, field by field.
    if bytes.trim_ascii_start().first() != Some(&b'{') {
        return Err(malformed("The request body must be a JSON object."));
    }
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut json).map_err(|error| unreadable("The request body", &error))?;
    json.end().map_err(|error| malformed(format_args!("The request body goes on after its end: {error}.")))?;
    Ok(value)
}

#[cfg(test)]
mod tests {
    use application::{BookingFields, DeliverListings, EditCalendar, ListingFields};

    use super::*;

    #[test]
    fn what_cannot_be_read_names_the_first_place() {
        for (json, message) in [
            (r#"{"guests":"5"}"#, "at guests: invalid type: string \"5\", expected a whole number"),
            ("", "must be a JSON object"),
            ("[]", "must be a JSON object"),
            ("null", "must be a JSON object"),
            (r#""name""#, "must be a JSON object"),
            ("{", "EOF while parsing"),
            (r#"{"source":5}"#, "at source: invalid type: integer `5`"),
            (r#"{"guests":"5"}"#, "at guests: invalid type: string"),
            (r#"{"guests":1.5}"#, "at guests: invalid type: floating point"),
            (r#"{"totalPrice":"5"}"#, "at totalPrice: invalid type: string"),
            (r#"{"totalPrice":true}"#, "at totalPrice: invalid type: boolean"),
            (r#"{"totalPrice":[5]}"#, "at totalPrice: invalid type: sequence"),
            (r#"{"totalPrice":{}}"#, "at totalPrice: invalid type: map"),
            (r#"{"totalPrice":{"$serde_json::private::Number":"5"}}"#, "at totalPrice: invalid type: map"),
            (r#"{"totalPrice":{"$serde_json::private::RawValue":"5"}}"#, "at totalPrice: invalid type: map"),
            (r#"{"totalPrice":.5}"#, "at totalPrice: expected value"),
            (r#"{"totalPrice":05}"#, "at totalPrice: invalid number"),
            (r#"{"totalPrice":NaN}"#, "at totalPrice: expected value"),
            (r#"{"guests":1}}"#, "goes on after its end"),
            (r#"{"guests":1,"guests":2}"#, "duplicate field `guests`"),
            (r#"{"source":"\ud800"}"#, "at source: "),
            ("{\"source\":\"\u{0}\"}", "at source: control character"),
        ] {
            let Err(Unreadable::Malformed(found)) = parse::<BookingFields>(json.as_bytes()) else {
                panic!("{json} is readable")
            };
            assert!(found.contains(message), "{json}: {found}");
        }
        assert!(parse::<BookingFields>(b"{\"source\":\"\xff\"}").is_err(), "bytes that are not UTF-8");
    }

    #[test]
    fn an_array_is_not_read_as_an_object() {
        fn place<T: DeserializeOwned>(json: &str) -> String {
            match parse::<T>(json.as_bytes()) {
                Err(Unreadable::Malformed(found)) => found,
                _ => panic!("{json} is readable"),
            }
        }
        for (found, place) in [
            (place::<BookingFields>(r#"{"guest":["Ada","Lovelace",null,null]}"#), "at guest: "),
            (place::<ListingFields>(r#"{"address":["1 Main St"]}"#), "at address: "),
            (place::<ListingFields>(r#"{"pictures":[["https://a.example/a.jpg","d"]]}"#), "at pictures[0]: "),
            (place::<EditCalendar>(r#"{"ranges":[["2030-01-01","2030-01-03"]]}"#), "at ranges[0]: "),
            (place::<DeliverListings>(r#"{"listings":[[]]}"#), "at listings[0]: "),
        ] {
            assert!(found.contains(&format!("{place}invalid type: sequence, expected an object")), "{found}");
        }
    }
}
