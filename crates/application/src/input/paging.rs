//! Paging of lists.

use domain::ids::{self, InvalidIdError};
use ports::{Page, PageStart, Slice};
use validator::{Validate, ValidationErrors};

use crate::input::{Input, checked, invalid};
use crate::outcome::refusal::Refusal;

const DEFAULT_SIZE: u32 = 10;
const MAX_SIZE: u32 = 100;
/// The number of rows that can be skipped by page numbers, which costs time; beyond it, clients must use `after`.
const MAX_DEPTH: u32 = 100_000;

/// The requested page, as sent.
#[derive(Debug, Clone, Default)]
pub struct Paging {
    /// The number of the page, from 1.
    pub page: Option<i64>,
    /// The page size, 1 to 100.
    pub per_page: Option<i64>,
    /// Another name of the page size.
    pub limit: Option<i64>,
    /// The id after which the page starts, instead of a number.
    pub after: Option<String>,
}

impl Validate for Paging {
    fn validate(&self) -> Result<(), ValidationErrors> {
        let mut errors = ValidationErrors::new();
        for (field, size) in [("per_page", self.per_page), ("limit", self.limit)] {
            if size.is_some_and(|size| !(1..=i64::from(MAX_SIZE)).contains(&size)) {
                errors.add(field, invalid(format_args!("must be between 1 and {MAX_SIZE}.")));
            }
        }
        if self.per_page.is_some() && self.limit.is_some() && self.per_page != self.limit {
            errors.add("limit", invalid("may not differ from per_page."));
        }
        let size = self.per_page.or(self.limit).unwrap_or(DEFAULT_SIZE.into());
        match (self.page, &self.after) {
            (Some(page), _) if page < 1 => errors.add("page", invalid("must be at least 1.")),
            (Some(_), Some(_)) => errors.add("page", invalid("may not be sent together with after.")),
            (Some(page), None) if page.saturating_mul(size) > MAX_DEPTH.into() => {
                errors.add("page", invalid(format_args!("is too deep: page × per_page may be {MAX_DEPTH} at most.")));
            }
            _ => {}
        }
        if self.after.as_ref().is_some_and(|after| ids::parse(after).is_err()) {
            errors.add("after", invalid(InvalidIdError));
        }
        if errors.is_empty() { Ok(()) } else { Err(errors) }
    }
}

impl Paging {
    /// Returns the page. Values that [`Validate`] refuses count as the default.
    pub(crate) fn page(&self) -> Page {
        let size = self.per_page.or(self.limit).and_then(|size| size.try_into().ok()).unwrap_or(DEFAULT_SIZE);
        let number = self.page.and_then(|page| page.try_into().ok()).unwrap_or(1);
        let after = self.after.as_ref().and_then(|after| ids::parse(after).ok());
        Page { start: after.map_or(PageStart::Number(number), PageStart::After), size }
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

impl<F: Validate> Validate for List<F> {
    fn validate(&self) -> Result<(), ValidationErrors> {
        let mut errors = self.filter.validate().err().unwrap_or_default();
        if let Err(paging) = self.paging.validate() {
            errors.errors_mut().extend(paging.into_errors());
        }
        if errors.is_empty() { Ok(()) } else { Err(errors) }
    }
}

/// Returns the filter and the page if the request could be read and is valid.
pub(crate) fn checked_list<F: Validate>(input: Input<List<F>>) -> Result<(F, Page), Refusal> {
    let List { filter, paging } = checked(input)?;
    Ok((filter, paging.page()))
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

    fn field_errors(page: Option<i64>, per_page: Option<i64>, after: Option<&str>) -> Vec<String> {
        let paging = Paging { page, per_page, limit: None, after: after.map(str::to_owned) };
        let errors = paging.validate().err().unwrap_or_default().into_errors();
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
        assert_eq!(sized(None, Some(7)).page().size, 7);
        assert!(sized(Some(7), Some(7)).validate().is_ok());
        for (paging, field) in [(sized(Some(7), Some(8)), "limit"), (sized(None, Some(0)), "limit")] {
            let errors = paging.validate().expect_err("refused");
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
        assert_eq!(Paging::default().page(), Page { start: PageStart::Number(1), size: 10 });
    }
}
