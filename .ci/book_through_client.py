"""An owner offers a listing, a channel imports it and sells a stay, and the owner sees who comes.

Every call goes through the client that openapi-python-client generates from the service's OpenAPI document; only the data
of the requests are written by hand. `.ci/conformance` generates the client and runs this program on a fresh service, but it
is also an example to start from:

    tenantry openapi >openapi.json
    openapi-python-client generate --path openapi.json --meta none --output-path tenantry_client
    python .ci/book_through_client.py http://127.0.0.1:8080 tny_…
"""

import datetime
import sys
from collections.abc import Callable
from typing import Any
from uuid import UUID

from tenantry_client import AuthenticatedClient
from tenantry_client.api.findings import find
from tenantry_client.api.imports import import_listings, remove_imported_listings, search_listings
from tenantry_client.api.integration_accounts import create_integration_account
from tenantry_client.api.listings import create_listing
from tenantry_client.api.quotes import create_quote
from tenantry_client.api.reservations import create_reservation, get_reservation
from tenantry_client.api.tenants import create_tenant
from tenantry_client.models import (
    AuthType,
    BookingBody,
    CreateIntegrationAccountBody,
    CreateListingBody,
    CreateTenantBody,
    GuestBody,
    ListingIdsBody,
    Problem,
    Provider,
    QuoteBody,
    ReservationStatus,
)

HARLEM = (40.8116, -73.9465)
ARRIVAL = datetime.date.today() + datetime.timedelta(days=30)
DEPARTURE = ARRIVAL + datetime.timedelta(days=3)


def call(operation: Callable[..., Any], client: AuthenticatedClient, **arguments: Any) -> Any:
    """Returns the result of the operation, or ends the program with the reason of the refusal."""
    answer = operation(client=client, **arguments)
    if answer is None:
        sys.exit(f"{operation.__module__}: an answer that the document does not name")
    if isinstance(answer, Problem):
        sys.exit(f"{operation.__module__}: {answer.status} {answer.code}: {answer.message} {answer.errors or ''}")
    return answer.data


def main(base_url: str, api_key: str) -> None:
    def caller(**headers: str) -> AuthenticatedClient:
        return AuthenticatedClient(
            base_url=base_url, token=api_key, auth_header_name="x-calry-api-key", prefix="", headers=headers
        )

    def tenant(name: str) -> tuple[UUID, AuthenticatedClient]:
        """Creates a tenant, and returns its id and a client that works in it."""
        made = call(create_tenant.sync, caller(), body=CreateTenantBody(name=name, country_code="US"))
        return made.id, caller(**{"x-calry-tenant-id": str(made.id)})

    owner_id, owner = tenant("Harlem Homes")
    channel_id, channel = tenant("Travel Channel")

    account = call(
        create_integration_account.sync,
        owner,
        body=CreateIntegrationAccountBody(
            name="Host", provider=Provider.GUESTY, account_identifier="host@example.com", auth_type=AuthType.API_KEY
        ),
    )
    latitude, longitude = HARLEM
    listing = call(
        create_listing.sync,
        owner,
        body=CreateListingBody(
            integration_account_id=account.id,
            provider_id="17",
            name="Loft in Harlem",
            latitude=latitude,
            longitude=longitude,
            max_occupancy=4,
            start_price=149,
        ),
    )

    found = call(search_listings.sync, channel, location=f"{latitude},{longitude}", radius=5)
    assert [(one.id, one.is_imported) for one in found] == [(listing.id, False)], found
    (imported,) = call(import_listings.sync, channel, body=ListingIdsBody(listing_i_ds=[listing.id]))
    assert (imported.tenant_id, imported.source_tenant_id) == (channel_id, owner_id), imported

    everything = call(find.sync, channel, q="harlem")
    assert [(one.id, one.field) for one in everything.listings] == [(listing.id, "name")], everything

    quote = call(
        create_quote.sync,
        channel,
        body=QuoteBody(listing_id=listing.id, check_in_date=ARRIVAL, check_out_date=DEPARTURE, guests=2),
    )
    assert (quote.nights, quote.total_price) == (3, 3 * 149), quote
    booked = call(
        create_reservation.sync,
        channel,
        body=BookingBody(quote_id=quote.id, guest=GuestBody(first_name="Grace", last_name="Hopper")),
        idempotency_key="booking-1",
    )

    reservation = call(get_reservation.sync, owner, id=booked.id)
    assert reservation.status is ReservationStatus.CONFIRMED, reservation
    assert (reservation.tenant_id, reservation.sold_by_tenant_id) == (owner_id, channel_id), reservation
    assert (reservation.check_in_date, reservation.check_out_date) == (ARRIVAL, DEPARTURE), reservation
    assert (reservation.guest.last_name, reservation.total_price) == ("Hopper", quote.total_price), reservation

    # The sold stay remains sold.
    removed = call(remove_imported_listings.sync, channel, body=ListingIdsBody(listing_i_ds=[listing.id]))
    assert removed.removed == 1, removed
    assert call(get_reservation.sync, channel, id=booked.id).status is ReservationStatus.CONFIRMED
    print(f"booked {quote.nights} nights for {reservation.total_price:.2f} {reservation.currency}")


if __name__ == "__main__":
    main(*sys.argv[1:])
