"""Runs statements on a SQLite file as fast as possible, and prints the duration of each run in milliseconds. The task is JSON on standard
input."""

import json
import re
import sys
import time
from datetime import date

import apsw

UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
INSTANT = re.compile(r"(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)(\.\d+)?\+00")
WHOLE = re.compile(r"-?\d+")
NUMBER = re.compile(r"-?\d+\.\d+(e[-+]?\d+)?|-?\d+e[-+]?\d+")


def bound(text: str):
    """Converts a value from the format of PostgreSQL's log to the one that the service binds."""
    if UUID.fullmatch(text):
        return bytes.fromhex(text.replace("-", ""))
    if instant := INSTANT.fullmatch(text):
        return f"{instant[1]}T{instant[2]}{(instant[3] or '').ljust(4, '0') if instant[3] else ''}+00:00"
    if WHOLE.fullmatch(text):
        return int(text)
    if NUMBER.fullmatch(text):
        return float(text)
    return {"t": 1, "f": 0}.get(text, text)


def main():
    task = json.load(sys.stdin)
    # The settings of the service (.cargo/config.toml, crates/adapters-sqlite/src/lib.rs).
    apsw.shutdown()
    apsw.config(apsw.SQLITE_CONFIG_MEMSTATUS, False)
    apsw.initialize()
    connection = apsw.Connection(task["file"], statementcachesize=256)
    connection.config(apsw.SQLITE_DBCONFIG_ENABLE_QPSG, 1)
    connection.set_busy_timeout(10_000)
    for setting in ("synchronous = FULL", "foreign_keys = ON", "cache_size = -8192"):
        connection.execute(f"PRAGMA {setting}")
    first_day = date.fromisoformat(task["first_day"]).toordinal()
    serial = task["begin"]

    def maker(kind, value):
        if kind == "null":
            return lambda: None
        if kind == "new":
            prefix = task["fresh"][value]
            return lambda: bytes.fromhex(f"{prefix}{serial:012x}")
        if kind == "listing":
            prefix = task["listing"].replace("-", "")
            return lambda: bytes.fromhex(f"{prefix}{serial % task['listings']:012x}")
        if kind == "day":
            return lambda: date.fromordinal(first_day + serial // task["listings"] + value).isoformat()
        given = bound(value)
        return lambda: given

    requests = []
    for statements in task["requests"]:
        prepared = []
        for sql, parameters, rows in statements:
            makers = [maker(kind, value) for kind, value in parameters]
            # Constant values are computed only once, because the loop must measure SQLite.
            fixed = all(kind in ("value", "null") for kind, _ in parameters)
            # SQLite would read $1 as a name, and number names in the order of their first appearance.
            sql = re.sub(r"\$(\d+)", r"?\1", sql)
            makers = makers[: max(map(int, re.findall(r"\?(\d+)", sql)), default=sql.count("?"))]
            if rows is not None and len(connection.execute(sql, [make() for make in makers]).fetchall()) != rows:
                sys.exit(f"not as many rows as the service found: {rows} by {sql}")
            prepared.append((sql, tuple(make() for make in makers) if fixed else None, makers))
        requests.append(prepared)

    execute = connection.execute
    times = []
    clock = time.perf_counter
    end = clock() + task["seconds"]
    turn = task["begin"]
    while (begin := clock()) < end:
        for sql, values, makers in requests[turn % len(requests)]:
            execute(sql, values if values is not None else tuple(make() for make in makers)).fetchall()
        times.append((clock() - begin) * 1000)
        turn += 1
        serial += 1
    json.dump(times, sys.stdout)


main()
