"""Hooks for the walks of schemathesis from operation to operation: only successful requests lead on, so the rules that JSON Schema
cannot express are enforced here.

The other phases send both valid and invalid requests.
"""

import datetime
import random

import schemathesis
from schemathesis.generation.meta import TestPhase

# Headers that are left out, because random values never succeed: the tenant does not exist, the tag was never shown, or the key was
# used with another body.
HEADERS = {"x-calry-tenant-id", "x-tenant-id", "if-match", "if-none-match", "idempotency-key"}
# Fields that are left out, because few values are valid, or because another field excludes them.
RARE = {"amenities", "country", "country_code", "couponCode", "currency", "domain", "expiresAt", "holdExpiresAt", "isDefault"}
RARE |= {"is_trashed", "lat", "lng", "location_id", "maximumNights", "minimumNights", "phone", "promotionID", "status"}
RARE |= {"timeZone", "totalPrice", "totalBasePrice", "totalFeePrice", "totalTaxPrice", "approval"}
# Fields with the id of a resource, and the operation that creates such resources.
IDS = {
    "integrationAccountID": "/api/v1/integration-account",
    "listingID": "/api/v1/listing",
    "listingIDs": "/api/v1/listing",
    "quoteID": "/api/v1/quote",
    "tenantID": "/api/v1/tenants",
    "user_id": "/api/v1/users",
}
# Resources that are changed only if the run has created them: its own key depends on the others.
OURS = {"/api/v1/users/{id}": "/api/v1/users", "/api/v1/api-keys/{id}": "/api/v1/api-keys"}
NOBODY = "00000000-0000-0000-0000-000000000000"
# Areas whose ids are ids of another area.
KINDS = {"/api/v1/availability": "/api/v1/listing"}
PERIODS = [("startDate", "endDate"), ("checkInDate", "checkOutDate"), ("bookingPeriodStart", "bookingPeriodEnd")]
STAY = {"listingID", "checkInDate", "checkOutDate", "guests"}

chance = random.Random(17)
made: dict[str, list[str]] = {}


def is_walk(case) -> bool:
    return bool(case.meta) and case.meta.phase.name == TestPhase.STATEFUL


@schemathesis.hook
def before_call(context, case, kwargs):
    if case.operation.path == "/api/v1/events" and str((case.query or {}).get("wait", "")).isdigit():
        # A valid wait is a short one: nothing would happen in the meantime.
        case.query["wait"] = min(int(case.query["wait"]), 1) if int(case.query["wait"]) <= 25 else case.query["wait"]
    if case.method != "GET" and case.operation.path in OURS:
        ours = made.get(OURS[case.operation.path], [])
        if str(case.path_parameters["id"]).lower() not in ours:
            case.path_parameters["id"] = (ours or [NOBODY])[-1]
    if is_walk(case):
        area = case.operation.path.split("/{id}")[0]
        known = made.get(KINDS.get(area, area), [])
        if "id" in (case.path_parameters or {}) and str(case.path_parameters["id"]).lower() not in known:
            case.path_parameters["id"] = (known or [NOBODY])[-1]
        for name in [name for name in case.headers or {} if name.lower() in HEADERS]:
            del case.headers[name]
        set_periods(case.query or {})
        if isinstance(case.body, dict):
            case.body = plausible(case.body)
            if case.method in ("PUT", "PATCH"):
                # The account never changes.
                case.body.pop("integrationAccountID", None)


@schemathesis.hook
def after_call(context, case, response):
    path = case.operation.path.removesuffix("/{id}")
    if case.method == "POST" and response.status_code in (200, 201):
        data = response.json().get("data")
        if isinstance(data, dict) and "id" in data:
            made.setdefault(path, []).append(data["id"])
    elif case.method == "DELETE" and response.status_code == 204 and case.path_parameters.get("id") in made.get(path, []):
        made[path].remove(case.path_parameters["id"])


def plausible(body: dict) -> dict:
    """Returns the body without the fields that are refused for other reasons than the schema."""
    body = {name: field(name, value) for name, value in body.items() if name not in RARE}
    set_periods(body)
    if STAY <= body.keys() and chance.random() < 0.5:
        body.pop("quoteID", None)
    return {name: value for name, value in body.items() if name not in STAY} if "quoteID" in body else body


def set_periods(fields: dict) -> None:
    """Sets periods to a few nights in the future, in order."""
    for first, last in PERIODS:
        if fields.get(first) and fields.get(last):
            start = datetime.date.today() + datetime.timedelta(days=chance.randrange(1, 300))
            fields[first], fields[last] = str(start), str(start + datetime.timedelta(days=chance.randrange(1, 8)))


def field(name: str, value):
    if isinstance(value, dict):
        return plausible(value)
    if name in IDS and made.get(IDS[name]):
        # Resources can be combined only within an account, so all belong to the oldest one.
        known = made[IDS[name]][0 if name == "integrationAccountID" else -1]
        return [known] if isinstance(value, list) else known
    if isinstance(value, list):
        return [plausible(item) if isinstance(item, dict) else item for item in value]
    if name == "guests":
        return 1
    if isinstance(value, float):
        return int(value)
    return value
