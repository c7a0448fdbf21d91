//! Pages and CSV files of lists.

use actix_web::web::ServiceConfig;
use application::{Input, List, Listed, Paging, Refusal};
use maud::{Markup, html};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use uuid::Uuid;

use crate::request::query;
use crate::request::route::page;
use crate::request::visit::{Answer, Visit};
use crate::response::csv;
use crate::response::fields::Field;
use crate::response::form::filters;
use crate::response::layout::Api;
use crate::response::refused::Refused;
use crate::response::table::{Column, address, pager, table};

/// The number of rows that are read at a time for a file.
const PIECE: i64 = 100;

/// A list: its filter, its columns, and the use case that returns a page of it.
pub(crate) trait Rows: 'static {
    type Item: 'static;
    type Filter: DeserializeOwned + Clone;
    const TITLE: &'static str;
    const API: &'static [Api];

    /// Returns the fields of the filter, named as the use case's.
    fn filters() -> Vec<Field> {
        Vec::new()
    }

    fn columns(visit: &Visit) -> Vec<Column<Self::Item>>;

    /// Calls the use case.
    fn page(
        visit: &Visit,
        input: Input<List<Self::Filter>>,
    ) -> impl Future<Output = Result<Listed<Self::Item>, Refused>>;

    /// The id by which the page after the last item begins.
    fn id(item: &Self::Item) -> Uuid;

    /// Shows links above the list.
    fn above(_visit: &Visit) -> Markup {
        html! {}
    }
}

/// The filter of a list that has none.
#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct NoFilter {}

/// Adds the page of a list and its file, which has the same address with `.csv`.
pub(crate) fn list_routes<R: Rows>(config: &mut ServiceConfig, path: &str) {
    config.route(path, page(list::<R>)).route(&format!("{path}.csv"), page(file::<R>));
}

/// Shows a page of the list.
async fn list<R: Rows>(visit: Visit) -> Answer {
    let fields = R::filters();
    let (listed, refused) = match R::page(&visit, query::list(&visit.query)).await {
        Ok(listed) => (Some(listed), None),
        Err(refused) => (None, Some(refused.beside_form()?)),
    };
    let path = visit.frame.path.clone();
    let content = html! {
        (R::above(&visit))
        (filters(&fields, &visit.query, refused.as_ref()))
        div #results {
            @if let Some(listed) = &listed {
                (table(R::TITLE, &R::columns(&visit), &listed.items))
                (pager(&path, &visit.query, listed, R::id))
            }
        }
        (csv::link(&address(&format!("{path}.csv"), &visit.query, None)))
    };
    Ok(visit.form_page(R::TITLE, R::API, content, refused.as_ref()))
}

/// Returns the list as a CSV file.
async fn file<R: Rows>(visit: Visit) -> Answer {
    let mut sheet = csv::Sheet::new(R::columns(&visit));
    let filter: R::Filter = query::read(&visit.query).map_err(Refusal::from)?;
    let mut number = 1;
    loop {
        let paging = Paging { page: Some(number), per_page: Some(PIECE), ..Paging::default() };
        let listed = R::page(&visit, Ok(List { filter: filter.clone(), paging })).await?;
        if !(sheet.add(&listed.items) && listed.has_more) {
            break;
        }
        number += 1;
    }
    Ok(sheet.file(&R::TITLE.to_lowercase().replace(' ', "-")))
}
