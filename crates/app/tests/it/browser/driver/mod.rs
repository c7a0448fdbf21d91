//! A browser with one page, used by mouse or by keyboard.

mod hand;

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::time::Duration;

use fantoccini::error::CmdError;
use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use testkit::Chromium;
use tokio::runtime::{self, Runtime};

use crate::support::until;

/// The device by which a browser is used.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::browser) enum Hand {
    Mouse,
    /// Everything is reached with the Tab key.
    Keyboard,
}

/// A browser. Closed when dropped.
pub(in crate::browser) struct Browser {
    base: String,
    hand: Hand,
    runtime: Runtime,
    client: Client,
    session: String,
    runs_scripts: bool,
    sent: RefCell<BTreeSet<String>>,
}

impl Browser {
    /// Opens a browser with an empty profile.
    pub(in crate::browser) fn open(base: &str, hand: Hand) -> Self {
        let chromium = Chromium::shared();
        let mut arguments = chromium.arguments(&uuid::Uuid::new_v4().to_string());
        arguments
            .extend(["--lang=en-US", "--window-size=1280,900", "--force-device-scale-factor=1"].map(str::to_owned));
        let capabilities = json!({
            "goog:chromeOptions": { "binary": chromium.program(), "args": arguments },
            "goog:loggingPrefs": { "browser": "ALL" },
        });
        let Value::Object(capabilities) = capabilities else { unreachable!("an object") };
        let runtime = runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let (client, session) = runtime.block_on(async {
            let mut builder = ClientBuilder::new(HttpConnector::new());
            let client = builder.capabilities(capabilities).connect(chromium.driver()).await.expect("a browser");
            let session = client.session_id().await.expect("a session").expect("its id");
            (client, session)
        });
        Self { base: base.to_owned(), hand, runtime, client, session, runs_scripts: true, sent: RefCell::default() }
    }

    /// Turns scripts off for all pages that follow.
    pub(in crate::browser) fn without_scripts(mut self) -> Self {
        self.devtools("Emulation.setScriptExecutionDisabled", &json!({ "value": true }));
        self.runs_scripts = false;
        self
    }

    pub(in crate::browser) const fn runs_scripts(&self) -> bool {
        self.runs_scripts
    }

    /// Returns the actions of the forms that were sent.
    pub(in crate::browser) fn sent(&self) -> BTreeSet<String> {
        self.sent.borrow().clone()
    }

    /// Sets the theme that the reader prefers.
    pub(in crate::browser) fn prefer(&self, theme: &str) {
        let feature = json!({ "name": "prefers-color-scheme", "value": theme });
        self.devtools("Emulation.setEmulatedMedia", &json!({ "features": [feature] }));
    }

    /// Sets the size of the page in pixels.
    pub(in crate::browser) fn resize(&self, width: u32, height: u32) {
        let size = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        self.devtools("Emulation.setDeviceMetricsOverride", &size);
    }

    /// Sends a command of the developer tools, which `WebDriver` has no word for.
    fn devtools(&self, command: &str, parameters: &Value) -> Value {
        let body = json!({ "cmd": command, "params": parameters });
        self.ask("goog/cdp/execute", &body)
    }

    /// Returns the errors and warnings since the last call: of scripts, and of what the content security policy refused.
    pub(in crate::browser) fn complaints(&self) -> Vec<String> {
        let entries = self.ask("se/log", &json!({ "type": "browser" }));
        let entries = entries.as_array().expect("entries").iter();
        entries.filter(|entry| entry["level"] != "INFO").map(|entry| entry["message"].to_string()).collect()
    }

    fn ask(&self, command: &str, body: &Value) -> Value {
        let url = format!("{}/session/{}/{command}", Chromium::shared().driver(), self.session);
        let mut answer = ureq::post(url).send_json(body).expect("the driver's answer");
        let answer: Value = answer.body_mut().read_json().expect("JSON");
        answer["value"].clone()
    }

    /// Opens a page of the service.
    pub(in crate::browser) fn goto(&self, path: &str) {
        let url = if path.starts_with("http") { path.to_owned() } else { format!("{}{path}", self.base) };
        self.runtime.block_on(self.client.goto(&url)).expect("a page");
    }

    /// Returns the path and query of the page.
    pub(in crate::browser) fn path(&self) -> String {
        let url = self.runtime.block_on(self.client.current_url()).expect("a URL");
        url.as_str().strip_prefix(&self.base).expect("a page of the service").to_owned()
    }

    /// Runs a script in the page, also where the page's own are turned off.
    #[track_caller]
    pub(in crate::browser) fn run(&self, script: &str, arguments: Vec<Value>) -> Value {
        self.try_run(script, arguments).expect("the script ends")
    }

    fn try_run(&self, script: &str, arguments: Vec<Value>) -> Result<Value, CmdError> {
        self.runtime.block_on(self.client.execute(script, arguments))
    }

    /// Runs a script that calls its last argument with its result.
    pub(in crate::browser) fn run_async(&self, script: &str, arguments: Vec<Value>) -> Value {
        self.runtime.block_on(self.client.execute_async(script, arguments)).expect("the script ends")
    }

    /// Returns the text that a reader sees.
    pub(in crate::browser) fn text(&self) -> String {
        self.run("return document.body.innerText", Vec::new()).as_str().unwrap_or_default().to_owned()
    }

    /// Waits until a reader sees the text.
    #[track_caller]
    pub(in crate::browser) fn sees(&self, text: &str) {
        until(|| {
            let seen = self.text();
            if seen.contains(text) { Ok(()) } else { Err(format!("no {text:?} on {}:\n{seen}", self.path())) }
        });
    }

    /// Waits until a reader sees the text no longer.
    #[track_caller]
    pub(in crate::browser) fn sees_no_longer(&self, text: &str) {
        until(|| {
            let seen = self.text();
            if seen.contains(text) { Err(format!("{text:?} is on {}:\n{seen}", self.path())) } else { Ok(()) }
        });
    }

    /// Returns a picture of the part of the page in view, as PNG.
    pub(in crate::browser) fn picture(&self) -> Vec<u8> {
        self.runtime.block_on(self.client.screenshot()).expect("a picture")
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // The test may be panicking already; the watchdog of the driver ends what is left.
        let close = async { tokio::time::timeout(Duration::from_secs(10), self.client.clone().close()).await };
        let _ = self.runtime.block_on(close);
    }
}
