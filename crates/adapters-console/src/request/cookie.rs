//! The cookie that holds the key of a session.

use actix_web::HttpRequest;
use actix_web::http::header::{COOKIE, HeaderValue};
use domain::api_keys::ApiKeyToken;

use super::browser::is_on_loopback;

const NAME: &str = "tenantry_console";

/// Returns the key of the session, if the request has a valid cookie.
pub(crate) fn session_key(request: &HttpRequest) -> Option<ApiKeyToken> {
    let headers = request.headers().get_all(COOKIE).filter_map(|value| value.to_str().ok());
    let mut pairs = headers.flat_map(|header| header.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find_map(|(name, value)| (name == NAME).then(|| value.parse().ok())?)
}

/// Returns the header that begins a session. Neither scripts nor requests of other sites get the cookie.
pub(crate) fn begin(request: &HttpRequest, key: &str, seconds: i64) -> HeaderValue {
    set(request, key, seconds)
}

/// Returns the header that ends a session.
pub(crate) fn end(request: &HttpRequest) -> HeaderValue {
    set(request, "", 0)
}

fn set(request: &HttpRequest, value: &str, seconds: i64) -> HeaderValue {
    let secure = if is_on_loopback(request) { "" } else { "; Secure" };
    let cookie = format!("{NAME}={value}; Path=/console; Max-Age={seconds}; HttpOnly; SameSite=Strict{secure}");
    HeaderValue::try_from(cookie).expect("a key is letters and digits")
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;
    use crate::state::sample_key;

    #[test]
    fn the_key_is_found_among_other_cookies() {
        let key = sample_key(7).reveal();
        for (cookies, is_found) in [
            (format!("tenantry_console={key}"), true),
            (format!("a=b; tenantry_console={key}; c=d"), true),
            (format!("tenantry_console={key}x"), false),
            (format!("tenantry_console2={key}"), false),
            (String::new(), false),
        ] {
            let request = TestRequest::get().insert_header((COOKIE, cookies.clone())).to_http_request();
            assert_eq!(session_key(&request).is_some(), is_found, "{cookies}");
        }
    }

    #[test]
    fn the_cookie_is_for_the_console_alone_and_for_tls_but_on_this_machine() {
        for (host, secure) in [("127.0.0.1:8080", ""), ("console.example.com", "; Secure")] {
            let request = TestRequest::get().insert_header(("host", host)).to_http_request();
            let expected = format!("tenantry_console=k; Path=/console; Max-Age=60; HttpOnly; SameSite=Strict{secure}");
            assert_eq!(begin(&request, "k", 60), expected.as_str());
            assert!(end(&request).to_str().expect("ASCII").starts_with("tenantry_console=; Path=/console; Max-Age=0;"));
        }
    }
}
