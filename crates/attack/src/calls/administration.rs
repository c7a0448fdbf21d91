//! Calls of tenants, users, keys, the workspace and the audit trail.

use serde_json::json;

use super::{ADMIN, Line, READ, Sibling, WRITE};

/// Returns the calls of tenants, users, keys, the workspace and the audit trail.
pub(super) fn calls() -> Vec<Line> {
    use Sibling::{Forbidden, Itself, NotFound};
    let named = || Some(json!({ "name": "Taken over" }));
    let statused = || Some(json!({ "user_status": 2 }));
    vec![
        ("listTenants", READ, None, Forbidden),
        ("countTenants", READ, None, Forbidden),
        ("createTenant", ADMIN, named(), Forbidden),
        ("getCurrentTenant", READ, None, Itself),
        ("getTenant", READ, None, NotFound),
        ("replaceTenant", ADMIN, named(), Forbidden),
        ("updateTenant", ADMIN, named(), Forbidden),
        ("deleteTenant", ADMIN, None, Forbidden),
        ("deactivateTenant", ADMIN, statused(), Forbidden),
        ("activateTenant", ADMIN, statused(), Forbidden),
        ("switchTenant", WRITE, None, NotFound),
        ("listLocations", READ, None, Itself),
        ("countLocations", READ, None, Itself),
        ("getLocationHierarchy", READ, None, Itself),
        ("createLocation", WRITE, named(), Itself),
        ("getLocation", READ, None, NotFound),
        ("replaceLocation", WRITE, named(), NotFound),
        ("updateLocation", WRITE, named(), NotFound),
        ("deleteLocation", WRITE, None, NotFound),
        ("listUsers", READ, None, Itself),
        ("countUsers", READ, None, Itself),
        ("getMe", READ, None, Itself),
        (
            "createUser",
            ADMIN,
            Some(json!({ "name": "A colleague", "email": "{new}@example.com", "role": "venue" })),
            Itself,
        ),
        ("getUser", READ, None, NotFound),
        ("replaceUser", ADMIN, named(), NotFound),
        ("updateUser", ADMIN, named(), NotFound),
        ("deleteUser", ADMIN, None, NotFound),
        ("find", READ, None, Itself),
        ("listApiKeys", ADMIN, None, Itself),
        ("countApiKeys", ADMIN, None, Itself),
        ("createApiKey", ADMIN, Some(json!({ "name": "A key", "user_id": "{user}", "permission": "READ" })), NotFound),
        ("revokeApiKey", ADMIN, None, NotFound),
        ("getWorkspace", READ, None, Forbidden),
        (
            "updateWorkspace",
            ADMIN,
            Some(json!({ "name": "Taken over", "defaultDiscountPercentage": 99.99 })),
            Forbidden,
        ),
        ("listAudit", ADMIN, None, Itself),
        ("countAudit", ADMIN, None, Itself),
    ]
}
