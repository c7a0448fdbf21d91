//! Webhooks: readers of a tenant's events that the service itself serves, by signed requests.

mod addresses;
mod outcomes;
mod secret;
mod url;

pub use self::addresses::is_public;
pub use self::outcomes::{Failure, Outcome, RetryAfter};
pub use self::secret::{SignedMessage, WebhookSecret};
pub use self::url::{Reach, WebhookUrl, WebhookUrlError};
