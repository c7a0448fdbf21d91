//! Paging of lists.

use domain::ids;
use ports::{Page, PageStart, Slice};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::input::reader::{FieldReader, Fields};

const DEFAULT_SIZE: u32 = 10;
const MAX_SIZE: u32 = 100;
/// The number of rows that can be skipped by page numbers, which costs time; beyond it, clients must use `after`.
const MAX_DEPTH: u32 = 100_000;

/// The requested page of a list.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Paging {
    /// The number of the page, from 1.
    #[param(minimum = 1)]
    pub page: Option<i64>,
    /// The maximum number of items (default 10).
    #[param(minimum = 1, maximum = 100)]
    pub per_page: Option<i64>,
    /// Another name of `per_page`.
    #[param(minimum = 1, maximum = 100)]
    pub limit: Option<i64>,
    /// The id after which the page starts, in place of `page`.
    #[param(value_type = Option<uuid::Uuid>)]
    pub after: Option<String>,
}

impl Fields for Paging {
    type Values = Page;

    fn read(&self, r: &mut FieldReader) -> Option<Page> {
        let mut size = |field, size: Option<i64>| match size.map(u32::try_from) {
            None => None,
            Some(Ok(size @ 1..=MAX_SIZE)) => Some(size),
            Some(_) => {
                r.refuse(field, format_args!("must be between 1 and {MAX_SIZE}."));
                None
            }
        };
        let size = size("per_page", self.per_page).or(size("limit", self.limit)).unwrap_or(DEFAULT_SIZE);
        if self.per_page.is_some() && self.limit.is_some() && self.per_page != self.limit {
            r.refuse("limit", "may not differ from per_page.");
        }
        let number = self.page.unwrap_or(1);
        if number < 1 {
            r.refuse("page", "must be at least 1.");
        } else if self.page.is_some() && self.after.is_some() {
            r.refuse("page", "may not be sent together with after.");
        } else if number.saturating_mul(size.into()) > MAX_DEPTH.into() {
            r.refuse("page", format_args!("is too deep: page × per_page may be {MAX_DEPTH} at most."));
        }
        let start = match &self.after {
            Some(after) => PageStart::After(ids::parse(after).map_err(|error| r.refuse("after", error)).ok()?),
            None => PageStart::Number(number.try_into().ok()?),
        };
        Some(Page { start, size })
    }
}

/// A request for a page of a filtered list.
#[derive(Debug, Clone, Default)]
pub struct List<F> {
    /// The filter.
    pub filter: F,
    /// The page.
    pub paging: Paging,
}

impl<F: Fields> Fields for List<F> {
    type Values = (F::Values, Page);

    fn read(&self, r: &mut FieldReader) -> Option<Self::Values> {
        let filter = self.filter.read(r);
        let page = self.paging.read(r);
        filter.zip(page)
    }
}

/// A page of a list, with its position.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed<T> {
    /// The items, in order.
    pub items: Vec<T>,
    /// Whether more items follow.
    pub has_more: bool,
    /// The position of the page.
    pub page: Page,
}

impl<T> Listed<T> {
    /// Whether the next page can be requested by its number.
    pub fn next_is_numbered(&self) -> bool {
        matches!(self.page.start, PageStart::Number(number) if (number + 1) * self.page.size <= MAX_DEPTH)
    }

    pub(crate) fn new(slice: Slice<T>, page: Page) -> Self {
        Self { items: slice.items, has_more: slice.has_more, page }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::reader::read;

    fn field_errors(page: Option<i64>, per_page: Option<i64>, after: Option<&str>) -> Vec<String> {
        let paging = Paging { page, per_page, limit: None, after: after.map(str::to_owned) };
        let errors = read(&paging).err().unwrap_or_default().into_errors();
        let mut fields: Vec<_> = errors.into_keys().map(String::from).collect();
        fields.sort();
        fields
    }

    #[test]
    fn pages_have_bounds() {
        let id = "0192f0c1-7b1e-7000-8000-000000000000";
        for (page, per_page, after, expected) in [
            (None, None, None, &[][..]),
            (Some(1), Some(1), None, &[]),
            (Some(1000), Some(100), None, &[]),
            (Some(10_000), None, None, &[]),
            (None, Some(100), Some(id), &[]),
            (Some(1001), Some(100), None, &["page"]),
            (Some(i64::MAX), Some(100), None, &["page"]),
            (Some(0), Some(0), None, &["page", "per_page"]),
            (Some(-1), Some(101), Some("x"), &["after", "page", "per_page"]),
            (Some(2), None, Some(id), &["page"]),
        ] {
            assert_eq!(field_errors(page, per_page, after), expected, "{page:?} {per_page:?} {after:?}");
        }
    }

    #[test]
    fn the_size_has_two_names() {
        let sized = |per_page, limit| Paging { per_page, limit, ..Paging::default() };
        assert_eq!(read(&sized(None, Some(7))).map(|page| page.size), Ok(7));
        assert!(read(&sized(Some(7), Some(7))).is_ok());
        for (paging, field) in [(sized(Some(7), Some(8)), "limit"), (sized(None, Some(0)), "limit")] {
            let errors = read(&paging).expect_err("refused");
            assert!(errors.errors().contains_key(field));
        }
    }

    #[test]
    fn the_last_page_with_a_number_leads_on_by_id() {
        let listed = |number| {
            let page = Page { start: PageStart::Number(number), size: 100 };
            Listed { items: Vec::<u8>::new(), has_more: true, page }
        };
        assert!(listed(999).next_is_numbered());
        assert!(!listed(1000).next_is_numbered());
    }

    #[test]
    fn the_first_ten_are_the_default() {
        assert_eq!(read(&Paging::default()), Ok(Page { start: PageStart::Number(1), size: 10 }));
    }
}
