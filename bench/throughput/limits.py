"""The limits of the service: the same statements without the service, and HTTP without the work."""

import json
import math
import os
import re
import subprocess
from pathlib import Path

import machine
from engines import numbered
from fill import BOOKABLE, BOOKABLE_LISTINGS, FIRST_DAY
from load import Measured
from options import FOLDER
from statements import Parameter, fresh_id, random_run

FIRST_STAY = 2_000_000  # far from the stays that are booked over HTTP
BARE_SQLITE = Path(__file__).with_name("bare_sqlite.py")
# The apsw of the same SQLite version as libsqlite3-sys.
APSW = "3.51.3.0"


def measured(rate: float, times: list) -> Measured:
    """Returns the rate with the percentiles of the sorted times, if they are known."""
    return Measured(rate, times[len(times) // 2], times[len(times) * 99 // 100]) if times else Measured(rate, math.nan, math.nan)


class Pgbench:
    """`pgbench -M prepared`, with as many clients as the service has; a script for each request."""

    def __init__(self, name: str, engine, captured: list):
        self.server = engine.server
        self.engine = engine
        self.folder = FOLDER / f"{name}.pgbench"
        self.folder.mkdir(exist_ok=True)
        self.values = {}
        self.files = []
        for number, statements in enumerate(captured):
            file = self.folder / f"{number}.sql"
            file.write_text(self.script(f"r{number}", statements))
            self.files.append(file)

    def script(self, prefix: str, statements: list) -> str:
        lines = []
        for place, statement in enumerate(statements):
            def value(found, place=place, statement=statement):
                parameter = statement.parameters[int(found[1]) - 1]
                return self.expression(f"{prefix}_{place}_{found[1]}", parameter)

            lines.append(re.sub(r"\$(\d+)", value, statement.sql).rstrip().rstrip(";") + ";")
        if any(":number" in line for line in lines):
            # Each client counts in its own steps, so that no two clients book the same stay.
            lines = ["\\set serial :serial + :clients", "\\set number :serial + :client_id", *lines]
        return "\n".join(lines) + "\n"

    def expression(self, variable: str, parameter: Parameter) -> str:
        if parameter.kind == "null":
            return "NULL"
        if parameter.kind == "new":
            return f"(:fresh_{parameter.value}::text || lpad(to_hex(:number::bigint), 12, '0'))::uuid"
        if parameter.kind == "listing":
            return self.engine.numbered(BOOKABLE, f":number::bigint % {BOOKABLE_LISTINGS}")
        if parameter.kind == "day":
            return f"({self.engine.day(FIRST_DAY, f':number::bigint / {BOOKABLE_LISTINGS} + {parameter.value}')})"
        self.values[variable] = parameter.value
        return f":{variable}"

    def run(self, connections: int, seconds: int, cores: int) -> Measured:
        run = random_run()
        values = {**self.values, **{f"fresh_{kind}": fresh_id(run, kind) for kind in range(8)}, "serial": FIRST_STAY, "clients": connections}
        command = [self.server.programs / "pgbench", "-n", "-M", "prepared", "-c", connections, "-j", min(cores, connections), "-T", seconds,
                   "-h", "127.0.0.1", "-p", self.server.port, "-U", "postgres"]
        for file in self.files:
            command += ["-f", file]
        for name, value in values.items():
            command += ["-D", f"{name}={value}"]
        for old in self.folder.glob("log.*"):
            old.unlink()
        if connections == 1:
            # Log each transaction's time with a single client only; with many clients the log would cost too much.
            command += ["-l", f"--log-prefix={self.folder / 'log'}"]
        # The setting of the service's connections; PGOPTIONS in the environment overrides it.
        settings = {"PGOPTIONS": "-c plan_cache_mode=force_generic_plan", **os.environ}
        text = machine.output(*command, "tenantry", env=settings)
        rate = float(re.search(r"tps = ([\d.]+) \(without", text)[1])
        if int(re.search(r"number of failed transactions: (\d+)", text + "number of failed transactions: 0")[1]):
            machine.fail(f"pgbench: not all transactions succeeded:\n{text}")
        times = sorted(int(line.split()[2]) / 1000 for log in self.folder.glob("log.*") for line in log.read_text().splitlines())
        return measured(rate, times)


class BareSqlite:
    """apsw, a thin C layer over the library, in one process per processor. The threads and types of a Rust driver would add costs
    of the service that are not SQLite's."""

    def __init__(self, engine, captured: list):
        self.python = machine.python_with(f"apsw=={APSW}")
        self.engine = engine
        self.captured = captured
        self.writes = any(statement.sql.startswith("BEGIN") for statements in captured for statement in statements)

    def run(self, connections: int, seconds: int, cores: int) -> Measured:
        # SQLite has only one writer at a time.
        processes = 1 if self.writes else min(cores, connections)
        run = random_run()
        requests = [[[statement.sql, [[one.kind, one.value] for one in statement.parameters], None if self.writes else statement.rows]
                     for statement in statements] for statements in self.captured]
        started = []
        for number in range(processes):
            task = {"file": str(self.engine.file), "seconds": seconds, "requests": requests, "begin": FIRST_STAY + number,
                    "listing": numbered(BOOKABLE, 0)[:-12], "listings": BOOKABLE_LISTINGS, "first_day": FIRST_DAY,
                    "fresh": [fresh_id(run, kind) for kind in range(8)]}
            process = subprocess.Popen([self.python, BARE_SQLITE], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            process.stdin.write(json.dumps(task))
            process.stdin.close()
            started.append(process)
        rate, times = 0.0, []
        for process in started:
            text = process.stdout.read()
            if process.wait():
                machine.fail("the bare loop on SQLite failed")
            result = json.loads(text)
            rate += len(result) / (sum(result) / 1000)
            times += result
        return measured(rate, sorted(times))


class BareHttp:
    """An actix-web server that responds with the same bytes, with as many workers as the service."""

    def __init__(self, program: Path, answer, cores: int):
        self.port = machine.free_port()
        file = FOLDER / "answer"
        left_out = ("content-length", "date", "connection", "transfer-encoding")
        head = "".join(f"{name}: {value}\n" for name, value in answer.headers if name.lower() not in left_out)
        file.write_bytes(head.encode() + b"\n" + answer.body)
        self.process = machine.start([program, f"127.0.0.1:{self.port}", cores, answer.status, file])
        machine.wait_until_listening(self.process, self.port, "the bare handler")

    def stop(self):
        self.process.terminate()
        self.process.wait()
