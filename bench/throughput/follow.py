"""The works of those who follow the changes: the feed of events, and a receiver of webhooks."""

import json
import socketserver
import statistics
import threading
import time
from datetime import datetime, timezone
from http.server import BaseHTTPRequestHandler

import machine
from load import Load
from service import Client

# Changes whose arrival is measured one by one, on a server that does nothing else.
SINGLE_CHANGES = 100


class Follower(threading.Thread):
    """Reads a tenant's feed by long polling, from now on, and notes when each event arrives."""

    def __init__(self, port: int, key: str, tenant: str, types: str):
        super().__init__(daemon=True)
        self.client, self.tenant, self.types = Client(port, key), tenant, types
        self.ages, self.arrived, self.stopped = [], threading.Condition(), False
        self.position = self.read("latest")["position"]

    def read(self, after) -> dict:
        answer = self.client.call("GET", f"/events?after={after}&types={self.types}&limit=100&wait=1", tenant=self.tenant)
        if answer.status != 200:
            machine.fail(f"events: {answer.status} {answer.body[:500].decode(errors='replace')}")
        page, now = json.loads(answer.body), datetime.now(timezone.utc)
        with self.arrived:
            self.ages += [(now - datetime.fromisoformat(event["timestamp"].replace("Z", "+00:00"))).total_seconds() * 1000 for event in page["data"]]
            self.arrived.notify_all()
        return page["meta"]

    def run(self):
        while not self.stopped:
            self.position = self.read(self.position)["position"]

    def wait_for(self, count: int):
        with self.arrived:
            if not self.arrived.wait_for(lambda: len(self.ages) >= count, timeout=60):
                machine.fail(f"of {count} events {len(self.ages)} arrived")

    def stop(self):
        self.stopped = True
        self.join()


class Receiver(socketserver.ThreadingTCPServer):
    """Accepts every delivery at once."""

    daemon_threads = allow_reuse_address = True

    def __init__(self):
        self.times = []

        class Accept(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(handler):
                handler.rfile.read(int(handler.headers["content-length"]))
                self.times.append(time.perf_counter())
                handler.wfile.write(b"HTTP/1.1 204 No Content\r\n\r\n")

        super().__init__(("127.0.0.1", 0), Accept)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/"


def follow(bench, book) -> list:
    """Books with and without a reader of the events, in turn, and then changes a tenant on a server that is otherwise idle."""
    options, key, seller = bench.options, bench.key(book), book.requests[0].tenant
    load = Load(f"{bench.engine.name}-W10", key, book.requests)
    alone, followed, ages = [], [], []
    load.run(bench.service.port, options.connections, 1, options.cores)
    for _ in range(options.rounds):
        bench.clear(book)
        alone.append(load.run(bench.service.port, options.connections, options.seconds, options.cores).rate)
        bench.clear(book)
        reader = Follower(bench.service.port, key, seller, "reservation.*")
        reader.start()
        followed.append(load.run(bench.service.port, options.connections, options.seconds, options.cores).rate)
        reader.wait_for(int(0.99 * followed[-1] * options.seconds))
        reader.stop()
        ages += reader.ages
    bench.clear(book)
    ratio = statistics.median(with_reader / without for with_reader, without in zip(followed, alone))
    return [result(bench, "W10 an event of a booking is read while W6 runs", ages,
                   f"p99 {quantile(ages, 0.99):.1f} ms; {statistics.median(followed):,.0f} bookings/s, without a reader {statistics.median(alone):,.0f}, "
                   f"ratio {ratio:.2f}"),
            single_changes(bench, key, seller)]


def single_changes(bench, key: str, tenant: str) -> dict:
    reader, client = Follower(bench.service.port, key, tenant, "tenant.updated"), Client(bench.service.port, key)
    reader.start()
    for number in range(SINGLE_CHANGES):
        client.must("PATCH", f"/tenants/{tenant}", {"description": f"Change {number} of {time.time()}"})
        reader.wait_for(number + 1)
    reader.stop()
    return result(bench, "W10 an event of one change is read, nothing else runs", reader.ages, f"p99 {quantile(reader.ages, 0.99):.1f} ms")


def deliver(bench, book) -> list:
    """Delivers the events of bookings, which wait already, to one receiver."""
    options, key, seller = bench.options, bench.key(book), book.requests[0].tenant
    client, receiver = Client(bench.service.port, key), Receiver()
    made = client.must("POST", "/webhooks", {"url": receiver.url, "types": ["reservation.*"]}, tenant=seller)
    load, gaps, rates = Load(f"{bench.engine.name}-W11", key, book.requests), [], []
    try:
        for _ in range(options.rounds):
            bench.clear(book)
            client.must("PUT", f"/webhooks/{made['id']}/disable", tenant=seller)
            receiver.times.clear()
            due = int(0.95 * options.seconds * load.run(bench.service.port, options.connections, options.seconds, options.cores).rate)
            client.must("PUT", f"/webhooks/{made['id']}/enable", tenant=seller)
            deadline = time.monotonic() + 120
            while len(receiver.times) < due:
                if time.monotonic() > deadline:
                    machine.fail(f"of {due} deliveries {len(receiver.times)} arrived")
                time.sleep(0.05)
            times = receiver.times[:due]
            gaps += [(after - before) * 1000 for before, after in zip(times, times[1:])]
            rates.append((due - 1) / (times[-1] - times[0]))
    finally:
        client.call("DELETE", f"/webhooks/{made['id']}", tenant=seller)
        receiver.shutdown()
        bench.clear(book)
    return [result(bench, "W11 an event is delivered to one receiver after the one before", gaps, f"{statistics.median(rates):,.0f} deliveries/s")]


def result(bench, title: str, times: list, note: str) -> dict:
    return {"engine": bench.engine.title, "title": title, "median": statistics.median(times), "most": max(times), "share": None, "note": note}


def quantile(values: list, share: float) -> float:
    return sorted(values)[min(int(share * len(values)), len(values) - 1)]
