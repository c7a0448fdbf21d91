//! Actions on a page: filling fields, pressing buttons, following links. By mouse, or with the Tab key and others.

use fantoccini::elements::Element;
use fantoccini::error::CmdError;
use fantoccini::key::Key;
use serde_json::{Value, json};

use super::{Browser, Hand};
use crate::support::{until, until_so};

/// More presses of the Tab key than a page has things to reach.
const TABS: usize = 400;

/// Returns the first visible element of an `XPath`.
const FIND: &str =
    "const found = document.evaluate(arguments[0], document, null, XPathResult.ORDERED_NODE_ITERATOR_TYPE);
    for (let element; (element = found.iterateNext()); ) {
        if (element.checkVisibility({ visibilityProperty: true })) return element;
    }
    return null";

/// Prepares a field for typing over its value. Returns its type.
const SELECT: &str = "const [field] = arguments;
    if (document.activeElement !== field) field.focus();
    field.select?.();
    return field.type";

/// Returns the element that has the focus, and how often the Tab key must be pressed at least until the other has it.
const TABS_TO: &str = "const [target] = arguments;
    const active = document.activeElement;
    if (active === target && target.matches(':focus-visible')) return [active, 0];
    const all = [...document.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex]')]
        .filter((element) => element.tabIndex >= 0 && !element.disabled && element.type !== 'hidden' && element.checkVisibility());
    const [here, there] = [all.indexOf(active), all.indexOf(target)];
    return [active, here < there ? there - here : Math.max(1, all.length - here)]";

/// Marks the page, if the element leads to another one. Returns whether it does, and the action of the form that it sends.
const LEAVE: &str = "const [pressed, scripts] = arguments;
    const form = pressed.form;
    const posts = form?.method === 'post';
    const leads = form ? posts || !scripts : pressed.tagName === 'A';
    if (leads) document.documentElement.dataset.left = '';
    return [leads, posts ? form.getAttribute('action') : null]";
const HAS_LEFT: &str = "return document.readyState === 'complete' && !('left' in document.documentElement.dataset)";

/// Marks the marker nearest to the middle of the map: a listing, or else a group. Returns the number of chosen listings.
const NEAREST: &str = "document.querySelectorAll('[data-nearest]').forEach((marker) => delete marker.dataset.nearest);
    const middle = (element) => {
        const box = element.getBoundingClientRect();
        return [box.x + box.width / 2, box.y + box.height / 2];
    };
    const [x, y] = middle(document.querySelector('#map'));
    const far = (marker) => Math.hypot(middle(marker)[0] - x, middle(marker)[1] - y);
    const isGroup = (marker) => (marker.textContent ? 1 : 0);
    const markers = [...document.querySelectorAll('#map .marker:not(.imported)')];
    markers.sort((a, b) => isGroup(a) - isGroup(b) || far(a) - far(b));
    if (markers.length) markers[0].dataset.nearest = '';
    return document.querySelectorAll('#map [name=listingIDs]').length";

impl Browser {
    /// Fills the field with the label.
    #[track_caller]
    pub(in crate::browser) fn fill(&self, label: &str, value: &str) {
        let field = self.field(label);
        if self.hand == Hand::Keyboard {
            self.focus(&field);
        }
        if self.run(SELECT, vec![json!(field)]) == "date" {
            // The parts in the order of en-US.
            let (year, rest) = value.split_once('-').expect("YYYY-MM-DD");
            self.type_text(&field, &format!("{}{year}", rest.replace('-', "")));
        } else {
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

    /// Ticks the first box with the name.
    #[track_caller]
    pub(in crate::browser) fn tick(&self, name: &str) {
        let field = self.find(&format!("//input[@type='checkbox'][@name={name:?}]"));
        self.operate(&field, ' ');
    }

    /// Chooses a listing on the map: opens groups of markers until one stands alone.
    #[track_caller]
    pub(in crate::browser) fn choose_on_map(&self) {
        until_so(|| {
            if self.run(NEAREST, Vec::new()) == 1 {
                return true;
            }
            // Other markers may replace it at any time.
            if let Some(nearest) = self.visible("//*[@data-nearest]") {
                let _ = self.try_operate(&nearest, Key::Enter.into());
            }
            false
        });
    }

    /// Presses the button, or what looks like one.
    #[track_caller]
    pub(in crate::browser) fn press(&self, name: &str) {
        let named = format!("normalize-space()={name:?} or @aria-label={name:?}");
        let button =
            self.find(&format!("//button[{named}] | //a[contains(@class, 'button')][{named}] | //summary[{named}]"));
        self.leave_by(&button);
    }

    /// Follows the link with the text.
    #[track_caller]
    pub(in crate::browser) fn follow(&self, text: &str) {
        let link = self.find(&format!("//main//a[normalize-space()={text:?}] | //nav//a[normalize-space()={text:?}]"));
        self.leave_by(&link);
    }

    /// Presses a button or a link, and waits for the page that it leads to.
    #[track_caller]
    fn leave_by(&self, element: &Element) {
        let left = self.run(LEAVE, vec![json!(element), json!(self.runs_scripts)]);
        self.operate(element, Key::Enter.into());
        if left[0] == true {
            until(|| match self.try_run(HAS_LEFT, Vec::new()) {
                Ok(has_left) if has_left == true => Ok(()),
                _ => Err(format!("still on {}", self.path())),
            });
        }
        self.sent.borrow_mut().extend(left[1].as_str().map(str::to_owned));
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
        until(|| self.visible(path).ok_or_else(|| format!("no {path} on {}:\n{}", self.path(), self.text())))
    }

    fn visible(&self, path: &str) -> Option<Element> {
        self.element(&self.try_run(FIND, vec![json!(path)]).ok()?)
    }

    /// Returns the element that a script has returned.
    fn element(&self, returned: &Value) -> Option<Element> {
        let id = returned.as_object()?.values().next()?.as_str()?;
        Some(Element::from_element_id(self.client.clone(), id.to_owned().into()))
    }

    #[track_caller]
    fn operate(&self, element: &Element, key: char) {
        self.try_operate(element, key).expect("the element is operated");
    }

    fn try_operate(&self, element: &Element, key: char) -> Result<(), CmdError> {
        if self.hand == Hand::Mouse {
            return self.runtime.block_on(element.clone().click());
        }
        self.try_focus(element)?;
        self.runtime.block_on(element.send_keys(&key.to_string()))
    }

    #[track_caller]
    fn focus(&self, element: &Element) {
        self.try_focus(element).expect("the element is reached");
    }

    /// Reaches an element: with the Tab key where there is no mouse.
    fn try_focus(&self, element: &Element) -> Result<(), CmdError> {
        let element = json!(element);
        if self.hand == Hand::Mouse {
            return self.try_run("arguments[0].focus()", vec![element]).map(drop);
        }
        let tab = char::from(Key::Tab).to_string();
        let mut pressed = 0;
        while pressed < TABS {
            let found = self.try_run(TABS_TO, vec![element.clone()])?;
            let count = found[1].as_u64().and_then(|count| usize::try_from(count).ok()).unwrap_or(1);
            if count == 0 {
                return Ok(());
            }
            pressed += count;
            if let Some(active) = self.element(&found[0]) {
                self.runtime.block_on(active.send_keys(&tab.repeat(count)))?;
            }
        }
        panic!(
            "the Tab key does not reach {} on {}",
            self.run("return arguments[0].outerHTML", vec![element]),
            self.path()
        );
    }

    #[track_caller]
    fn type_text(&self, element: &Element, keys: &str) {
        self.runtime.block_on(element.send_keys(keys)).expect("the keys are typed");
    }
}
