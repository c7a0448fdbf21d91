//! The media type of a request body.

use actix_web::HttpRequest;
use actix_web::http::header::{CONTENT_ENCODING, CONTENT_TYPE};

use crate::openapi::takes_forms;
use crate::router::Router;

/// The format of a body that the operation takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    Json,
    /// Fields as HTML forms send them.
    Form,
}

/// Returns the format of the body, if the request declares one media type that the operation takes, and no content
/// encoding.
pub(crate) fn format(request: &HttpRequest) -> Option<Format> {
    let headers = request.headers();
    let mut types = headers.get_all(CONTENT_TYPE);
    let (Some(media_type), None) = (types.next(), types.next()) else { return None };
    let is_plain = |encodings: &str| encodings.split(',').map(str::trim).all(is_identity);
    let mut encodings = headers.get_all(CONTENT_ENCODING);
    let format = media_type.to_str().ok().and_then(format_of)?;
    let is_taken = format == Format::Json || Router::operation_of(request).is_some_and(takes_forms);
    let is_readable = encodings.all(|encodings| encodings.to_str().is_ok_and(is_plain));
    Some(format).filter(|_| is_taken && is_readable)
}

/// Whether a content encoding leaves the content as it is.
fn is_identity(encoding: &str) -> bool {
    encoding.is_empty() || encoding.eq_ignore_ascii_case("identity")
}

/// Returns the format of a media type that is `application/json`, another JSON type, or that of forms, in UTF-8.
fn format_of(media_type: &str) -> Option<Format> {
    let mut is_quoted = false;
    let mut parts = media_type.split(|c| {
        is_quoted ^= c == '"';
        c == ';' && !is_quoted
    });
    let name = parts.next().unwrap_or_default().trim().to_ascii_lowercase();
    let is_json = name == "application/json"
        || name.split_once('/').is_some_and(|(kind, subtype)| {
            let is_token = |text: &str| text.bytes().all(|c| c.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&c));
            !kind.is_empty() && is_token(kind) && is_token(subtype) && subtype.len() > 5 && subtype.ends_with("+json")
        });
    let format = match &*name {
        _ if is_json => Format::Json,
        "application/x-www-form-urlencoded" => Format::Form,
        _ => return None,
    };
    let are_readable = parts.map(str::trim).filter(|part| !part.is_empty()).all(is_readable_parameter);
    are_readable.then_some(format)
}

/// Whether a parameter is well-formed and, if it is the charset, UTF-8.
fn is_readable_parameter(parameter: &str) -> bool {
    let Some((name, value)) = parameter.split_once('=') else { return false };
    let value = value.trim().trim_matches('"');
    !name.trim().eq_ignore_ascii_case("charset") || ["utf-8", "utf8"].iter().any(|utf| value.eq_ignore_ascii_case(utf))
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    #[test]
    fn only_an_encoding_that_changes_nothing_is_read() {
        for (encodings, is_read) in [
            (&[][..], true),
            (&[""], true),
            (&["identity"], true),
            (&["Identity , identity"], true),
            (&["identity", ""], true),
            (&["gzip"], false),
            (&["identity, gzip"], false),
            (&["identity", "br"], false),
            (&["identity;q=1"], false),
        ] {
            let request = TestRequest::default().insert_header((CONTENT_TYPE, "application/json"));
            let request = encodings.iter().fold(request, |request, it| request.append_header((CONTENT_ENCODING, *it)));
            assert_eq!(format(&request.to_http_request()).is_some(), is_read, "{encodings:?}");
        }
    }

    #[test]
    fn a_form_has_one_name() {
        for media_type in ["application/x-www-form-urlencoded", "Application/X-WWW-Form-Urlencoded; charset=UTF-8"] {
            assert_eq!(format_of(media_type), Some(Format::Form), "{media_type}");
        }
    }

    #[test]
    fn json_is_named_in_many_ways() {
        for media_type in [
            "application/json",
            "application/json;charset=utf-8",
            "application/json ; charset=utf-8",
            "application/json; charset=\"UTF-8\"",
            "Application/JSON;\tCharset=UTF-8",
            "application/json;",
            "application/json; ; charset=utf8",
            "application/json; profile=\"a;b=c\"; charset=utf-8",
            "application/merge-patch+json",
            "application/vnd.example.v1+json; charset=utf-8",
        ] {
            assert_eq!(format_of(media_type), Some(Format::Json), "{media_type}");
        }
        for media_type in [
            "",
            "text/plain",
            "application/json-seq",
            "application/jsonx",
            "application/json charset=utf-8",
            "application/json, text/plain",
            "application/json; charset=latin1",
            "application/json; charset=\"utf-16\"",
            "application/json; charset=utf-8; charset=latin1",
            "application/json; charset",
            "/+json",
            "application/+json",
            "a b/c+json",
            "application/x-www-form-urlencoded; charset=latin1",
            "multipart/form-data",
        ] {
            assert_eq!(format_of(media_type), None, "{media_type}");
        }
    }
}
