//! The console in a real browser.

mod axe;
mod driver;
mod journeys;
mod pages;
mod scene;

use self::driver::{Browser, Hand};
use self::scene::Scene;
use crate::support::Engine;

/// Every page is read on both engines. How a page looks does not depend on the engine, so one of them is enough for the rest.
mod sqlite {
    use super::*;

    #[test]
    fn every_page_is_accessible_and_fits_a_phone() {
        pages::every_page_is_accessible_and_fits_a_phone(&Scene::set(Engine::sqlite()));
    }

    #[test]
    fn every_page_can_be_read_without_scripts() {
        let scene = Scene::set(Engine::sqlite());
        let browser = Browser::open(&scene.base(), Hand::Mouse).without_scripts();
        pages::every_page_can_be_read(&scene, &browser);
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
    fn every_page_can_be_read() {
        let scene = Scene::set(Engine::postgres());
        let browser = Browser::open(&scene.base(), Hand::Mouse);
        pages::every_page_can_be_read(&scene, &browser);
    }
}
