"""Bookings in workspaces on two workers, by two servers, while a shard moves and a worker is away."""

import collections
import subprocess
import threading
import time

from service import Service, Workspace, sql

LISTINGS = 50
PLACE = """
    SELECT shard.shardid || ' ' || node.nodename || ' ' || node.nodeport
    FROM (SELECT get_shard_id_for_distribution_column('workspaces', '{id}'::uuid) AS shardid) shard
    JOIN pg_dist_placement placement USING (shardid) JOIN pg_dist_node node USING (groupid)"""


class Bookings:
    """The bookings of one workspace through one server, one after the other."""

    def __init__(self, workspace: Workspace, address: str, first: int):
        self.workspace, self.client, self.night = workspace, workspace.as_owner(address), first
        self.acknowledged: list[str] = []
        self.answers: collections.Counter = collections.Counter()
        self.is_over = threading.Event()
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def run(self):
        guest = {"firstName": "Grace", "lastName": "Hopper", "email": "grace@example.com"}
        while not self.is_over.is_set():
            # Each thread has every second night.
            self.night += 2
            listing, night = self.workspace.listings[self.night % LISTINGS], self.night // LISTINGS
            start, end = (f"{2028 + night // 336}-{night // 28 % 12 + 1:02}-{night % 28 + 1 + end:02}" for end in (0, 1))
            stay = {"listingID": listing, "checkInDate": start, "checkOutDate": end, "guests": 2, "guest": guest}
            status, answer = self.client.call("POST", "reservation", stay)
            self.answers[status] += 1
            if status == 201:
                self.acknowledged.append(answer["data"]["id"])

    def end(self):
        self.is_over.set()
        self.thread.join()


def spread(service: Service, url: str) -> dict[str, list[tuple[Workspace, int]]]:
    """Creates workspaces until two workers have two each; returns them with their shards, by the address of the worker."""
    found = collections.defaultdict(list)
    while sum(len(workspaces) >= 2 for workspaces in found.values()) < 2:
        workspace = Workspace(service, LISTINGS)
        [place] = sql(url, PLACE.format(id=workspace.id))
        shard, host, port = place.split()
        if len(found[host, port]) < 2:
            found[host, port].append((workspace, int(shard)))
    return found


def during(title: str, running: dict, step):
    """Runs a step under load; prints the answers in it, by workspace."""
    before = {name: sum((load.answers for load in loads), collections.Counter()) for name, loads in running.items()}
    begun = time.perf_counter()
    step()
    print(f"{title}, {time.perf_counter() - begun:.1f} s:")
    for name, loads in running.items():
        answers = sum((load.answers for load in loads), collections.Counter()) - before[name]
        print(f"    {name}: " + ", ".join(f"{count} × {status}" for status, count in sorted(answers.items())))


def faults(options):
    url = options.cluster
    servers = [Service(options.program, url) for _ in range(2)]
    for server in servers:
        threading.Thread(target=server.drain, daemon=True).start()
    workspaces = spread(servers[0], url)
    away, other = list(workspaces)[:2]
    running = {
        f"worker {place[1]}, workspace {number}": [Bookings(workspace, server.address, offset) for offset, server in enumerate(servers)]
        for place, rows in workspaces.items() for number, (workspace, _) in enumerate(rows, 1)
    }
    try:
        during("undisturbed", running, lambda: time.sleep(3))
        shard = workspaces[away][0][1]
        (host, port), (to, to_port) = away, other
        for mode in ["block_writes", "force_logical"]:
            move = f"SELECT citus_move_shard_placement({shard}, '{host}', {port}, '{to}', {to_port}, '{mode}')"
            during(f"workspace 1 of worker {port} moves to {to_port} with {mode}", running, lambda: sql(url, move))
            sql(url, f"SELECT citus_move_shard_placement({shard}, '{to}', {to_port}, '{host}', {port}, 'block_writes')")
        during("undisturbed", running, lambda: time.sleep(2))

        def absence():
            subprocess.run(f"{options.stop_worker} {port}", shell=True, check=True)
            time.sleep(options.seconds / 2)
            started = Service(options.program, url)
            threading.Thread(target=started.drain, daemon=True).start()
            status, _ = workspaces[other][0][0].as_owner(started.address).call("GET", "listing?per_page=5")
            print(f"a server that was started meanwhile answers {status} in a workspace of worker {to_port}")
            started.stop()
            time.sleep(options.seconds / 2)

        during(f"worker {port} is away", running, absence)
        during(f"worker {port} starts", running, lambda: subprocess.run(f"{options.start_worker} {port}", shell=True, check=True))
        begun = time.perf_counter()
        while workspaces[away][0][0].as_owner().call("GET", "listing?per_page=5")[0] != 200:
            pass
        print(f"{time.perf_counter() - begun:.2f} s later its workspaces are served")
        during("undisturbed", running, lambda: time.sleep(2))
    finally:
        for load in [load for loads in running.values() for load in loads]:
            load.end()
    lost = overlapping = 0
    for rows in workspaces.values():
        for workspace, _ in rows:
            acknowledged = {id for loads in running.values() for load in loads if load.workspace is workspace for id in load.acknowledged}
            stored = sql(url, f"SELECT id FROM reservations WHERE workspace_id = '{workspace.id}'")
            lost += len(acknowledged - set(stored))
            [pairs] = sql(url, f"SELECT count(*) FROM reservations a JOIN reservations b USING (workspace_id, listing_id) "
                               f"WHERE a.workspace_id = '{workspace.id}' AND a.id < b.id AND a.check_in < b.check_out AND b.check_in < a.check_out")
            overlapping += int(pairs)
    total = sum(len(load.acknowledged) for loads in running.values() for load in loads)
    print(f"{total} bookings were acknowledged, {lost} of them lost; {overlapping} pairs of stays overlap")
    for server in servers:
        server.stop()
