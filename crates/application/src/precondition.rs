//! What a client takes for granted about the thing that it changes.

use std::fmt;

use crate::refusal::Refusal;

/// What must hold of a thing so that it is changed. It is looked at between loading and storing, and the guard of what is stored
/// keeps it so.
pub struct Precondition<T>(Option<Holds<T>>);

type Holds<T> = Box<dyn Fn(&T) -> bool + Send + Sync>;

impl<T> Precondition<T> {
    /// The thing must be so.
    pub fn new(holds: impl Fn(&T) -> bool + Send + Sync + 'static) -> Self {
        Self(Some(Box::new(holds)))
    }

    /// To be called when the thing was found and nothing is wrong with the request, before what is stored stands against it.
    pub(crate) fn check(&self, found: &T) -> Result<(), Refusal> {
        match &self.0 {
            Some(holds) if !holds(found) => Err(Refusal::PreconditionFailed),
            _ => Ok(()),
        }
    }
}

/// Nothing is taken for granted.
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
