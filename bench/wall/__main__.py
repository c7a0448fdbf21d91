"""Compares PostgreSQL with and without row-level security: W1 to W6 on one database and on its copy, by turns. Run it by
`just bench-wall`; docs/performance.md has the table."""

import signal
import statistics
import sys
from datetime import date
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "throughput"))

import machine  # noqa: E402
import options as command_line  # noqa: E402
import report  # noqa: E402
from engines import Postgres  # noqa: E402
from fill import filled  # noqa: E402
from load import Load  # noqa: E402
from service import Service  # noqa: E402
from works import Bench, works  # noqa: E402

ROLE, WALLED = "tenantry_server", "walled"
BEGIN, END = "<!-- wall: `just bench-wall --write` -->\n", "<!-- end of wall -->\n"


class Walled(Postgres):
    """A copy of the database, with policies that bind the server."""

    def __init__(self, plain: Postgres, program: Path):
        self.server = plain.server
        for statement in (f"DROP DATABASE IF EXISTS {WALLED} WITH (FORCE)", f"DROP ROLE IF EXISTS {ROLE}", f"CREATE ROLE {ROLE} LOGIN",
                          f"CREATE DATABASE {WALLED} TEMPLATE tenantry"):
            self.server.sql(statement, "postgres")
        machine.output(program, "migrate", "--database", self.url_of("postgres"), "--role", ROLE)
        self.tidy()

    @property
    def url(self) -> str:
        return self.url_of(ROLE)

    def url_of(self, role: str) -> str:
        return f"postgres://{role}@127.0.0.1:{self.server.port}/{WALLED}"

    def execute(self, statement: str):
        return self.server.sql(statement, WALLED)

    def tidy(self):
        self.execute("VACUUM (ANALYZE)")
        self.execute("CHECKPOINT")

    def stop(self):
        self.server.sql(f"DROP DATABASE {WALLED} WITH (FORCE)", "postgres")
        self.server.sql(f"DROP ROLE {ROLE}", "postgres")


def main():
    options = command_line.read()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("bench: terminated"))
    command_line.FOLDER.mkdir(parents=True, exist_ok=True)
    machine.need_wrk()
    programs = machine.programs(options.debug, not options.built)
    plain = Postgres()
    try:
        names = filled(plain, programs, options)
        walled = Walled(plain, programs["tenantry"])
        try:
            text = table(options, compared(options, names, programs, [plain, walled]))
        finally:
            walled.stop()
    finally:
        plain.stop()
    print(text)
    if options.write:
        report.write(text, BEGIN, END)


def compared(options, names: dict, programs: dict, engines: list) -> list:
    """Returns the works, each with the rates of both sides."""
    services = [Service(programs["tenantry"], engine.url) for engine in engines]
    sides = [(Bench(engine, names, service, programs, options, {}), service.port) for engine, service in zip(engines, services)]
    found = []
    try:
        for work in works(names):
            if work.popular or options.work and work.name not in options.work:
                continue
            for connections in (1, options.connections):
                machine.say(f"{work.name} {work.title}, {connections} clients")
                found.append((work, connections, by_turns(options, work, connections, sides)))
    finally:
        for service in services:
            service.stop()
    return found


def by_turns(options, work, connections: int, sides: list) -> list:
    loads = [Load(f"wall-{number}-{work.name}", bench.key(work), work.requests) for number, (bench, _) in enumerate(sides)]
    rates = [[] for _ in sides]
    for turn in range(options.rounds + 1):
        order = list(enumerate(sides))
        for number, (bench, port) in order if turn % 2 else reversed(order):
            bench.clear(work)
            rate = loads[number].run(port, connections, options.seconds if turn else 1, options.cores).rate
            if turn:  # The first one warms up.
                rates[number].append(rate)
    for bench, _ in sides:
        bench.clear(work)
    return rates


def table(options, found: list) -> str:
    sizes = options.sizes
    lines = [f"Measured on {date.today()}: {machine.describe(options.debug)}. {sizes.tenants:,} tenants, {sizes.listings:,} listings; "
             f"{options.rounds} rounds of {options.seconds} s by turns, medians; the ratio is the median of the rounds' ratios.", ""]
    rows = [[f"{work.name} {work.title}", str(connections), report.number(statistics.median(without)), report.number(statistics.median(behind)),
             report.number(statistics.median(b / a for a, b in zip(without, behind)), 2)]
            for work, connections, (without, behind) in found]
    return "\n".join(lines + report.table(["work", "clients", "without /s", "with policies /s", "ratio"], rows))


main()
