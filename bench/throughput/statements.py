"""What the service asks of its database for one request: read from the database's own log, so that the limits are measured with
truly the same statements."""

import json
import math
import re
import time
import uuid
from dataclasses import dataclass, replace
from typing import Optional

import machine
from options import FOLDER
from service import Client, Service

EXECUTED = re.compile(r"duration: [\d.]+ ms  (?:execute [^:]*|statement): (.*)", re.DOTALL)
DURATION = re.compile(r"duration: ([\d.]+) ms")
PARAMETER = re.compile(r"\$(\d+) = (NULL|'(?:[^']|'')*')")
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
WARM_UP = 12  # calls after which every connection knows the caller and the statements
WARM_STAYS = 5_000_000  # far from those that are measured
RADIUS = 50  # km, of the searches that are measured


@dataclass(frozen=True)
class Parameter:
    """A value; or what must differ each time: an id that the service made (`new`), the `listing` or a `day` of the stay."""

    kind: str
    value: object = None


@dataclass(frozen=True)
class Statement:
    sql: str
    parameters: tuple
    # How many rows came of it, where the log tells.
    rows: Optional[int] = None


def is_transaction(statement: Statement) -> bool:
    return statement.sql.split()[0].upper().rstrip(";") in ("BEGIN", "SET", "COMMIT", "ROLLBACK")


def ask(client: Client, request, serial: int):
    body, stay = request.of_stay(serial)
    answer = client.call(request.method, request.path, body, request.tenant, root=True)
    if answer.status not in (200, 201):
        machine.fail(f"{request.method} {request.path}: {answer.status} {answer.body[:500].decode(errors='replace')}")
    return answer, stay


def of_postgres(server, port: int, key: str, requests: list, known: set) -> list:
    """For each request, its statements. `known` are the ids that were there before: others are made by the service."""
    client = Client(port, key)
    server.log_statements(values=True)
    found = []
    serial = WARM_STAYS
    for request in requests:
        for _ in range(WARM_UP):
            serial += 1
            ask(client, request, serial)
        before = None
        # Until it is the same twice: now and then a caller is looked at anew.
        for _ in range(WARM_UP):
            since = server.log_size()
            serial += 1
            _, stay = ask(client, request, serial)
            statements = read(server.logged(since), stay, known)
            texts = [statement.sql for statement in statements]
            if texts and texts == before:
                break
            before = texts
        else:
            machine.fail(f"{request.method} {request.path} asks the database for something else each time")
        found.append(statements)
    server.log_no_statements()
    return found


def read(logged: list, stay: dict, known: set) -> list:
    made = {}

    def parameter(quoted: str) -> Parameter:
        if quoted == "NULL":
            return Parameter("null")
        value = quoted[1:-1].replace("''", "'")
        if value == stay["listing"]:
            return Parameter("listing")
        if value in (stay["check_in"], stay["check_out"]):
            return Parameter("day", 0 if value == stay["check_in"] else 1)
        if UUID.fullmatch(value) and value not in known:
            return Parameter("new", made.setdefault(value, len(made)))
        return Parameter("value", value)

    statements = []
    for message, detail in logged:
        executed = EXECUTED.match(message)
        if executed:
            given = sorted((int(number), value) for number, value in PARAMETER.findall(detail))
            statements.append(Statement(executed[1], tuple(parameter(value) for _, value in given)))
    return statements


def time_in_database(server, since: int) -> float:
    """Milliseconds that PostgreSQL took for what was logged behind that many bytes."""
    return sum(float(found[1]) for message, _ in server.logged(since) if (found := DURATION.match(message)))


def of_sqlite(program, engine, key: str, requests: list, names: dict, postgres: list, postgres_names: dict) -> list:
    """SQLite logs no values. The statements are those that the driver logs; the values are PostgreSQL's for the same request, with the ids
    of the same things here."""
    log = FOLDER / "sqlite.log"
    here = {postgres_names[name]: value for name, value in names.items() if name in postgres_names}
    with open(log, "wb") as written:
        service = Service(program, engine.url, log="warn,sqlx::query=debug", output=written)
        try:
            client = Client(service.port, key)
            return [logged_by_driver(client, log, request, theirs, here, WARM_STAYS + number * WARM_UP)
                    for number, (request, theirs) in enumerate(zip(requests, postgres))]
        finally:
            service.stop()


def logged_by_driver(client: Client, log, request, postgres: list, here: dict, serial: int):
    # Some calls look at who calls as well: when another connection takes its turn, or what was kept is old.
    for attempt in range(WARM_UP):
        since = log.stat().st_size
        ask(client, request, serial + attempt)
        time.sleep(0.02)
        with open(log, "rb") as lines:
            lines.seek(since)
            asked = [one for line in lines if (one := statement_of(json.loads(line)))]
        valued = with_values(asked, postgres, here)
        if valued is not None:
            return valued
    return None


def statement_of(event: dict):
    text = (event.get("db.statement") or "").strip() or event.get("summary", "")
    # Asked now and then, to hear of other processes' changes.
    asked = Statement(text, (), event.get("rows_returned"))
    return None if not text or text.startswith("PRAGMA") or is_transaction(asked) else asked


def with_values(theirs: list, postgres: list, here: dict):
    """`None` where the engines go about it so differently that the values cannot be told."""
    asked = [statement for statement in postgres if not is_transaction(statement)]
    search = [statement for statement in theirs if "listing_tree" in statement.sql]
    if search and len(theirs) - len(search) == len(asked) - 1:
        given = [statement.parameters for statement in asked[:-1]] + rings(len(search), asked[-1].parameters)
    elif [places(statement.sql) for statement in theirs] == [len(statement.parameters) for statement in asked]:
        given = [statement.parameters for statement in asked]
    else:
        return None
    statements = [
        replace(statement, parameters=tuple(replace(one, value=here.get(one.value, one.value)) if one.kind == "value" else one for one in parameters))
        for statement, parameters in zip(theirs, given)
    ]
    return in_transactions(statements, postgres)


def in_transactions(statements: list, postgres: list) -> list:
    """The statements within transactions as PostgreSQL's are."""
    rest, found = list(statements), []
    if not any(map(is_transaction, postgres)):
        return rest
    for place, theirs in enumerate(postgres):
        command = theirs.sql.split()[0].upper().rstrip(";")
        if command == "BEGIN":
            until = next(end for end in range(place, len(postgres)) if postgres[end].sql.startswith("COMMIT"))
            writes = any(one.sql.startswith(("INSERT", "UPDATE", "DELETE")) for one in postgres[place:until])
            found.append(Statement("BEGIN IMMEDIATE" if writes else "BEGIN", ()))
        elif command == "COMMIT":
            found.append(Statement("COMMIT", ()))
        elif command != "SET":
            found.append(rest.pop(0))
    return found


def places(text: str) -> int:
    """How many values it wants, which stand as $1, $2, … or as ? one after the other."""
    return max(map(int, re.findall(r"\$(\d+)", text)), default=text.count("?"))


def rings(count: int, parameters: tuple) -> list:
    """A search on PostgreSQL is one statement; on SQLite one for each ring, whose radius doubles from 1 km. PostgreSQL's values are
    workspace, tenant, x, y, z, half the box, how many, squared chord, limit, offset; SQLite's are the same without how many."""
    *begin, _, _, squared_chord, limit, offset = parameters
    full = 2 * math.asin(math.sqrt(float(squared_chord.value)) / 2)
    given = []
    for number in range(count):
        share = min(2**number / RADIUS, 1)
        chord = 2 * math.sin(full * share / 2)
        box, square = Parameter("value", repr(chord * (1 + 1e-9))), Parameter("value", repr(chord * chord))
        given.append((*begin, box, square, limit, offset))
    return given




def fresh_id(run: int, kind: int) -> str:
    """The first 20 of the 32 digits of an id that a limit makes; the others count."""
    return f"0199{run:04x}{kind:04x}70008000"


def random_run() -> int:
    return uuid.uuid4().int & 0xFFFF
