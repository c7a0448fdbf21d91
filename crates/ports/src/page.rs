//! Pages of lists.

use uuid::Uuid;

/// The start of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PageStart {
    /// Page `n`, counted from 1.
    Number(u32),
    /// After this id: the cost does not depend on the position in the list.
    After(Uuid),
}

/// A requested part of a list. Lists are ordered by id, oldest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page {
    /// The start.
    pub start: PageStart,
    /// The maximum number of items, at least 1.
    pub size: u32,
}

impl Page {
    /// The number of items before the page.
    pub const fn offset(self) -> u64 {
        match self.start {
            PageStart::Number(number) => (number as u64 - 1) * self.size as u64,
            PageStart::After(_) => 0,
        }
    }
}

/// One page of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slice<T> {
    /// The items, in order.
    pub items: Vec<T>,
    /// Whether more items follow.
    pub has_more: bool,
}
