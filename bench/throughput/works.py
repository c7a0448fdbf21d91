"""The works: the requests to the service and their measurement."""

import json
import random
import statistics
import threading
import time
from dataclasses import dataclass
from typing import Optional
from urllib.parse import quote

import machine
import statements
from cities import all_cities
from fill import BATCH, key_of_copy, listing
from limits import BareHttp, BareSqlite, Pgbench
from load import Load, Measured, Request
from service import Client
from statements import RADIUS

VARIANTS = 8  # different requests, sent in turn
WEEK = "checkInDate=2031-06-10&checkOutDate=2031-06-17&guests=2&include=price"


@dataclass(frozen=True)
class Work:
    """Requests, each sent as soon as the previous one is answered."""

    name: str
    title: str
    workspace: str
    requests: list
    # Whether it is also measured with a single client.
    alone: bool = False
    # The table in which each request leaves a row. The rows are deleted, so that each turn finds the same database.
    leaves: Optional[str] = None
    # The workspaces among which the requests choose, by the share of them that gets four fifths: copies of one. Their limits are not measured.
    popular: Optional[float] = None


def works(names: dict) -> list:
    tenants = [names[f"market.tenant.{number}"] for number in range(5)]
    many = [names[f"many.tenant.{number * 11}"] for number in range(VARIANTS)]
    # Large and small cities.
    places = [all_cities()[rank] for rank in (0, 5, 20, 80, 200, 500, 1500, 5000)]
    stay = {"listingID": "@listing@", "checkInDate": "@check_in@", "checkOutDate": "@check_out@", "guests": 1}
    guest = {"firstName": "Grace", "lastName": "Hopper", "email": "grace@example.com"}
    found = [
        Work("W1", "get one tenant", "many", [Request("GET", f"/api/v1/tenants/{tenant}") for tenant in many]),
        Work("W2", "list 10 of the tenants", "many", [Request("GET", f"/api/v1/tenants?page={page + 1}") for page in range(VARIANTS)]),
        Work("W3", "list 20 of a tenant's listings, filtered", "market", filtered(tenants)),
        Work("W4", f"search the 20 nearest within {RADIUS} km", "market", alone=True, requests=[
            Request("GET", f"/api/v1/tenants/search-listings?location={latitude},{longitude}&radius={RADIUS}&per_page=20", tenants[0])
            for _, _, latitude, longitude, _, _ in places
        ]),
        Work("W16", f"search the 20 nearest within {RADIUS} km, with prices of a week", "market", alone=True, requests=[
            Request("GET", f"/api/v1/tenants/search-listings?location={latitude},{longitude}&radius={RADIUS}&per_page=20&{WEEK}", tenants[0])
            for _, _, latitude, longitude, _, _ in places
        ]),
        Work("W17", "find 10 of a tenant's listings by a part of a text", "market", alone=True, requests=[
            Request("GET", f"/api/v1/listing?q={quote(text)}", tenants[0]) for text in [*(place[0] for place in places[1:]), "no such text"]
        ]),
        # Common and rare texts, whose pieces are common or rare.
        Work("W18", "find 10 of the tenants by a part of a text", "many", alone=True, requests=[
            Request("GET", f"/api/v1/tenants?q={quote(text)}")
            for text in ["number", "l number 6", "number 77", "number 1234", "nnel-999", "number x", "no such text"]
        ]),
    ]
    if "account.Bookable" in names:
        found += [
            Work("W5", "quote", "market", [Request("POST", "/api/v1/quote", tenants[1], json.dumps(stay))], leaves="quotes"),
            Work("W6", "book", "market", [Request("POST", "/api/v1/reservation", tenants[1], json.dumps({**stay, "guest": guest}))],
                 leaves="reservations"),
        ]
    for number, popular, spread in [(12, 1.0, "uniform"), (14, 0.2, "80:20")]:
        book = json.dumps({**stay, "listingID": names["small.listing"], "guest": guest})
        found += [
            Work(f"W{number}", f"get one tenant, workspaces {spread}", "small", [Request("GET", f"/api/v1/tenants/{names['small.host']}")],
                 popular=popular),
            Work(f"W{number + 1}", f"book, workspaces {spread}", "small", [Request("POST", "/api/v1/reservation", names["small.host"], book)],
                 leaves="reservations", popular=popular),
        ]
    return found


def keys_of(key: str, workspaces: int, popular: float) -> list:
    """Returns keys of copied workspaces in the order of their use. Four fifths of the uses are of the popular ones."""
    dice = random.Random(12)
    keys = [key_of_copy(key, number) for number in range(workspaces)]
    few = max(int(workspaces * popular), 1)
    return [keys[dice.randrange(few if dice.random() < 0.8 else workspaces)] for _ in range(2 * workspaces)]


def filtered(tenants: list) -> list:
    return [Request("GET", "/api/v1/listing?per_page=20&guests=4&minPrice=50&maxPrice=200", tenant) for tenant in tenants]


class Bench:
    """Measurements on one engine, whose service is running."""

    def __init__(self, engine, names: dict, service, programs: dict, options, captured: dict):
        self.engine, self.names, self.service, self.programs, self.options = engine, names, service, programs, options
        # PostgreSQL's statements by work, from which SQLite's values are taken.
        self.captured = captured

    def key(self, work: Work) -> str:
        return self.names[f"{work.workspace}.apiKey"]

    def clear(self, work: Work):
        """Deletes the rows that the work, or an interrupted run, has left."""
        if work.leaves:
            for table in ("reservations", "quotes"):
                self.engine.execute(f"DELETE FROM {table} WHERE {self.bookable(work)}")
            self.engine.tidy()

    def bookable(self, work: Work) -> str:
        account = self.names["small.account" if work.popular else "account.Bookable"]
        return f"integration_account_id = {self.engine.uuid(account)}"

    def limit(self, work: Work):
        """Returns the measurement of the database's own limit, or `None` if it is unknown."""
        name, key = f"{self.engine.name}-{work.name}", self.key(work)
        if self.engine.name == "postgres":
            asked = statements.of_postgres(self.engine.server, self.service.port, key, work.requests, set(self.names.values()))
            self.captured[work.name] = (asked, self.names)
            return Pgbench(name, self.engine, asked)
        if work.name not in self.captured:
            machine.say(f"{work.name}: without PostgreSQL the values of SQLite's statements are not known: no limit")
            return None
        asked = statements.of_sqlite(self.programs["tenantry"], self.engine, key, work.requests, self.names, *self.captured[work.name])
        if any(of_one is None for of_one in asked):
            machine.say(f"{work.name}: SQLite's statements are not PostgreSQL's, their values are not known: no limit")
            return None
        return BareSqlite(self.engine, asked)

    def measure(self, work: Work, connections: int) -> dict:
        """Measures service and limits in turn. Returns the medians of the figures, and of the ratios of the figures of each round."""
        keys = work.popular and keys_of(self.key(work), self.options.sizes.workspaces, work.popular)
        load = Load(f"{self.engine.name}-{work.name}", None if keys else self.key(work), work.requests, keys)
        self.clear(work)
        limit = None if keys else self.limit(work)
        answer, _ = statements.ask(Client(self.service.port, self.key(work)), work.requests[0], statements.WARM_STAYS - 1)
        bare = BareHttp(self.programs["bare"], answer, self.options.cores)
        try:
            turns = self.turns(work, load, limit, bare, connections)
        finally:
            bare.stop()
            self.clear(work)
        return {"engine": self.engine.title, "work": work.name, "title": work.title, "clients": connections,
                "memory": self.service.memory(), **{side: median(measured) for side, measured in turns.items()},
                "ratios": {side: statistics.median(ours.rate / theirs.rate for ours, theirs in zip(turns["service"], turns[side]))
                           for side in turns if side != "service"}}

    def turns(self, work: Work, load: Load, limit, bare: BareHttp, connections: int) -> dict:
        options = self.options
        sides = {"service": lambda: load.run(self.service.port, connections, options.seconds, options.cores)}
        if limit:
            sides["database"] = lambda: limit.run(connections, options.seconds, options.cores)
        sides["http"] = lambda: load.run(bare.port, connections, options.seconds, options.cores)
        turns = {side: [] for side in sides}
        load.run(self.service.port, connections, 1, options.cores)  # warms up
        for _ in range(options.rounds):
            for side, run in sides.items():
                self.clear(work)
                turns[side].append(run())
                if side != "http":
                    self.check(work, side, turns[side][-1])
        return turns

    def check(self, work: Work, side: str, measured: Measured):
        """Checks that the requests had their effect: a booking that books nothing is fast."""
        if work.leaves:
            left = int(self.engine.execute(f"SELECT COUNT(*) FROM {work.leaves} WHERE {self.bookable(work)}"))
            due = measured.rate * self.options.seconds
            if left < 0.9 * due:
                machine.fail(f"{work.name}: the {side} was to leave {due:.0f} {work.leaves}, there are {left}")

    def timed(self, title: str, call, undo) -> dict:
        """Measures single calls, and the share of their time that PostgreSQL took."""
        times, shares = [], []
        logs = self.engine.name == "postgres"
        if logs:
            self.engine.server.log_statements(values=False)
        for turn in range(3 * self.options.rounds + 1):
            since = self.engine.server.log_size() if logs else 0
            begin = time.perf_counter()
            call(turn)
            spent = (time.perf_counter() - begin) * 1000
            if turn:  # The first one warms up.
                times.append(spent)
                shares.append(statements.time_in_database(self.engine.server, since) / spent if logs else None)
            undo(turn)
        if logs:
            self.engine.server.log_no_statements()
        return {"engine": self.engine.title, "title": title, "median": statistics.median(times), "most": max(times),
                "share": statistics.median(shares) if logs else None}

    def import_a_batch(self) -> list:
        client, importer, owner = self.market(), self.names["market.tenant.3"], self.names["market.tenant.4"]
        account, found = self.names["account.Offered"], []
        for page in range(1, BATCH // 100 + 1):
            found += client.must("GET", f"/listing?integrationAccountID={account}&per_page=100&page={page}", tenant=owner)
        batch = json.dumps({"listingIDs": [one["id"] for one in found]})
        client.must("POST", "/tenants/import-listings", batch, tenant=importer)
        client.must("POST", "/tenants/remove-imported-listings", batch, tenant=importer)
        return [self.timed(f"W7 import {len(found):,} listings in one call",
                          lambda _: client.must("POST", "/tenants/import-listings", batch, tenant=importer),
                          lambda _: client.must("POST", "/tenants/remove-imported-listings", batch, tenant=importer))]

    def deliver(self) -> list:

        client, owner = self.market(), self.names["market.tenant.3"]
        account = self.names["account.Delivered"]
        city, dice = all_cities()[0], random.Random(9)
        batch = [listing(number, city, dice) for number in range(BATCH)]
        bodies = [json.dumps({"listings": [{**one, "startPrice": price} for one in batch]}) for price in (100, 101)]
        table = f"FROM listings WHERE integration_account_id = {self.engine.uuid(account)}"

        def put(body):
            return client.must("PUT", f"/integration-account/{account}/listings", body, tenant=owner)

        def away(_):
            self.engine.execute(f"DELETE {table}")

        away(None)
        created = self.timed(f"W9 deliver {BATCH:,} listings: created", lambda _: put(bodies[0]), away)
        put(bodies[0])
        updated = self.timed(f"W9 deliver {BATCH:,} listings: updated", lambda turn: put(bodies[(turn + 1) % 2]), lambda _: None)
        away(None)
        return [created, updated]

    def move(self) -> list:
        """Moves the account back and forth while tenants list. Measures the p99 of the lists with and without moves, in turn."""
        options, client = self.options, self.market()
        tenants = [self.names[f"market.tenant.{number}"] for number in range(5)]
        load = Load(f"{self.engine.name}-W8", self.names["market.apiKey"], filtered(tenants))
        times, usual, moving = [], [], []
        where = 1

        def step():
            nonlocal where
            where = 3 - where
            begin = time.perf_counter()
            client.must("PATCH", f"/integration-account/{self.names['account.Moved']}/move-tenant", {"tenantID": tenants[where]})
            return (time.perf_counter() - begin) * 1000

        def to_and_fro(process):
            while process.poll() is None:
                times.append(step())
                time.sleep(0.2)

        quiet = statistics.median(step() for _ in range(4 * options.rounds))
        for _ in range(options.rounds):
            usual.append(load.run(self.service.port, options.connections, options.seconds, options.cores))
            process = load.start(self.service.port, options.connections, options.seconds, options.cores)
            mover = threading.Thread(target=to_and_fro, args=(process,))
            mover.start()
            moving.append(load.finish(process))
            mover.join()
        if where == 2:
            step()
        alone, beside = median(usual).p99, median(moving).p99
        ratio = statistics.median(with_moves.p99 / without.p99 for with_moves, without in zip(moving, usual))
        return [{"engine": self.engine.title, "title": f"W8 move an account with {options.sizes.reservations:,} reservations while W3 runs",
                "median": statistics.median(times), "most": max(times), "share": None,
                "note": f"a move without load {quiet:.1f} ms; W3's p99 {alone:.1f} ms, while moving {beside:.1f} ms, ratio {ratio:.2f}"}]

    def soak(self) -> dict:
        """Measures whether memory grows under full load of mixed reads."""
        options = self.options
        requests = [request for work in works(self.names) if work.workspace == "market" and not work.leaves for request in work.requests]
        load = Load(f"{self.engine.name}-soak", self.names["market.apiKey"], requests)
        load.run(self.service.port, options.connections, max(options.soak // 5, 1), options.cores)
        begin = self.service.memory()
        measured = load.run(self.service.port, options.connections, options.soak, options.cores)
        return {"engine": self.engine.title, "seconds": options.soak, "requests": measured.rate * options.soak, "begin": begin,
                "end": self.service.memory(), "most": self.service.memory("VmHWM")}

    def market(self) -> Client:
        return Client(self.service.port, self.names["market.apiKey"])


def median(turns: list) -> Measured:
    return Measured(*(statistics.median(getattr(turn, figure) for turn in turns) for figure in ("rate", "p50", "p99")))
