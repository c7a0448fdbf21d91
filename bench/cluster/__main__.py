"""Compares a cluster of Citus with a plain PostgreSQL by turns, and disturbs it under bookings. docs/guides/run-on-citus.md has
the results. Needs psql, and two empty databases that `tenantry migrate` has prepared, on the cluster with `--distribute`."""

import argparse

from faults import faults
from ratios import ratios

parser = argparse.ArgumentParser(prog="bench/cluster", description=__doc__)
parser.add_argument("--program", default="target/release/tenantry", help="the binary")
parser.add_argument("--cluster", required=True, metavar="URL", help="the database on the coordinator")
parser.add_argument("--plain", metavar="URL", help="a database without Citus: measures the ratios")
parser.add_argument("--rounds", type=int, default=20, help="the number of turns of each side")
parser.add_argument("--calls", type=int, default=50, help="the calls of a turn")
parser.add_argument("--stop-worker", metavar="COMMAND", help="stops the worker whose port follows, at once")
parser.add_argument("--start-worker", metavar="COMMAND", help="starts it again")
parser.add_argument("--seconds", type=float, default=6, help="how long the worker is away")
options = parser.parse_args()

if options.plain:
    ratios(options)
if options.stop_worker and options.start_worker:
    faults(options)
