//! Query parameters of operations that write. Unknown parameters are refused, because the client expects an effect.

use actix_web::HttpRequest;
use application::{FieldErrors, InvalidInput};
use url::form_urlencoded;

use crate::openapi::query_parameters;
use crate::router::Router;

/// The maximum number of characters of an unknown name that the refusal repeats.
const MOST: usize = 100;
/// The maximum number of unknown names that the refusal repeats.
const MOST_NAMES: usize = 100;

/// Refuses parameters that the operation does not know.
pub(crate) fn refuse_unknown(request: &HttpRequest) -> Result<(), InvalidInput> {
    let query = request.query_string();
    if query.is_empty() {
        return Ok(());
    }
    let known: Vec<_> = Router::operation_of(request).into_iter().flat_map(query_parameters).collect();
    field_errors(query, &known).map_or(Ok(()), |field_errors| Err(field_errors.into()))
}

pub(crate) fn field_errors(query: &str, known: &[&str]) -> Option<FieldErrors> {
    let names = form_urlencoded::parse(query.as_bytes()).map(|(name, _)| name);
    let unknown = names.filter(|name| !known.iter().any(|known| *known == name)).take(MOST_NAMES);
    let field_errors: FieldErrors = unknown
        .map(|name| {
            let name: String = name.chars().take(MOST).collect();
            let hint = hint(&name, known);
            let sentence = format!("The {name} parameter is unknown. {hint}");
            (name, vec![sentence])
        })
        .collect();
    (!field_errors.is_empty()).then_some(field_errors)
}

fn hint(name: &str, known: &[&str]) -> String {
    let plain = |name: &str| name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
    match known.iter().find(|known| plain(known) == plain(name)) {
        Some(meant) => format!("It must be written {meant}."),
        None if known.is_empty() => "The operation takes none.".to_owned(),
        None => format!("The operation takes {}.", known.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parameter_that_was_meant_is_named() {
        let known = ["dryRun"];
        assert_eq!(field_errors("dryRun=true", &known), None);
        assert_eq!(field_errors("", &known), None);
        for name in ["dryrun", "dry_run", "DryRun", "dry-run", "DRYRUN"] {
            let field_errors = field_errors(&format!("dryRun=true&{name}=true"), &known).expect("unknown");
            assert_eq!(field_errors[name], [format!("The {name} parameter is unknown. It must be written dryRun.")]);
        }
        let field_errors = field_errors("%64ry=1&%20", &known).expect("unknown");
        assert_eq!(field_errors.keys().collect::<Vec<_>>(), [" ", "dry"]);
        assert_eq!(field_errors["dry"], ["The dry parameter is unknown. The operation takes dryRun."]);
    }

    #[test]
    fn of_very_many_unknown_parameters_the_first_are_named() {
        let query = (0..1000).map(|number| format!("x{number}")).collect::<Vec<_>>().join("&");
        let field_errors = field_errors(&query, &["dryRun"]).expect("unknown");
        assert_eq!((field_errors.len(), field_errors.contains_key("x0")), (MOST_NAMES, true));
    }

    #[test]
    fn an_operation_without_parameters_takes_none() {
        let field_errors = field_errors("x", &[]).expect("unknown");
        assert_eq!(field_errors["x"], ["The x parameter is unknown. The operation takes none."]);
    }
}
