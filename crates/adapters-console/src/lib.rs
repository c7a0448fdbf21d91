//! The console: pages for people who operate a workspace, on actix-web. `docs/console.md` describes it.
//!
//! # What belongs here
//!
//! HTML made on the server, over the use cases of `application`, with the rights of the key that signed in. Imports go down
//! only, in this order:
//!
//! * `server`: the routes, headers and assets.
//! * `areas`: a file or folder per area; `lists` has the pages and CSV files of all lists.
//! * `request`: the session, forms and queries. Every handler gets a `Visit`, and an action a `Form` too.
//! * `response`: the layout, tables, fields, facts, buttons, refusals.
//! * `assets`: the style sheet and the scripts, in the binary.
//! * `state`: the use cases and limits that requests share.
//!
//! Nothing is authorised here: the use cases do. Buttons that the key cannot use are left out for convenience only.
//!
//! # How to add a page
//!
//! 1. A list: implement `lists::Rows` (filters, columns, a page of the use case), and route `lists::list::<T>` and
//!    `lists::csv::<T>`.
//! 2. Another page: an `async fn(Visit) -> Answer` that calls use cases and returns `visit.page(title, API, body)`. The body is
//!    made of `facts`, `table`, `form` and `button` of `response`.
//! 3. An action: an `async fn(Visit, Form) -> Answer`, routed by `act`. `form.command(&fields)` is the command of the use case,
//!    whose names the fields have. It ends with `visit.done(path, Done::Saved)`; a refusal becomes a page, or with
//!    `Refused::beside_form` the form again.
//! 4. `Api` names the operation that does the same; a test compares it with the document of the API.

mod areas;
mod assets;
#[cfg(feature = "fuzzing")]
pub mod fuzzing;
mod request;
mod response;
mod server;
mod state;

pub use self::server::configure;
pub use self::state::{Console, ConsoleSettings, CountRequest, Shared};
