//! Contents that are the same for every request: compressed once, and sent without copying.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use actix_http::ResponseHead;
use actix_http::encoding::Encoder;
use actix_web::HttpResponse;
use actix_web::body::{BodySize, BoxBody, MessageBody, to_bytes};
use actix_web::dev::ServiceResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_ENCODING, ContentEncoding, HeaderValue};
use actix_web::web::Bytes;
use tokio::sync::OnceCell;

use super::memory::PIECE;

/// A fixed content. The first client that accepts gzip has it compressed, for all later ones too.
pub(crate) struct Fixed {
    plain: Bytes,
    gzipped: OnceCell<Bytes>,
}

impl Fixed {
    pub(crate) fn new(content: impl Into<Bytes>) -> Arc<Self> {
        Arc::new(Self { plain: content.into(), gzipped: OnceCell::new() })
    }

    /// Creates a response with the content.
    pub(crate) fn response(self: Arc<Self>, content_type: &str) -> HttpResponse {
        let mut response = HttpResponse::Ok().content_type(content_type).body(Pieces(self.plain.clone()));
        response.extensions_mut().insert(self);
        response
    }

    async fn gzipped(&self) -> Option<Bytes> {
        let compress = || {
            let head = &mut ResponseHead::new(StatusCode::OK);
            to_bytes(Encoder::response(ContentEncoding::Gzip, head, self.plain.clone()))
        };
        self.gzipped.get_or_try_init(compress).await.ok().cloned()
    }
}

/// Replaces the body of a response by its compressed content, if it is fixed.
pub(super) async fn gzipped(response: ServiceResponse) -> ServiceResponse {
    let fixed = response.response().extensions().get::<Arc<Fixed>>().cloned();
    let Some(fixed) = fixed else { return response };
    let Some(content) = fixed.gzipped().await else { return response };
    response.map_body(|head, _| {
        head.headers_mut().insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        BoxBody::new(Pieces(content))
    })
}

/// A body that is sent in pieces of one shared buffer.
struct Pieces(Bytes);

impl MessageBody for Pieces {
    type Error = Infallible;

    fn size(&self) -> BodySize {
        BodySize::Sized(self.0.len() as u64)
    }

    fn poll_next(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Bytes, Self::Error>>> {
        let rest = &mut self.get_mut().0;
        let piece = rest.split_to(rest.len().min(PIECE));
        Poll::Ready((!piece.is_empty()).then_some(Ok(piece)))
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;

    use actix_web::dev::Service;
    use actix_web::middleware::from_fn;
    use actix_web::test::{TestRequest, init_service};
    use actix_web::{App, web};

    use super::*;
    use crate::server::compression::compression;

    #[actix_web::test]
    async fn a_fixed_content_is_compressed_once_and_never_copied() {
        let content = Bytes::from(b"content ".repeat(PIECE / 2));
        let fixed = Fixed::new(content.clone());
        let app = App::new().wrap(from_fn(compression)).route(
            "/",
            web::get().to(move || {
                let fixed = Arc::clone(&fixed);
                async move { fixed.response("text/plain") }
            }),
        );
        let app = init_service(app).await;
        let ask = async |accepted: &str| {
            let request = TestRequest::default().insert_header(("accept-encoding", accepted)).to_request();
            let response = app.call(request).await.expect("a response");
            let encoding = response.headers().get(CONTENT_ENCODING).cloned();
            let size = response.response().body().size();
            let mut body = response.into_body();
            let first = poll_fn(|context| Pin::new(&mut body).poll_next(context)).await;
            (encoding, size, first.and_then(Result::ok).expect("a piece"))
        };
        let (encoding, size, first) = ask("identity").await;
        assert_eq!((encoding, size), (None, BodySize::Sized(content.len() as u64)));
        assert_eq!((first.as_ptr(), first.len()), (content.as_ptr(), PIECE));

        let (encoding, size, first) = ask("gzip").await;
        assert_eq!(encoding, Some(HeaderValue::from_static("gzip")));
        assert!(matches!(size, BodySize::Sized(..1000)), "{size:?}");
        assert_eq!(ask("gzip").await.2.as_ptr(), first.as_ptr());
    }
}
