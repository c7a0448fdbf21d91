"""The time of a request on PostgreSQL and on Citus, by turns in one run."""

import statistics
import threading
import time
import uuid

from service import Client, Service, Workspace

LISTINGS = 5_000
TENANTS = 200


class Side:
    """A server with a filled workspace."""

    def __init__(self, program: str, url: str):
        self.service = Service(program, url)
        threading.Thread(target=self.service.drain, daemon=True).start()
        self.workspace = Workspace(self.service, LISTINGS)
        self.client = self.workspace.client
        for number in range(TENANTS):
            tenant = self.client.made("POST", "tenants", {"name": f"Tenant {number}"})["id"]
        self.tenant = tenant
        self.owner = self.workspace.as_owner()
        self.importer = Client(self.service.address, self.workspace.key, tenant)
        self.day = 0
        self.times: dict[str, list[float]] = {}

    def booking(self) -> dict:
        self.day += 1
        listing = self.workspace.listings[self.day % len(self.workspace.listings)]
        night = self.day // len(self.workspace.listings)
        start, end = (f"{2028 + night // 336}-{night // 28 % 12 + 1:02}-{night % 28 + 1 + end:02}" for end in (0, 1))
        guest = {"firstName": "Grace", "lastName": "Hopper", "email": "grace@example.com"}
        return {"listingID": listing, "checkInDate": start, "checkOutDate": end, "guests": 2, "guest": guest}

    def works(self):
        """The works, each with a call."""
        place = "location=40.7128,-74.0060&radius=5"
        return {
            "get a tenant": lambda: self.client.call("GET", f"tenants/{self.tenant}"),
            "list tenants": lambda: self.client.call("GET", "tenants?per_page=50"),
            "list listings": lambda: self.owner.call("GET", "listing?per_page=50"),
            "search": lambda: self.importer.call("GET", f"tenants/search-listings?{place}"),
            "book": lambda: self.owner.call("POST", "reservation", self.booking()),
            "create a tenant": lambda: self.client.call("POST", "tenants", {"name": f"Tenant {uuid.uuid4()}"}),
        }


def ratios(options):
    sides = {"PostgreSQL": Side(options.program, options.plain), "Citus": Side(options.program, options.cluster)}
    try:
        works = {name: side.works() for name, side in sides.items()}
        for turn in range(options.rounds + 1):
            for work in works["Citus"]:
                for name, side in sides.items():
                    for _ in range(options.calls):
                        begun = time.perf_counter()
                        status, answer = works[name][work]()
                        if status not in (200, 201):
                            raise RuntimeError(f"{name}: {work}: {status} {answer}")
                        if turn:
                            side.times.setdefault(work, []).append(time.perf_counter() - begun)
        print(f"{options.rounds} turns of {options.calls} calls by one client; medians in ms\n")
        print("| work | PostgreSQL | Citus | ratio |\n|---|---|---|---|")
        for work in works["Citus"]:
            plain, citus = (statistics.median(side.times[work]) * 1000 for side in sides.values())
            print(f"| {work} | {plain:.2f} | {citus:.2f} | {plain / citus:.2f} |")
    finally:
        for side in sides.values():
            side.service.stop()
