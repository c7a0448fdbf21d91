"""HTTP load with wrk."""

import json
import subprocess
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Optional

import machine
from engines import numbered
from fill import BOOKABLE, BOOKABLE_LISTINGS, FIRST_DAY
from options import FOLDER

SCRIPT = Path(__file__).with_name("requests.lua")
EPOCH = date(1970, 1, 1)


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    tenant: Optional[str] = None
    # May contain @serial@, @listing@, @check_in@ and @check_out@.
    body: Optional[str] = None
    headers: Optional[dict] = None

    def of_stay(self, serial: int):
        """Returns the body with the stay of that number, and the stay."""
        stay = stay_of(serial)
        body = self.body
        for name, value in stay.items():
            body = body and body.replace(f"@{name}@", value)
        return body, stay


def stay_of(serial: int) -> dict:
    day = date.fromisoformat(FIRST_DAY).toordinal() + serial // BOOKABLE_LISTINGS
    return {
        "listing": numbered(BOOKABLE, serial % BOOKABLE_LISTINGS),
        "check_in": date.fromordinal(day).isoformat(),
        "check_out": date.fromordinal(day + 1).isoformat(),
    }


def lua(value) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"[{json.dumps(name)}] = {lua(item)}" for name, item in value.items() if item is not None) + "}"
    if isinstance(value, list):
        return "{" + ", ".join(map(lua, value)) + "}"
    return json.dumps(value)


@dataclass(frozen=True)
class Measured:
    rate: float
    p50: float
    p99: float


class Load:
    """The requests of one work, which can be sent repeatedly."""

    def __init__(self, name: str, key: Optional[str], requests: list, keys=None):
        """With `keys`, each request has the next of these keys."""
        self.plan = FOLDER / f"{name}.lua"
        self.keys = None
        if keys:
            self.keys = FOLDER / f"{name}.keys"
            self.keys.write_text("\n".join(keys) + "\n")
        self.headers = {"x-calry-api-key": key} if key else {}
        self.requests = [vars(request) for request in requests]
        # Requests in flight at the end of a run may still be booked, so the next run begins after their stays.
        self.begin = 0

    def start(self, port: int, connections: int, seconds: int, cores: int) -> subprocess.Popen:
        stays = {"prefix": numbered(BOOKABLE, 0)[:-12], "listings": BOOKABLE_LISTINGS, "begin": self.begin,
                 "first_day": (date.fromisoformat(FIRST_DAY) - EPOCH).days}
        self.plan.write_text("return " + lua({"headers": self.headers, "requests": self.requests, "stays": stays,
                                         "keys": self.keys and str(self.keys)}))
        threads = min(cores, connections)
        # By default, wrk gives up on a response after two seconds and does not count it.
        command = ["wrk", "-t", threads, "-c", connections, "-d", f"{seconds}s", "--timeout", "20s", "-s", SCRIPT, f"http://127.0.0.1:{port}",
                   "--", self.plan, threads]
        return subprocess.Popen(list(map(str, command)), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def finish(self, process: subprocess.Popen) -> Measured:
        text, _ = process.communicate()
        result = next((line for line in text.splitlines() if line.startswith("RESULT ")), None)
        if result is None:
            machine.fail(f"wrk failed:\n{text}")
        result = json.loads(result.removeprefix("RESULT "))
        if result["refused"] or result["broken"] or not result["requests"]:
            machine.fail(f"{self.plan.stem}: not all answers were good: {result}")
        self.begin += result["requests"] + BOOKABLE_LISTINGS
        return Measured(result["requests"] / result["seconds"], result["p50"], result["p99"])

    def run(self, port: int, connections: int, seconds: int, cores: int) -> Measured:
        return self.finish(self.start(port, connections, seconds, cores))
