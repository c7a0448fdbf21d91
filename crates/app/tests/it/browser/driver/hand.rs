//! What people do on a page: fill fields, press buttons, follow links. By mouse, or with the Tab key and others.

use fantoccini::Locator;
use fantoccini::elements::Element;
use fantoccini::key::Key;
use serde_json::json;

use super::{Browser, Hand};
use crate::support::until;

/// More presses of the Tab key than a page has things to reach.
const TABS: usize = 400;

impl Browser {
    /// Fills the field with the label.
    #[track_caller]
    pub(in crate::browser) fn fill(&self, label: &str, value: &str) {
        let field = self.field(label);
        let kind = self.runtime.block_on(field.attr("type")).expect("the field's type").unwrap_or_default();
        self.focus(&field);
        if kind == "date" {
            // The parts in the order of en-US.
            let (year, rest) = value.split_once('-').expect("YYYY-MM-DD");
            self.type_text(&field, &format!("{}{year}", rest.replace('-', "")));
        } else {
            self.run("arguments[0].select?.()", vec![json!(field)]);
            self.type_text(&field, &format!("{}{value}", char::from(Key::Delete)));
        }
    }

    /// Chooses an option by its text.
    #[track_caller]
    pub(in crate::browser) fn choose(&self, label: &str, option: &str) {
        let field = self.field(label);
        self.focus(&field);
        if self.hand == Hand::Mouse {
            self.runtime.block_on(field.select_by_label(option)).expect("the option");
        } else {
            self.type_text(&field, option);
        }
    }

    /// Changes the checkbox or the radio button with the label.
    #[track_caller]
    pub(in crate::browser) fn check(&self, label: &str) {
        let field = self.field(label);
        self.operate(&field, ' ');
    }

    /// Presses the button, or what looks like one.
    #[track_caller]
    pub(in crate::browser) fn press(&self, name: &str) {
        let named = format!("normalize-space()={name:?} or @aria-label={name:?}");
        let button =
            self.find(&format!("//button[{named}] | //a[contains(@class, 'button')][{named}] | //summary[{named}]"));
        self.operate(&button, Key::Enter.into());
    }

    /// Follows the link with the text.
    #[track_caller]
    pub(in crate::browser) fn follow(&self, text: &str) {
        let link = self.find(&format!("//main//a[normalize-space()={text:?}] | //nav//a[normalize-space()={text:?}]"));
        self.operate(&link, Key::Enter.into());
    }

    #[track_caller]
    fn field(&self, label: &str) -> Element {
        let field = "*[self::input or self::select or self::textarea]";
        let labelled = format!("//label[span[normalize-space()={label:?}] or normalize-space()={label:?}]");
        self.find(&format!("{labelled}//{field} | //{field}[@aria-label={label:?}]"))
    }

    /// Waits for the first visible element of the `XPath`.
    #[track_caller]
    pub(in crate::browser) fn find(&self, path: &str) -> Element {
        until(|| {
            let found = self.runtime.block_on(self.client.find_all(Locator::XPath(path))).unwrap_or_default();
            let is_visible = |element: &Element| self.runtime.block_on(element.is_displayed()).unwrap_or_default();
            found.into_iter().find(is_visible).ok_or_else(|| format!("no {path} on {}:\n{}", self.path(), self.text()))
        })
    }

    fn operate(&self, element: &Element, key: char) {
        if self.hand == Hand::Mouse {
            self.runtime.block_on(element.clone().click()).expect("a click");
        } else {
            self.focus(element);
            self.type_text(element, &key.to_string());
        }
    }

    /// Reaches an element: with the Tab key where there is no mouse.
    #[track_caller]
    fn focus(&self, element: &Element) {
        let element = json!(element);
        if self.hand == Hand::Mouse {
            self.run("arguments[0].focus()", vec![element]);
            return;
        }
        let tab = char::from(Key::Tab).to_string();
        for _ in 0..TABS {
            let is_there = "return document.activeElement === arguments[0] && arguments[0].matches(':focus-visible')";
            if self.run(is_there, vec![element.clone()]) == true {
                return;
            }
            let active = self.runtime.block_on(self.client.active_element()).expect("an active element");
            self.type_text(&active, &tab);
        }
        panic!(
            "the Tab key does not reach {} on {}",
            self.run("return arguments[0].outerHTML", vec![element]),
            self.path()
        );
    }

    fn type_text(&self, element: &Element, keys: &str) {
        self.runtime.block_on(element.send_keys(keys)).expect("the keys are typed");
    }
}
