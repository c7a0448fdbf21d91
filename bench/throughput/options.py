"""The command line."""

import argparse
import os
from dataclasses import asdict, dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "target" / "bench"
ENGINES = ("postgres", "sqlite")


@dataclass(frozen=True)
class Sizes:
    """The sizes of the contents. A database that was filled with other sizes is filled again."""

    tenants: int
    listings: int
    owners: int
    reservations: int
    workspaces: int


FULL = Sizes(tenants=10_000, listings=1_000_000, owners=200, reservations=100_000, workspaces=10_000)
SMALL = Sizes(tenants=200, listings=4_000, owners=20, reservations=1_000, workspaces=200)


def read() -> argparse.Namespace:
    cores = len(os.sched_getaffinity(0))
    parser = argparse.ArgumentParser(
        prog="bench/throughput",
        description="Measures the service on both engines, and its limits in the same run: the same statements without the "
        "service, and HTTP without the work.",
    )
    parser.add_argument("--small", action="store_true", help="few rows, one round of one second: a trial that takes a minute")
    parser.add_argument("--fresh", action="store_true", help="fill the databases again")
    parser.add_argument("--debug", action="store_true", help="measure the debug build: to work on the bench, not for numbers")
    parser.add_argument("--built", action="store_true", help="measure the programs as they are, without building them first")
    parser.add_argument("--write", action="store_true", help="put the results into docs/performance.md")
    parser.add_argument("--engine", choices=ENGINES, action="append", help="only this engine")
    parser.add_argument("--work", action="append", metavar="W1", help="only this work; may be repeated")
    parser.add_argument("--rounds", type=int, help="number of turns of service and limits (3)")
    parser.add_argument("--seconds", type=int, help="seconds of each turn (5)")
    parser.add_argument("--soak", type=int, help="seconds of mixed load for measuring memory growth (30)")
    parser.add_argument("--connections", type=int, default=8 * cores,
                        help="clients at full load, of the service and of the database alike (8 for each processor)")
    for name, size in asdict(FULL).items():
        parser.add_argument(f"--{name}", type=int, help=f"size ({size:,})")
    options = parser.parse_args()

    sizes = asdict(SMALL if options.small else FULL)
    sizes.update({name: getattr(options, name) for name in sizes if getattr(options, name) is not None})
    options.sizes = Sizes(**sizes)
    if options.sizes.owners < 5 or options.sizes.tenants < 100 or options.sizes.listings < options.sizes.owners * 20:
        parser.error("at least 5 owners, 100 tenants, and 20 listings for each owner are needed")
    for name, short, usual in [("rounds", 1, 3), ("seconds", 1, 5), ("soak", 3, 30)]:
        if getattr(options, name) is None:
            setattr(options, name, short if options.small else usual)
    options.engines = options.engine or list(ENGINES)
    options.cores = cores
    return options
