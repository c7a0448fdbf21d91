//! The table of calls, compared with the document.

use attack::{ADMIN, READ, WRITE, calls};

#[test]
fn every_operation_says_the_permission_that_it_requires() {
    let document = serde_json::to_value(adapters_http::document()).expect("JSON");
    let calls = calls();
    let mut told = 0;
    for (method, operation) in
        document["paths"].as_object().expect("paths").values().flat_map(|item| item.as_object().expect("operations"))
    {
        let Some(call) = calls.get(operation["operationId"].as_str().expect("a name")) else { continue };
        let summary = operation["summary"].as_str().expect("a summary").replace('\n', " ");
        let says = |text| summary.contains(text);
        let usual = if method == "get" { READ } else { WRITE };
        assert_eq!(if says("Requires ADMIN.") { ADMIN } else { usual }, call.permission, "{operation:#}");
        assert_eq!(says("Default tenant only."), call.needs_authority(), "{operation:#}");
        told += 1;
    }
    assert_eq!(told, calls.len());
}
