//! Preconditions of changes, such as `If-Match`.

use std::fmt;

use crate::outcome::refusal::Refusal;

/// A condition on the stored resource, checked between loading and storing. The guard of the write ensures that it
/// still holds.
pub struct Precondition<T>(Option<Holds<T>>);

type Holds<T> = Box<dyn Fn(Option<&T>) -> bool + Send + Sync>;

impl<T> Precondition<T> {
    /// Creates a precondition from a predicate. Its argument is `None` if the resource does not exist.
    pub fn new(holds: impl Fn(Option<&T>) -> bool + Send + Sync + 'static) -> Self {
        Self(Some(Box::new(holds)))
    }

    /// Checks the precondition. Call it after the resource is found and the request is validated, and before conflicts
    /// with stored data are reported.
    pub(crate) fn check(&self, found: &T) -> Result<(), Refusal> {
        self.check_if_any(Some(found))
    }

    /// Checks the precondition of a change that creates the resource if it does not exist.
    pub(crate) fn check_if_any(&self, found: Option<&T>) -> Result<(), Refusal> {
        match &self.0 {
            Some(holds) if !holds(found) => Err(Refusal::PreconditionFailed),
            _ => Ok(()),
        }
    }
}

/// The default has no condition.
impl<T> Default for Precondition<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<T> fmt::Debug for Precondition<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Precondition").field(&self.0.is_some()).finish()
    }
}
