//! Input of a request: its body, its query and the ids in its path.
//!
//! The extractors do not refuse requests. Unreadable input is passed on as [`Unreadable`], and the use case refuses it
//! after it has authorised the caller.

use std::convert::Infallible;
use std::fmt::{self, Display};
use std::future::{Ready, ready};
use std::marker::PhantomData;
use std::str::FromStr;

use actix_web::dev::Payload;
use actix_web::http::header::CONTENT_LENGTH;
use actix_web::{FromRequest, HttpRequest, web};
use application::{Idempotent, Input, Refusal, Unreadable};
use domain::access::{AccessError, Permission};
use domain::idempotency::{IdempotentRequest, Reply};
use domain::tenants::FieldEdit;
use serde::de::{DeserializeOwned, Error as _, IgnoredAny, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use uuid::Uuid;

use crate::request::awaited::Awaited;
use crate::request::caller::{Admitted, RunsIn};
use crate::request::media_type::is_json;
use crate::request::{idempotency, if_match, parameters};
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
    caller: Admitted<C>,
    bytes: Input<web::Bytes>,
}

// The client decides how long its body takes, and its key may be revoked in the meantime. So these methods take the
// caller, and return the one that is admitted after the body has arrived. A body can be large, so it is read only for a
// caller with the needed permission, which the use case checks again.
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
        Ok((caller, bytes.map(|body| Delivered { body, is_json: is_json(&request) })))
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
        let (caller, asked, request) = self.read_repeatable(caller, needed).await?;
        Ok((caller, asked, Idempotent::new(request, answer)))
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
        let served_in = arrived.caller.served_in();
        let repeatable =
            arrived.bytes.as_ref().ok().and_then(|body| idempotency::repeatable(&arrived.request, served_in, body));
        let (caller, asked) = arrived.read()?;
        Ok((caller, asked, repeatable))
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
    ) -> Result<Arrived<C>, ApiError> {
        let Self { request, payload } = self;
        C::leave(&caller, needed)?;
        let bytes = bytes(&request, payload, limit).await;
        let caller = caller.again(&request).await?;
        Ok(Arrived { request, caller, bytes })
    }
}

/// The body of a delivery.
pub(crate) struct Delivered {
    body: web::Bytes,
    is_json: bool,
}

impl Delivered {
    /// Whether it is larger than other bodies can be.
    pub(crate) fn is_large(&self) -> bool {
        self.body.len() > BODY_LIMIT
    }

    /// Parses the delivery, like [`Body::read`].
    pub(crate) fn read<T: DeserializeOwned>(&self) -> Input<T> {
        read(self.is_json, &self.body)
    }
}

impl<C> Arrived<C> {
    fn read<T: DeserializeOwned>(self) -> Result<(Admitted<C>, Input<T>), ApiError> {
        let Self { request, caller, bytes } = self;
        let asked = bytes.and_then(|body| read(is_json(&request), &body));
        if asked.is_ok() {
            is_writable(&request)?;
        }
        Ok((caller, asked))
    }
}

/// Checks the query and the conditions of a request that writes.
fn is_writable(request: &HttpRequest) -> Result<(), ApiError> {
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
    if declared.is_some_and(|length| length > 0) && !is_json(request) {
        return Err(Unreadable::UnsupportedMediaType);
    }
    Awaited::ask(request);
    let read = payload.to_bytes_limited(limit).await.map_err(|_| Unreadable::TooLarge { limit })?;
    read.map_err(|_| malformed("The request body is incomplete."))
}

fn read<T: DeserializeOwned>(is_json: bool, body: &[u8]) -> Input<T> {
    if body.is_empty() {
        return parse(b"{}");
    }
    if !is_json {
        return Err(Unreadable::UnsupportedMediaType);
    }
    parse(body)
}

fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Input<T> {
    // Serde would accept an array as a struct, field by field.
    if bytes.trim_ascii_start().first() != Some(&b'{') {
        return Err(malformed("The request body must be a JSON object."));
    }
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut json).map_err(|error| misread("The request body", &error))?;
    json.end().map_err(|error| malformed(format_args!("The request body goes on after its end: {error}.")))?;
    Ok(value)
}

/// The query of a request.
pub(crate) struct Query<T>(pub(crate) Input<T>);

impl<T: DeserializeOwned> FromRequest for Query<T> {
    type Error = Infallible;
    type Future = Ready<Result<Self, Infallible>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(Self::read(request)))
    }
}

impl<T: DeserializeOwned> Query<T> {
    /// Reads the parameters that `T` knows; others are ignored.
    pub(crate) fn read(request: &HttpRequest) -> Self {
        let pairs = url::form_urlencoded::parse(request.query_string().as_bytes());
        let read = serde_path_to_error::deserialize(serde_html_form::Deserializer::new(pairs));
        Self(read.map_err(|error| misread("The query", &error)))
    }
}

/// An id in the path. An invalid UUID is replaced by the nil UUID, which no resource has, so it is not found like
/// others.
pub(crate) struct PathId<T>(pub(crate) T);

impl<T: FromStr + From<Nil>> FromRequest for PathId<T> {
    type Error = Infallible;
    type Future = Ready<Result<Self, Infallible>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let id = request.match_info().get("id").and_then(|id| id.parse().ok());
        ready(Ok(Self(id.unwrap_or_else(|| T::from(Nil)))))
    }
}

/// The nil UUID, which no resource has.
pub(crate) struct Nil;

macro_rules! from_nil {
    ($($id:ident),+) => {$(
        impl From<Nil> for domain::ids::$id {
            fn from(_: Nil) -> Self {
                Self::new(Uuid::nil())
            }
        }
    )+};
}

from_nil!(ApiKeyId, IntegrationAccountId, ListingId, LocationId, PromotionId, ReservationId, TenantId, UserId);

/// Reads a boolean of a query, for serde. A parameter without a value, like `?dryRun`, is an error, because its meaning
/// is not clear.
pub(crate) fn flag<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    String::deserialize(deserializer)?.parse().map_err(|_| D::Error::custom("expected true or false"))
}

/// Distinguishes an absent field (`None`, by `default`) from a null one (`Some(None)`), for serde.
pub(crate) fn sent<'de, D, T>(deserializer: D) -> Result<FieldEdit<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    Option::deserialize(deserializer).map(Some)
}

/// A list of at most `MOST` items, plus one, by which validation sees that there are too many. Further items are
/// skipped, because a small body can contain more items than memory should.
#[derive(Debug, PartialEq)]
pub(crate) struct BoundedVec<T, const MOST: usize>(pub(crate) Vec<T>);

impl<'de, T: Deserialize<'de>, const MOST: usize> Deserialize<'de> for BoundedVec<T, MOST> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(FewVisitor(PhantomData))
    }
}

struct FewVisitor<T, const MOST: usize>(PhantomData<T>);

impl<'de, T: Deserialize<'de>, const MOST: usize> Visitor<'de> for FewVisitor<T, MOST> {
    type Value = BoundedVec<T, MOST>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a sequence")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
        let mut kept = Vec::new();
        while kept.len() <= MOST {
            match items.next_element()? {
                Some(item) => kept.push(item),
                None => return Ok(BoundedVec(kept)),
            }
        }
        while items.next_element::<IgnoredAny>()?.is_some() {}
        Ok(BoundedVec(kept))
    }
}

fn misread(what: &str, error: &serde_path_to_error::Error<impl Display>) -> Unreadable {
    match error.path().to_string().as_str() {
        "." | "?" => malformed(format_args!("{what} cannot be read: {}.", shortened(error.inner()))),
        path => malformed(format_args!("{what} cannot be read at {path}: {}.", shortened(error.inner()))),
    }
}

/// Says a parser's message in the words of JSON rather than of Rust, and shortens it: it may contain all that was sent.
fn shortened(message: impl Display) -> String {
    const ENOUGH: usize = 200;
    const WORDS: [(&str, &str); 5] = [
        ("expected i64", "expected a whole number"),
        ("expected u32", "expected a whole number"),
        ("invalid digit found in string", "expected a whole number"),
        ("expected a sequence", "expected an array"),
        ("unsupported value", "sent more than once"),
    ];
    let message = message.to_string();
    // The name of a type of this program follows.
    let message = match message.split_once("expected struct ") {
        Some((before, rest)) => {
            let after = rest.split_once(' ').map_or("", |(_, after)| after);
            format!("{before}expected an object {after}").trim_end().to_owned()
        }
        None => message,
    };
    let message = WORDS.iter().fold(message, |message, (found, plain)| message.replace(found, plain));
    message.chars().take(ENOUGH).collect()
}

fn malformed(message: impl Display) -> Unreadable {
    Unreadable::Malformed(message.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::response::decimal::Decimal;

    #[derive(Debug, PartialEq, Deserialize)]
    struct Thing {
        #[serde(default, deserialize_with = "sent")]
        name: FieldEdit<String>,
        size: Option<i64>,
        #[serde(default, deserialize_with = "sent")]
        share: FieldEdit<Decimal>,
    }

    #[test]
    fn absent_null_and_present_are_told_apart() {
        for (json, name) in [("{}", None), (r#"{"name":null}"#, Some(None)), (r#"{"name":"x"}"#, Some(Some("x")))] {
            let thing: Thing = parse(json.as_bytes()).expect("readable");
            assert_eq!(thing.name, name.map(|name| name.map(str::to_owned)), "{json}");
        }
        for (json, share) in
            [("{}", None), (r#"{"share":null}"#, Some(None)), (r#"{"share":1.50}"#, Some(Some("1.50")))]
        {
            let thing: Thing = parse(json.as_bytes()).expect("readable");
            let found = thing.share.map(|share| share.map(|share| share.to_string()));
            assert_eq!(found, share.map(|share| share.map(str::to_owned)), "{json}");
        }
    }

    #[test]
    fn of_too_many_items_one_more_than_fits_is_kept() {
        #[derive(Debug, PartialEq, Deserialize)]
        struct Things {
            things: Option<BoundedVec<i64, 2>>,
        }
        for (json, kept) in [
            ("{}", None),
            (r#"{"things":null}"#, None),
            (r#"{"things":[]}"#, Some(vec![])),
            (r#"{"things":[1,2]}"#, Some(vec![1, 2])),
            (r#"{"things":[1,2,3]}"#, Some(vec![1, 2, 3])),
            (r#"{"things":[1,2,3,4,"5",{}]}"#, Some(vec![1, 2, 3])),
        ] {
            assert_eq!(parse::<Things>(json.as_bytes()), Ok(Things { things: kept.map(BoundedVec) }), "{json}");
        }
        for (json, message) in [
            (r#"{"things":5}"#, "at things: invalid type: integer `5`, expected an array"),
            (r#"{"things":[1,"2"]}"#, "at things[1]: invalid type: string"),
            (r#"{"things":[1,2,3,4,5"#, "EOF while parsing"),
            (r#"{"things":[1,2,3,4,x]}"#, "expected value"),
        ] {
            let refused = parse::<Things>(json.as_bytes()).expect_err(json).to_string();
            assert!(refused.contains(message), "{json}: {refused}");
        }
    }

    #[test]
    fn what_cannot_be_read_names_the_first_place() {
        for (json, message) in [
            (r#"{"size":"5"}"#, "at size: invalid type: string \"5\", expected a whole number"),
            ("", "must be a JSON object"),
            ("[]", "must be a JSON object"),
            ("null", "must be a JSON object"),
            (r#""name""#, "must be a JSON object"),
            ("{", "EOF while parsing"),
            (r#"{"name":5}"#, "at name: invalid type: integer `5`"),
            (r#"{"size":"5"}"#, "at size: invalid type: string"),
            (r#"{"size":1.5}"#, "at size: invalid type: floating point"),
            (r#"{"share":"5"}"#, "at share: invalid type: string"),
            (r#"{"share":true}"#, "at share: invalid type: boolean"),
            (r#"{"share":[5]}"#, "at share: invalid type: sequence"),
            (r#"{"share":{}}"#, "at share: invalid type: map"),
            (r#"{"share":{"$serde_json::private::Number":"5"}}"#, "at share: invalid type: map"),
            (r#"{"share":{"$serde_json::private::RawValue":"5"}}"#, "at share: invalid type: map"),
            (r#"{"share":.5}"#, "at share: expected value"),
            (r#"{"share":05}"#, "at share: invalid number"),
            (r#"{"share":NaN}"#, "at share: expected value"),
            (r#"{"size":1}}"#, "goes on after its end"),
            (r#"{"size":1,"size":2}"#, "duplicate field `size`"),
            (r#"{"name":"\ud800"}"#, "at name: "),
            ("{\"name\":\"\u{0}\"}", "at name: control character"),
        ] {
            let Err(Unreadable::Malformed(found)) = parse::<Thing>(json.as_bytes()) else {
                panic!("{json} is readable")
            };
            assert!(found.contains(message), "{json}: {found}");
        }
        assert!(parse::<Thing>(b"{\"name\":\"\xff\"}").is_err(), "bytes that are not UTF-8");
    }
}
