//! Pages and their parts.

pub(crate) mod buttons;
pub(crate) mod cell;
pub(crate) mod csv;
pub(crate) mod done;
pub(crate) mod facts;
pub(crate) mod fields;
pub(crate) mod form;
pub(crate) mod layout;
pub(crate) mod refused;
pub(crate) mod secret;
pub(crate) mod table;
