//! Compression of responses with gzip, which every client supports.

use actix_http::encoding::Encoder;
use actix_web::HttpMessage;
use actix_web::body::{BodySize, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::http::header::{
    AcceptEncoding, CONTENT_TYPE, ContentEncoding, ETAG, Encoding, HeaderMap, HeaderName, HeaderValue, IF_MATCH,
    IF_NONE_MATCH, VARY,
};
use actix_web::middleware::Next;

use crate::server::envelope::vary_by;
use crate::server::fixed::gzipped;

/// The minimum size in bytes for compression. Smaller responses fit into a packet or two, so it would save nothing.
const WORTHWHILE: u64 = 1024;
/// The suffix of the tag of a compressed response. Strong tags identify bytes, so it must differ from the plain one's.
const SUFFIX: &str = "-gzip\"";

/// Compresses a response if its client accepts gzip and it saves bytes.
pub(crate) async fn compression(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    let accepts = accepts_gzip(&request);
    // The conditions are compared with the tag of the plain body.
    let asked = [IF_MATCH, IF_NONE_MATCH].map(|name| without_suffix(request.headers_mut(), &name));
    let mut response = next.call(request).await?.map_into_boxed_body();

    let is_worthwhile = !matches!(response.response().body().size(), BodySize::None | BodySize::Sized(..WORTHWHILE));
    let is_encoded = accepts && is_worthwhile && is_text(response.headers());
    if is_encoded || (response.status() == StatusCode::NOT_MODIFIED && asked.contains(&true)) {
        with_suffix(response.headers_mut());
    }
    if is_encoded {
        // The encoder below leaves a body alone that is compressed already.
        response = gzipped(response).await;
    }
    let encoding = if is_encoded { ContentEncoding::Gzip } else { ContentEncoding::Identity };
    Ok(response.map_body(|head, body| {
        let others = head.headers().get(VARY).cloned();
        let body = Encoder::response(encoding, head, body);
        if is_worthwhile || head.status == StatusCode::NOT_MODIFIED {
            // One Vary line with all names, in place of the separate line that the encoder adds to compressed
            // responses.
            head.headers_mut().remove(VARY);
            if let Some(others) = others {
                head.headers_mut().insert(VARY, others);
            }
            vary_by(head.headers_mut(), "accept-encoding");
        }
        body
    }))
}

pub(crate) fn accepts_gzip(request: &ServiceRequest) -> bool {
    let supported = [Encoding::gzip(), Encoding::identity()];
    let accepted = request.get_header::<AcceptEncoding>().and_then(|accepted| accepted.negotiate(supported.iter()));
    accepted == Some(Encoding::gzip())
}

/// Whether the content is text that is complete. Pictures other than SVG are already compressed, and the encoder would
/// hold the events of a stream back until it has enough of them.
fn is_text(headers: &HeaderMap) -> bool {
    let media_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let is_picture = media_type.starts_with("image/") && !media_type.starts_with("image/svg");
    !is_picture && !media_type.starts_with("text/event-stream")
}

/// Removes the suffix from the tags in a condition, and returns whether there was one.
pub(crate) fn without_suffix(headers: &mut HeaderMap, name: &HeaderName) -> bool {
    let sent: Vec<HeaderValue> = headers.get_all(name).cloned().collect();
    let is_suffixed = |value: &HeaderValue| value.to_str().is_ok_and(|tags| tags.contains(SUFFIX));
    if !sent.iter().any(is_suffixed) {
        return false;
    }
    headers.remove(name);
    for value in sent {
        let plain = value.to_str().ok().and_then(|tags| tags.replace(SUFFIX, "\"").parse().ok());
        headers.append(name.clone(), plain.unwrap_or(value));
    }
    true
}

fn with_suffix(headers: &mut HeaderMap) {
    let tag = headers.get(ETAG).and_then(|tag| tag.to_str().ok());
    let suffixed = tag.and_then(|tag| tag.strip_suffix('"')).map(|tag| format!("{tag}{SUFFIX}"));
    if let Some(tag) = suffixed.and_then(|tag| tag.parse().ok()) {
        headers.insert(ETAG, tag);
    }
}

#[cfg(test)]
mod tests {
    use actix_web::middleware::from_fn;
    use actix_web::test::{TestRequest, call_service, init_service, read_body};
    use actix_web::{App, HttpRequest, HttpResponse, web};

    use super::*;

    const TAG: &str = "\"a\"";
    const GZIPPED: &str = "\"a-gzip\"";

    /// Responds with a body of this size and media type, and returns the conditions as they arrived.
    async fn answer(request: HttpRequest, path: web::Path<(usize, String)>) -> HttpResponse {
        let (size, media_type) = path.into_inner();
        let mut response = HttpResponse::build(if size == 0 { StatusCode::NOT_MODIFIED } else { StatusCode::OK });
        for value in request.headers().get_all(IF_NONE_MATCH) {
            response.append_header(("x-asked", value.clone()));
        }
        response.insert_header((ETAG, TAG)).content_type(media_type.replacen('-', "/", 1)).body("x".repeat(size))
    }

    async fn ask(path: &str, headers: &[(&str, &str)]) -> (HeaderMap, usize) {
        let app = App::new().route("/{size}/{type}", web::get().to(answer)).wrap(from_fn(compression));
        let app = init_service(app).await;
        let request =
            headers.iter().fold(TestRequest::with_uri(path), |request, header| request.append_header(*header));
        let response = call_service(&app, request.to_request()).await;
        let headers = response.headers().clone();
        (headers, read_body(response).await.len())
    }

    fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
        headers.get(name).and_then(|value| value.to_str().ok())
    }

    #[actix_web::test]
    async fn large_answers_are_compressed_for_those_who_take_it() {
        for (path, accepted, encoded) in [
            ("/5000/application-json", Some("gzip"), true),
            ("/5000/application-json", Some("br, gzip;q=0.5"), true),
            ("/5000/image-svg+xml", Some("gzip, deflate, br"), true),
            ("/1024/application-json", Some("gzip"), true),
            ("/1023/application-json", Some("gzip"), false),
            ("/5000/image-png", Some("gzip"), false),
            ("/5000/text-event-stream", Some("gzip"), false),
            ("/5000/application-json", Some("gzip;q=0"), false),
            ("/5000/application-json", Some("br"), false),
            ("/5000/application-json", Some("identity;q=0"), false),
            ("/5000/application-json", Some("nonsense;;"), false),
            ("/5000/application-json", None, false),
        ] {
            let accept: Vec<_> = accepted.map(|accepted| ("accept-encoding", accepted)).into_iter().collect();
            let (headers, size) = ask(path, &accept).await;
            assert_eq!(text(&headers, "content-encoding"), encoded.then_some("gzip"), "{path} {accepted:?}");
            assert_eq!(size < 1000, encoded, "{path} {accepted:?}");
            assert_eq!(text(&headers, "etag"), Some(if encoded { GZIPPED } else { TAG }), "{path} {accepted:?}");
            let varies = !path.starts_with("/1023");
            assert_eq!(text(&headers, "vary"), varies.then_some("accept-encoding"), "{path} {accepted:?}");
        }
    }

    #[actix_web::test]
    async fn a_tag_comes_back_as_it_was_made() {
        for (sent, arrived) in
            [(GZIPPED, TAG), (TAG, TAG), ("\"b-gzip\", W/\"c\", \"a-gzip\"", "\"b\", W/\"c\", \"a\""), ("*", "*")]
        {
            let (headers, _) = ask("/5000/text-plain", &[("if-none-match", sent)]).await;
            assert_eq!(text(&headers, "x-asked"), Some(arrived), "{sent}");
        }
        let (headers, _) = ask("/0/text-plain", &[("if-none-match", GZIPPED)]).await;
        assert_eq!(text(&headers, "etag"), Some(GZIPPED), "a 304 has the tag of the condition");
    }
}
