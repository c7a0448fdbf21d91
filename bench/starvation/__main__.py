"""Measures the effect of an attack by one tenant on others. Run it by `just starve`; docs/performance.md has the results.

Two victims, one in another workspace and one in the attacker's own, read and write at a steady pace: alone, and during each attack.
"""

import argparse
import json
import multiprocessing
import os
import random
import shutil
import socket
import sys
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "throughput"))

import machine  # noqa: E402
from engines import open_engine  # noqa: E402
from options import ENGINES, FOLDER  # noqa: E402
from service import Client, Service  # noqa: E402

AMENITIES = [f"Amenity number {number}" for number in range(40)]
QUESTION = f"location=42,2&radius=1000&amenities={','.join(AMENITIES[:20]).replace(' ', '%20')}"
ATTACKS = ("count", "search", "deliveries")
CONNECTIONS = {"sqlite": 8, "postgres": 24}
DELIVERIES = 12
PACE = 0.02  # seconds between two requests of a victim
GIVEN_UP = 0.5  # seconds after which the attacker closes a connection


def main():
    parser = argparse.ArgumentParser(prog="bench/starvation", description=__doc__)
    parser.add_argument("--engine", choices=ENGINES, action="append", help="only this engine")
    parser.add_argument("--attack", choices=ATTACKS, action="append", help="only this attack")
    parser.add_argument("--listings", type=int, default=90_000, help="listings around the attacker's place (90,000)")
    parser.add_argument("--megabytes", type=int, default=9, help="size of a delivery (9)")
    parser.add_argument("--seconds", type=int, default=30, help="how long each attack lasts (30)")
    parser.add_argument("--debug", action="store_true", help="measure the debug build: to work on the bench, not for numbers")
    parser.add_argument("--built", action="store_true", help="measure the program as it is, without building it first")
    options = parser.parse_args()
    FOLDER.mkdir(parents=True, exist_ok=True)
    program = machine.programs(options.debug, not options.built)["tenantry"]
    print("| engine | attack | victim | asks | usual p99 ms | p99 ms | ratio | refused |\n|---|---|---|---|---|---|---|---|", flush=True)
    for name in options.engine or ENGINES:
        if name == "sqlite":
            shutil.rmtree(FOLDER / "starvation", ignore_errors=True)
        engine = open_engine(name)
        if name == "sqlite":
            engine.folder = FOLDER / "starvation"
            engine.folder.mkdir()
            engine.file = engine.folder / "tenantry.db"
        else:
            engine.server.sql("DROP DATABASE IF EXISTS starvation WITH (FORCE)", "postgres")
            engine.server.sql("CREATE DATABASE starvation", "postgres")
        try:
            url = engine.url if name == "sqlite" else engine.url.replace("/tenantry", "/starvation")
            machine.output(program, "migrate", "--database", url)
            world = World(program, url, options)
            service = Service(program, url, log="error")
            try:
                world.fill(service.port)
                run(engine, service.port, world, options)
            finally:
                service.stop()
        finally:
            engine.stop()


class World:
    def __init__(self, program, url: str, options):
        self.options = options
        workspaces = [json.loads(machine.output(program, "workspace", "create", "--name", name, "--json", "--database", url))
                      for name in ("Attacked", "Beside")]
        self.keys = [workspace["apiKey"] for workspace in workspaces]

    def fill(self, port: int):
        machine.say("filling")
        here, beside = [Client(port, key) for key in self.keys]
        self.owner, self.owned = self.tenant(here, "Owner of all")
        self.attacker, self.attacked = self.tenant(here, "Attacker")
        dice = random.Random(1)
        client = Client(port, self.owner)
        for begin in range(0, self.options.listings, 1000):
            listings = [listing(begin + number, dice) for number in range(min(1000, self.options.listings - begin))]
            client.must("PUT", f"/integration-account/{self.owned}/listings", {"listings": listings})
        self.victims = {}
        for name, admin in (("another workspace", beside), ("another tenant", here)):
            key, account = self.tenant(admin, "Victim")
            victim = Client(port, key)
            victim.must("PUT", f"/integration-account/{account}/listings", {"listings": [listing(number, dice) for number in range(100)]})
            [first] = victim.must("GET", "/listing?per_page=1")
            self.victims[name] = (key, first["id"])

    def tenant(self, admin: Client, name: str) -> tuple:
        """Returns a key at home in a new tenant, and the tenant's account."""
        tenant = admin.must("POST", "/tenants", {"name": name})["id"]
        # Creating a tenant changes the current tenant, which only requests with Bearer use.
        body = {"name": name, "provider": "OTHER", "accountIdentifier": f"{name} {tenant}", "authType": "API_KEY"}
        account = admin.must("POST", "/integration-account", body, tenant=tenant)["id"]
        user = admin.must("POST", "/users", {"name": name, "email": f"{tenant}@example.com", "role": "tenant"}, tenant=tenant)["id"]
        key = admin.must("POST", "/api-keys", {"name": name, "user_id": user, "permission": "ADMIN"}, tenant=tenant)
        return key.get("api_key") or key["apiKey"], account


def listing(number: int, dice: random.Random) -> dict:
    return {
        "providerID": str(number), "name": f"Loft number {number}", "latitude": round(42 + dice.uniform(-5, 5), 6),
        "longitude": round(2 + dice.uniform(-5, 5), 6), "maxOccupancy": 4, "startPrice": 100,
        # All requested amenities except the last one, so that the service must check each.
        "amenities": AMENITIES[:19],
    }


def run(engine, port: int, world: World, options):
    question = lambda path: (f"GET /api/v1{path}?{QUESTION} HTTP/1.1\r\nhost: bench\r\n"
                             f"x-calry-api-key: {world.attacker}\r\n\r\n").encode()
    attacks = {
        "count": [(ask, (port, question("/tenants/search-listings/count")))] * CONNECTIONS[engine.name],
        "search": [(ask, (port, question("/tenants/search-listings")))] * CONNECTIONS[engine.name],
        "deliveries": [(deliver, (port, world.attacker, world.attacked, number, options.megabytes)) for number in range(DELIVERIES)],
    }
    usual = {}
    for attack in [None, *(options.attack or ATTACKS)]:
        sides = attacks.get(attack, [])
        machine.say(f"{engine.title}: {attack or 'no attack'}")
        end = multiprocessing.Event()
        attacker = multiprocessing.Process(target=together, args=(sides, end), daemon=True)
        attacker.start()
        time.sleep(5 if sides else 0)
        with multiprocessing.Pool(len(world.victims)) as pool:
            work = [(port, key, one, options.seconds) for key, one in world.victims.values()]
            found = pool.starmap(live, work)
        end.set()
        attacker.join()
        for victim, (times, refused) in zip(world.victims, found):
            for kind, took in times.items():
                p99 = sorted(took)[int(len(took) * 0.99)] * 1000
                before = usual.setdefault((victim, kind), p99)
                if sides:
                    print(f"| {engine.title} | {attack} | {victim} | {kind} | {before:.1f} | {p99:.1f} | {p99 / before:.1f} "
                          f"| {refused} of {sum(map(len, times.values()))} |", flush=True)


def together(sides: list, end):
    # A real attacker has its own machine: its clients take no time from the victims'.
    os.nice(19)
    threads = [threading.Thread(target=work, args=(*arguments, end), daemon=True) for work, arguments in sides]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def ask(port: int, request: bytes, end):
    while not end.is_set():
        with socket.create_connection(("127.0.0.1", port)) as connection:
            connection.settimeout(GIVEN_UP)
            try:
                connection.sendall(request)
                connection.recv(65536)
            except OSError:
                pass


def deliver(port: int, key: str, account: str, side: int, megabytes: int, end):
    def body(text: str) -> bytes:
        listings = [listing(side * 1000 + number, random) for number in range(1000)]
        return json.dumps({"listings": [{**one, "description": text * (megabytes * 1000 - 600)} for one in listings]}).encode()

    # The bodies are made in advance, and sent in turn, so that each changes all listings.
    turn, bodies = 0, [body("x"), body("y")]
    client = Client(port, key)
    while not end.is_set():
        try:
            client.call("PUT", f"/integration-account/{account}/listings", bodies[turn % 2])
        except OSError:
            client = Client(port, key)
        turn += 1


def live(port: int, key: str, one: str, seconds: int) -> tuple:
    """Sends a victim's requests. Returns their durations and the number of refused ones."""
    times, refused = {"reads": [], "writes": []}, 0
    client = Client(port, key)
    end = time.monotonic() + seconds
    for turn in range(sys.maxsize):
        begin = time.monotonic()
        if begin > end:
            return times, refused
        if turn % 5:
            kind, answer = "reads", client.call("GET", ["/listing?per_page=20", f"/listing/{one}", "/users/me", "/locations"][turn % 4])
        else:
            kind, answer = "writes", client.call("PATCH", f"/listing/{one}", {"startPrice": 100 + turn})
        took = time.monotonic() - begin
        times[kind].append(took)
        refused += answer.status >= 400
        time.sleep(max(PACE - took, 0))


if __name__ == "__main__":
    main()
