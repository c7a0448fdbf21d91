//! The console in a real browser.

mod axe;
mod driver;
mod journeys;
mod pages;
mod resources;
mod scene;

use std::collections::BTreeSet;

use self::driver::{Browser, Hand};
use self::scene::Scene;
use crate::support::Engine;

/// Every page is read and every journey made on both engines. How a page looks does not depend on the engine, so one of them is
/// enough for the rest.
mod sqlite {
    use super::*;

    #[test]
    fn every_page_is_accessible_and_fits_a_phone() {
        pages::every_page_is_accessible_and_fits_a_phone(&Scene::set(Engine::sqlite()));
    }

    #[test]
    fn every_page_can_be_read_and_every_form_works_without_scripts() {
        let scene = Scene::set(Engine::sqlite());
        let browser = Browser::open(&scene.base(), Hand::Mouse).without_scripts();
        let forms = pages::every_page_can_be_read(&scene, &browser);
        browser.press("Sign out");
        journeys::all(&scene, &browser);
        resources::all_are_made_edited_and_deleted(&scene, &browser);
        let sent: BTreeSet<_> = browser.sent().iter().map(|action| pages::kind_of(action)).collect();
        let unsent: Vec<_> = forms.difference(&sent).collect();
        assert!(unsent.is_empty(), "no journey sends {unsent:?}");
    }

    #[test]
    fn the_keyboard_is_enough() {
        let scene = Scene::set(Engine::sqlite());
        journeys::all(&scene, &Browser::open(&scene.base(), Hand::Keyboard));
    }
}

mod postgres {
    use super::*;

    #[test]
    fn every_page_can_be_read_and_every_journey_made() {
        let scene = Scene::set(Engine::postgres());
        let browser = Browser::open(&scene.base(), Hand::Mouse);
        pages::every_page_can_be_read(&scene, &browser);
        browser.press("Sign out");
        journeys::all(&scene, &browser);
    }
}
