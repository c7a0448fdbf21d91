//! Lists are read in pages.

use uuid::Uuid;

/// Where a page starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PageStart {
    /// At page `n`, counted from 1.
    Number(u32),
    /// Behind this id: at constant cost, however far into the list.
    After(Uuid),
}

/// Which part of a list is asked for. Lists are ordered by id, oldest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page {
    /// Where it starts.
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

/// A page's worth of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slice<T> {
    /// The items, in order.
    pub items: Vec<T>,
    /// Whether more come behind them.
    pub has_more: bool,
}
