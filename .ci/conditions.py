"""Finds the tables that a statement reads or writes without saying of which workspace."""

import re
from pathlib import Path

TABLES = re.search(
    r"pub const TABLES: \[&str; \d+\] = \[(.*?)\];",
    Path(__file__).parent.parent.joinpath("crates/adapters-sql/src/tables/mod.rs").read_text(),
    re.S,
)
TABLES = set(re.findall(r'"(\w+)"', TABLES.group(1)))

# The beginnings of the operators' statements, with what they are for. Each value and constant is written as $.
OPERATORS = {
    "SELECT $ FROM workspaces LIMIT $": "whether there is a workspace",
    "SELECT workspace.id FROM workspaces workspace LIMIT": "the only workspace of a file that is imported",
    "SELECT workspace.id AS workspace_id FROM workspaces workspace WHERE workspace.name": "whether the sample data is incomplete",
    "SELECT COUNT(*) AS count FROM workspaces workspace WHERE": "counts of the list of workspaces",
    "SELECT workspace.id, workspace.name": "the list of workspaces",
    "SELECT workspace.id AS workspace_id FROM workspaces workspace WHERE workspace.status": "workspaces with expired quotes or records, and those that are served",
    "SELECT $ FROM workspaces WHERE $ FOR UPDATE": "readiness: reads no row",
    "UPDATE workspaces SET id = id WHERE false": "readiness on SQLite: writes no row",
    "SELECT DISTINCT reservation.workspace_id FROM reservations": "workspaces with lapsed holds",
    "WITH RECURSIVE found (workspace_id)": "workspaces with changes that wait for a number",
    "SELECT DISTINCT waiting.workspace_id FROM unnumbered_events": "the same in a distributed database",
    "SELECT log.workspace_id, log.position": "the logs that one transaction numbers",
    "SELECT workspace.id AS workspace_id, EXISTS": "the workspaces whose first events it numbers",
    "SELECT waiting.workspace_id, waiting.sequence": "the changes that it numbers",
    "SELECT import.workspace_id AS workspace": "their importers",
    "SELECT listing.workspace_id AS workspace": "their owners",
    "SELECT tenant.workspace_id, tenant.id AS tenant_id": "the default tenants",
    "WITH part_0 AS (INSERT INTO events": "the events that it stores",
    "INSERT INTO events (workspace_id, numbered_at": "the same on SQLite",
    "SELECT log.workspace_id FROM event_logs log CROSS JOIN workspaces": "workspaces with old events",
    "WITH feed (workspace_id, tenant_id)": "the ends of the feeds that readers wait for",
    "SELECT webhook.workspace_id, webhook.tenant_id, webhook.id FROM webhooks": "webhooks that are due",
    "SELECT MIN(CASE webhook.scope": "the oldest event that waits for a webhook",
}

TOKEN = re.compile(r"'(?:[^']|'')*'|\"[^\"]*\"|\$\d+|[A-Za-z_][\w.]*(?:\.\*)?|\d+(?:\.\d+)?|[<>=!|&@#^~*/+-]+|[(),;:\[\].?]")
# The words after a table's name that are not its alias.
CLAUSES = set(
    "WHERE ON SET VALUES SELECT JOIN CROSS LEFT RIGHT INNER OUTER FULL ORDER GROUP LIMIT OFFSET FOR UNION USING RETURNING "
    "HAVING DEFAULT LATERAL FETCH NATURAL WINDOW EXCEPT INTERSECT".split()
)


def tokens(statement):
    text = re.sub(r"--[^\n]*", " ", statement)
    return [token.replace('"', "") if not token.startswith("'") else token for token in TOKEN.findall(text)]


def tree(words):
    """Nests what stands in parentheses."""
    stack = [[]]
    for word in words:
        if word == "(":
            stack.append([])
        elif word == ")":
            inner = stack.pop()
            stack[-1].append(inner)
        else:
            stack[-1].append(word)
    return stack[0]


def is_query(node):
    return bool(node) and isinstance(node[0], str) and node[0].upper() in {"SELECT", "WITH", "INSERT", "UPDATE", "DELETE"}


def flat(node):
    """The words of a scope: those of its parentheses too, except queries and alternatives."""
    for word in node:
        if isinstance(word, str):
            yield word
        elif not is_query(word) and "OR" not in [inner.upper() for inner in word if isinstance(inner, str)]:
            yield "("
            yield from flat(word)
            yield ")"


def scopes(node):
    """The queries of a statement, each without those inside it."""
    if is_query(node):
        scope = []
        for word in node:
            if isinstance(word, str) and word.upper() in {"UNION", "EXCEPT", "INTERSECT"}:
                yield scope
                scope = []
            else:
                scope.append(word)
        yield scope
    for word in node:
        if isinstance(word, list):
            yield from scopes(word)


def tables(scope):
    """The tables of a query, with their aliases."""
    words = [word if isinstance(word, str) else "()" for word in scope]
    in_from = False
    for at, word in enumerate(words):
        upper, before = word.upper(), words[at - 1].upper() if at else ""
        follows = {"FROM", "JOIN", "INTO", "USING"}
        if upper in CLAUSES - {"JOIN", "CROSS", "LEFT", "INNER", "LATERAL"}:
            in_from = False
        is_table = before in follows or (before == "UPDATE" and at == 1) or (before == "," and in_from)
        in_from = in_from or upper == "FROM"
        if is_table and word.lower() in TABLES:
            alias = words[at + 1 : at + 3]
            if alias and alias[0].upper() == "AS":
                alias = alias[1:]
            named = alias and re.fullmatch(r"[A-Za-z_]\w*", alias[0]) and alias[0].upper() not in CLAUSES
            yield before, word.lower(), alias[0] if named else word.lower()


def alternatives(words):
    """Whether a condition of the query has alternatives outside parentheses and CASE."""
    depth = cases = 0
    after = next((at for at, word in enumerate(words) if word.upper() in {"ON", "WHERE"}), len(words))
    for word in words[after:]:
        depth += (word == "(") - (word == ")")
        cases += (word.upper() == "CASE") - (word.upper() == "END")
        if word.upper() == "OR" and depth == 0 and cases == 0:
            return True
    return False


def operators_statement(statement):
    """Returns the beginning in OPERATORS that the statement has."""
    text = re.sub(r"'[^']*'|[$?]\d*|(?<![\w.])\d+(?![\w.])", "$", statement.replace('"', ""))
    text = re.sub(r"^(?:BEGIN IMMEDIATE|SAVEPOINT \w+); ", "", text)
    return next((known for known in OPERATORS if text.startswith(known)), None)


def faults(statement, is_of_sqlite=False):
    """Yields what is missing. Operators' statements may look at all workspaces.

    On SQLite a condition may take the workspace from another table, or find rows by a query that has a condition of its own.
    """
    if operators_statement(statement):
        return
    words = tokens(statement)
    while words:
        end = words.index(";") if ";" in words else len(words)
        for scope in scopes(tree(words[:end])):
            yield from faults_of_scope(scope, is_of_sqlite)
        words = words[end + 1 :]


def faults_of_scope(scope, is_of_sqlite):
    words = list(flat(scope))
    text = " ".join(words)
    found = list(tables(scope))
    for before, table, alias in found:
        key = "id" if table == "workspaces" else "workspace_id"
        if before == "INTO":
            into = next(at for at, word in enumerate(scope) if word == "INTO")
            columns = next(word for word in scope[into:] if isinstance(word, list))
            if key not in columns:
                yield f"INSERT INTO {table} without {key}"
            continue
        names = [rf"{alias}\.{key}"] + ([key] if sum(word != "INTO" for word, *_ in found) == 1 else [])
        conditions = [rf"{name} = \$\d+(?!\s*::)" for name in names]
        if is_of_sqlite:
            conditions += [rf"{name} = \w+\.workspace_id" for name in names] + [rf"{alias}\.rowid IN"]
        if not re.search(rf"(?<![\w.])(?:{'|'.join(conditions)})", text) or alternatives(words):
            yield f"{table} {alias} without {key} = $n"
