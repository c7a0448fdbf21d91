"""The contents of the databases. They are created through the API or, where that would take too long, as copies of rows that were
created through it. So the harness knows only the names of a few columns of the schema."""

import base64
import hashlib
import json
import random
import time
import uuid
import zlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from itertools import accumulate
from pathlib import Path

import machine
from cities import all_cities
from engines import migrate, numbered
from options import FOLDER, ROOT
from service import Client, Service

BATCH = 1000  # the most listings that one call may deliver or import
CLIENTS = 4
BOOKABLE, MOVED, STAY, WORKSPACE = 1, 2, 3, 4  # kinds of computed ids
FIRST_DAY = "2030-01-01"
STAYS_EACH = 100  # reservations per listing of the account that is moved
BOOKABLE_LISTINGS = 1000


def filled(engine, programs: dict, options) -> dict:
    """Fills the database unless an earlier run has filled it alike, and returns the ids and keys of its contents by name."""
    stamp_file = FOLDER / f"{engine.name}.json"
    stamp = {"sizes": asdict(options.sizes), "schema": schema_of(engine.name)}
    if stamp_file.exists() and not options.fresh:
        kept = json.loads(stamp_file.read_text())
        if kept["stamp"] == stamp:
            return kept["names"]
    stamp_file.unlink(missing_ok=True)
    machine.say(f"filling {engine.title}")
    started = time.monotonic()
    engine.clear()
    engine.begin_filling()
    migrate(engine, programs["tenantry"])
    names = Fill(engine, programs["tenantry"], options.sizes).run()
    engine.end_filling()
    machine.say(f"{engine.title} is filled, in {time.monotonic() - started:.0f} s")
    stamp_file.write_text(json.dumps({"stamp": stamp, "names": names}))
    return names


def schema_of(engine: str) -> str:
    """Returns a digest that changes with the schema and with this file."""
    digest = hashlib.sha256(Path(__file__).read_bytes())
    for migration in sorted((ROOT / "migrations" / engine).glob("*.sql")):
        digest.update(migration.read_bytes())
    return digest.hexdigest()


class Fill:
    def __init__(self, engine, program, sizes):
        self.engine, self.program, self.sizes = engine, program, sizes
        # The ids and keys of workspaces, tenants, accounts, … by the names that the works use.
        self.names = {}

    def run(self) -> dict:
        for workspace in ("many", "market", "small"):
            made = machine.output(self.program, "workspace", "create", "--name", f"Bench {workspace}", "--json", "--database", self.engine.url)
            for field, value in json.loads(made).items():
                self.names[f"{workspace}.{field}"] = value
        self.service = Service(self.program, self.engine.url)
        try:
            for workspace in ("many", "market"):
                [key] = self.client(workspace).must("GET", "/api-keys")
                self.names[f"{workspace}.keyID"] = key["id"]
            self.tenants("many", self.sizes.tenants)
            self.tenants("market", self.sizes.owners)
            self.listings()
            self.imports()
            if self.sells():
                self.bookable()
                self.reservations()
            self.template()
        finally:
            self.service.stop()
        self.engine.copy_workspace(self.names["small.workspaceID"], WORKSPACE, self.sizes.workspaces)
        return self.names

    def client(self, workspace: str) -> Client:
        return Client(self.service.port, self.names[f"{workspace}.apiKey"])

    def sells(self) -> bool:
        paths = json.loads(Client(self.service.port).call("GET", "/openapi.json", root=True).body)["paths"]
        return any(path.endswith("/reservation") for path in paths)

    def tenants(self, workspace: str, count: int):
        def some(worker: int):
            client = self.client(workspace)
            for number in range(worker, count, CLIENTS):
                body = {"name": f"Channel number {number}", "domain": f"channel-{number}", "country_code": "US", "city": f"City {number % 97}"}
                self.names[f"{workspace}.tenant.{number}"] = client.must("POST", "/tenants", body)["id"]

        together(some)

    def account(self, owner: int, name: str) -> str:
        body = {"name": name, "provider": "OTHER", "accountIdentifier": name, "authType": "API_KEY"}
        made = self.client("market").must("POST", "/integration-account", body, tenant=self.names[f"market.tenant.{owner}"])
        self.names[f"account.{name}"] = made["id"]
        return made["id"]

    def listings(self):
        """Distributes the listings over the world's cities by population. Each owner has an equal share in its own account."""
        cities = all_cities()
        weights = list(accumulate(city[5] for city in cities))
        each = self.sizes.listings // self.sizes.owners

        def some(worker: int):
            client = self.client("market")
            for owner in range(worker, self.sizes.owners, CLIENTS):
                account = self.account(owner, f"Host {owner}")
                # The same for both engines, regardless of the order of the workers.
                dice = random.Random(owner)
                for begin in range(0, each, BATCH):
                    chosen = dice.choices(cities, cum_weights=weights, k=min(BATCH, each - begin))
                    self.put(client, owner, account, [listing(begin + number, city, dice) for number, city in enumerate(chosen)])

        together(some)

    def imports(self):
        """Creates a full batch of listings of tenant 4 that tenant 3 may import. Works begin without imports."""
        account = self.account(4, "Offered")
        self.deliver(4, account, BATCH)
        self.account(3, "Delivered")

    def deliver(self, owner: int, account: str, count: int):
        dice, city = random.Random(account), all_cities()[0]
        self.put(self.client("market"), owner, account, [listing(number, city, dice) for number in range(count)])

    def put(self, client: Client, owner: int, account: str, batch: list):
        client.must("PUT", f"/integration-account/{account}/listings", {"listings": batch}, tenant=self.names[f"market.tenant.{owner}"])

    def only_listing(self, owner: int, account: str) -> str:
        self.deliver(owner, account, 1)
        found = self.client("market").must("GET", f"/listing?integrationAccountID={account}", tenant=self.names[f"market.tenant.{owner}"])
        return found[0]["id"]

    def bookable(self):
        """Creates an account of tenant 1 whose listings have computed ids."""
        template = self.only_listing(1, self.account(1, "Bookable"))
        self.engine.multiply("listings", template, BOOKABLE_LISTINGS, {"id": self.engine.numbered(BOOKABLE, "n"), "provider_id": "'B' || n"})

    def reservations(self):
        """Creates an account of tenant 1 with many reservations, to be moved to tenant 2 and back."""
        account = self.account(1, "Moved")
        template = self.only_listing(1, account)
        count = max(self.sizes.reservations // STAYS_EACH, 1)
        self.engine.multiply("listings", template, count, {"id": self.engine.numbered(MOVED, "n"), "provider_id": "'M' || n"})
        stay = {"listingID": numbered(MOVED, 0), "checkInDate": "2040-01-01", "checkOutDate": "2040-01-03", "guests": 1,
                "guest": {"firstName": "Grace", "lastName": "Hopper", "email": "grace@example.com"}}
        made = self.client("market").must("POST", "/reservation", stay, tenant=self.names["market.tenant.1"])
        check_in = f"3 * (n % {STAYS_EACH})"
        self.engine.multiply("reservations", made["id"], self.sizes.reservations, {
            "id": self.engine.numbered(STAY, "n"),
            "listing_id": self.engine.numbered(MOVED, f"n / {STAYS_EACH}"),
            "check_in": self.engine.day(FIRST_DAY, check_in),
            "check_out": self.engine.day(FIRST_DAY, f"{check_in} + 2"),
        })


    def template(self):
        """Creates a workspace of usual contents, of which there are many copies: a channel, and a host with 20 listings."""
        client, city, dice = self.client("small"), all_cities()[0], random.Random(3)
        host, channel = [client.must("POST", "/tenants", {"name": name, "domain": name.lower(), "country_code": "US", "city": "Springfield"})["id"]
                         for name in ("Hosts", "Channels")]
        account = client.must("POST", "/integration-account", {"name": "Host", "provider": "OTHER", "accountIdentifier": "host", "authType": "API_KEY"},
                              tenant=host)["id"]
        client.must("PUT", f"/integration-account/{account}/listings", {"listings": [listing(number, city, dice) for number in range(20)]}, tenant=host)
        found = client.must("GET", "/listing?per_page=20", tenant=host)
        client.must("POST", "/tenants/import-listings", {"listingIDs": [one["id"] for one in found]}, tenant=channel)
        self.names.update({"small.host": host, "small.account": account, "small.listing": found[0]["id"]})
        # Copies have no changes that wait: these are numbered first.
        while int(self.engine.execute("SELECT COUNT(*) FROM unnumbered_events")):
            time.sleep(0.1)


def key_of_copy(key: str, number: int) -> str:
    """Returns the key of a copied workspace: a key names its workspace, and ends with a checksum."""
    encoded = key.removeprefix("tny_").upper()
    parts = base64.b32decode(encoded + "=" * (-len(encoded) % 8))  # workspace, id, secret, checksum
    content = uuid.UUID(numbered(WORKSPACE, number)).bytes + parts[16:-4]
    return "tny_" + base64.b32encode(content + zlib.crc32(content).to_bytes(4, "big")).decode().rstrip("=").lower()


def together(work):
    """Runs `work` for all clients concurrently. The first failure fails the whole."""
    with ThreadPoolExecutor(CLIENTS) as pool:
        list(pool.map(work, range(CLIENTS)))


def listing(number: int, city: list, dice: random.Random) -> dict:
    """Returns a listing within a few kilometres of its city's centre."""
    name, country, latitude, longitude, zone, _ = city
    return {
        "providerID": str(number),
        "name": f"{dice.choice(['Loft', 'Flat', 'House', 'Studio'])} in {name}",
        "type": "Apartment",
        "address": {"line1": f"{dice.randint(1, 999)} Main Street", "city": name, "country": country},
        "latitude": round(min(max(latitude + dice.gauss(0, 0.05), -89.9), 89.9), 6),
        "longitude": round(min(max(longitude + dice.gauss(0, 0.05), -180), 180), 6),
        "timeZone": zone,
        "maxOccupancy": dice.randint(1, 8),
        "bedroomCount": dice.randint(0, 4),
        "bathroomCount": dice.randint(1, 3),
        "startPrice": dice.randint(20, 400),
        "amenities": dice.sample(["Wifi", "Kitchen", "Pool", "Parking", "Washer", "Heating"], 3),
    }
