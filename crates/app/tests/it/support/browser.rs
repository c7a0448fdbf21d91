//! A browser without scripts: it keeps the cookie of a session, and sends forms as a page has them.

use ureq::Agent;
use ureq::http::Request;
use url::form_urlencoded;

use super::Answer;

/// A browser at the console of a server.
#[derive(Clone)]
pub(crate) struct Browser {
    agent: Agent,
    base: String,
    /// The cookie of the session.
    pub(crate) cookie: Option<String>,
}

impl Browser {
    pub(crate) fn new(base: &str) -> Self {
        let config = Agent::config_builder().http_status_as_error(false).max_redirects(0).build();
        Self { agent: Agent::new_with_config(config), base: base.to_owned(), cookie: None }
    }

    /// Signs in with a key.
    pub(crate) fn signed_in(base: &str, key: &str) -> Self {
        let mut browser = Self::new(base);
        let answer = browser.sign_in(&[("key", key)]);
        assert_eq!((answer.status, answer.header("location")), (303, Some("/console/")), "{}", answer.text);
        browser
    }

    /// Sends the form of the sign-in page.
    pub(crate) fn sign_in(&mut self, fields: &[(&str, &str)]) -> Answer {
        let answer = self.post_from(&self.base, "/console/sign-in", fields);
        let cookie = answer.header("set-cookie").and_then(|cookie| cookie.split(';').next());
        self.cookie = cookie.filter(|cookie| !cookie.ends_with('=')).map(str::to_owned).or_else(|| self.cookie.take());
        answer
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        self.send("GET", path, &[], None)
    }

    /// Opens a page that must be there, and returns its HTML.
    pub(crate) fn open(&self, path: &str) -> String {
        let answer = self.get(path);
        assert_eq!(answer.status, 200, "{path}: {}", answer.text);
        answer.text
    }

    /// Presses a button or sends a form: with these fields, and the hidden fields of the page.
    pub(crate) fn press(&self, page: &str, action: &str, fields: &[(&str, &str)]) -> Answer {
        let html = self.open(page);
        let form = html.split("<form ").find(|form| form.contains(&format!("action=\"{action}\"")));
        let form = form.unwrap_or_else(|| panic!("{page} has no form for {action}: {html}"));
        let form = form.split("</form>").next().unwrap_or_default();
        let hidden = form.split("<input type=\"hidden\" name=\"").skip(1).filter_map(|input| {
            let (name, rest) = input.split_once("\" value=\"")?;
            Some((name, rest.split('"').next()?))
        });
        let sent: Vec<_> = hidden.filter(|(name, _)| fields.iter().all(|(field, _)| field != name)).collect();
        self.post_from(&self.base, action, &[&sent[..], fields].concat())
    }

    /// Returns the value of a hidden field of a page.
    pub(crate) fn hidden(&self, page: &str, name: &str) -> String {
        let html = self.open(page);
        let (_, rest) = html.split_once(&format!("name=\"{name}\" value=\"")).expect("a hidden field");
        rest.split('"').next().unwrap_or_default().to_owned()
    }

    /// Sends a form with the token of the session, from no page in particular.
    pub(crate) fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let token = self.token();
        self.post_from(&self.base, path, &[fields, &[("_token", &token)]].concat())
    }

    /// Sends a form from a page of this origin.
    pub(crate) fn post_from(&self, origin: &str, path: &str, fields: &[(&str, &str)]) -> Answer {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let headers = [("origin", origin), ("content-type", "application/x-www-form-urlencoded")];
        self.send("POST", path, &headers, Some(body))
    }

    /// Returns the token that the forms of the session carry.
    pub(crate) fn token(&self) -> String {
        let answer = self.get("/console/nothing");
        let (_, rest) = answer.text.split_once("name=\"_token\" value=\"").expect("a page of a session");
        rest.split('"').next().unwrap_or_default().to_owned()
    }

    fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: Option<String>) -> Answer {
        let mut request = Request::builder().method(method).uri(format!("{}{path}", self.base));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(cookie) = &self.cookie {
            request = request.header("cookie", cookie);
        }
        let answer = match body {
            Some(body) => self.agent.run(request.body(body).expect("a request")),
            None => self.agent.run(request.body(()).expect("a request")),
        };
        let answer = answer.unwrap_or_else(|error| panic!("{method} {path}: no answer: {error:?}"));
        let (parts, mut body) = answer.into_parts();
        let text = body.read_to_string().expect("UTF-8");
        Answer { status: parts.status.as_u16(), headers: parts.headers, text, json: serde_json::Value::Null }
    }
}
