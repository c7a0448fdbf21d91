"""What the service asks of its database for one request: read from the database's own log, so that the limits are measured with
truly the same statements."""

import json
import math
import re
import uuid
from dataclasses import dataclass, replace

import machine
from options import FOLDER
from service import Client, Service

EXECUTED = re.compile(r"duration: [\d.]+ ms  (?:execute [^:]*|statement): (.*)", re.DOTALL)
DURATION = re.compile(r"duration: ([\d.]+) ms")
PARAMETER = re.compile(r"\$(\d+) = (NULL|'(?:[^']|'')*')")
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
WARM_UP = 12  # calls after which every connection knows the caller and the statements
WARM_STAYS = 900_000  # far from those that are measured
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


def is_transaction(statement: Statement) -> bool:
    return statement.sql.split()[0].upper().rstrip(";") in ("BEGIN", "COMMIT", "ROLLBACK")


def ask(client: Client, request, serial: int):
    body, stay = request.of_stay(serial)
    answer = client.call(request.method, request.path, body, request.tenant)
    if answer.status not in (200, 201):
        machine.fail(f"{request.method} {request.path}: {answer.status} {answer.body[:500].decode(errors='replace')}")
    return answer, stay


def of_postgres(server, port: int, key: str, requests: list, known: set) -> list:
    """For each request, its statements. `known` are the ids that were there before: others are made by the service."""
    client = Client(port, key)
    server.set("log_min_duration_statement", "0")
    found = []
    serial = WARM_STAYS
    for request in requests:
        for _ in range(WARM_UP):
            serial += 1
            ask(client, request, serial)
        since = server.log_size()
        serial += 1
        _, stay = ask(client, request, serial)
        logged = server.logged(since)
        found.append(read(logged, stay, known))
    server.set("log_min_duration_statement", None)
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
    for _, message, detail in logged:
        executed = EXECUTED.match(message)
        if executed:
            given = sorted((int(number), value) for number, value in PARAMETER.findall(detail))
            statements.append(Statement(executed[1], tuple(parameter(value) for _, value in given)))
    return statements


def time_in_database(server, call) -> float:
    """Milliseconds that PostgreSQL itself took for what `call` made the service ask."""
    since = server.log_size()
    call()
    return sum(float(found[1]) for _, message, _ in server.logged(since) if (found := DURATION.match(message)))


def of_sqlite(program, engine, key: str, requests: list, postgres: list, names: dict, postgres_names: dict) -> list:
    """SQLite logs no values. The statements are those that the driver logs; the values are PostgreSQL's for the same request, with the ids
    of the same things here."""
    log = FOLDER / "sqlite.log"
    with open(log, "wb") as written:
        service = Service(program, engine.url, log="warn,sqlx::query=debug", output=written)
        client = Client(service.port, key)
        here = {postgres_names[name]: value for name, value in names.items() if name in postgres_names}
        found = []
        serial = WARM_STAYS
        for request, theirs in zip(requests, postgres):
            serial += 1
            ask(client, request, serial)
            since = log.stat().st_size
            serial += 1
            ask(client, request, serial)
            with open(log, "rb") as lines:
                lines.seek(since)
                texts = [text for line in lines if (text := statement_of(json.loads(line)))]
            found.append(with_values(texts, theirs, here))
        service.stop()
    return found


def statement_of(event: dict):
    text = (event.get("db.statement") or "").strip() or event.get("summary")
    return text and None if is_transaction(Statement(text or "x", ())) else text


def with_values(texts: list, postgres: list, here: dict):
    """`None` where the engines go about it so differently that the values cannot be told."""
    asked = [statement for statement in postgres if not is_transaction(statement)]
    if len(asked) == 1 and "listing_tree" in texts[0]:
        given = rings(texts, asked[0].parameters)
    elif len(texts) == len(asked) and all(text.count("$") == 0 or places(text) == len(theirs.parameters) for text, theirs in zip(texts, asked)):
        given = [theirs.parameters for theirs in asked]
    else:
        return None
    statements = [Statement(text, tuple(replace(p, value=here.get(p.value, p.value)) if p.kind == "value" else p for p in parameters))
                  for text, parameters in zip(texts, given)]
    begins = next((number for number, statement in enumerate(postgres) if is_transaction(statement)), None)
    if begins is None:
        return statements
    return [*statements[:begins], Statement("BEGIN IMMEDIATE", ()), *statements[begins:], Statement("COMMIT", ())]


def places(text: str) -> int:
    return max(map(int, re.findall(r"\$(\d+)", text)), default=0)


def rings(texts: list, parameters: tuple) -> list:
    """A search on PostgreSQL is one statement; on SQLite one for each ring, whose radius doubles from 1 km. PostgreSQL's values are
    workspace, tenant, x, y, z, half the box, how many, squared chord, limit, offset; SQLite's are the same without how many."""
    *begin, _, _, squared_chord, limit, offset = parameters
    full = 2 * math.asin(math.sqrt(float(squared_chord.value)) / 2)
    given = []
    for number in range(len(texts)):
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
