"""The common interface of the harness to both databases."""

import shutil
import sqlite3
from pathlib import Path

import machine
from options import FOLDER
from postgres import Server


class Postgres:
    name = "postgres"
    title = "PostgreSQL"

    def __init__(self):
        self.server = Server()

    @property
    def url(self) -> str:
        return f"postgres://postgres@127.0.0.1:{self.server.port}/tenantry"

    def clear(self):
        self.server.sql("DROP DATABASE IF EXISTS tenantry WITH (FORCE)", "postgres")
        self.server.sql("CREATE DATABASE tenantry", "postgres")

    def begin_filling(self):
        self.server.set("synchronous_commit", "off")

    def end_filling(self):
        self.server.set("synchronous_commit", None)
        self.tidy()

    def tidy(self):
        """Does pending maintenance, so that it does not run during the measurement."""
        self.server.sql("VACUUM (ANALYZE)")
        self.server.sql("CHECKPOINT")

    def execute(self, statement: str):
        """Runs a statement and returns the first value of the first row, if any."""
        return self.server.sql(statement)

    def uuid(self, text: str) -> str:
        return f"'{text}'"

    def multiply(self, table: str, template: str, count: int, instead: dict):
        """Copies the row `template` `count` times, with other values in some columns: expressions over the copy's number `n`."""
        columns = self.server.sql(
            "SELECT column_name FROM information_schema.columns "
            f"WHERE table_schema = 'public' AND table_name = '{table}' AND is_generated = 'NEVER' ORDER BY ordinal_position"
        ).split()
        values = ", ".join(instead.get(column, f"t.{column}") for column in columns)
        self.server.sql(f"INSERT INTO {table} ({', '.join(columns)}) SELECT {values} FROM {table} t, generate_series(0, {count - 1}) n "
                        f"WHERE t.id = '{template}'")

    def copy_workspace(self, template: str, kind: int, count: int):
        """Copies all rows of a workspace `count` times: the copies have the workspace ids `numbered(kind, n)`, and else the same ids."""
        tables = self.server.sql("SELECT table_name FROM information_schema.columns WHERE table_schema = 'public' AND column_name = 'workspace_id'")
        copies = ["SET session_replication_role = replica"]  # in any order of the tables
        for table, key in [("workspaces", "id")] + [(table, "workspace_id") for table in tables.split()]:
            columns = self.server.sql("SELECT column_name FROM information_schema.columns WHERE table_schema = 'public' "
                                      f"AND table_name = '{table}' AND is_generated = 'NEVER' ORDER BY ordinal_position").split()
            values = ", ".join(self.numbered(kind, "n") if column == key else f"t.{column}" for column in columns)
            copies.append(f"INSERT INTO {table} ({', '.join(columns)}) SELECT {values} "
                          f"FROM {table} t, generate_series(0, {count - 1}) n WHERE t.{key} = '{template}' ON CONFLICT DO NOTHING")
        self.server.sql("; ".join(copies))

    def numbered(self, kind: int, number: str) -> str:
        """Returns an expression for the id `numbered(kind, number)`."""
        return f"('0190000000{kind:02x}70008000' || lpad(to_hex(({number})::bigint), 12, '0'))::uuid"

    def day(self, first: str, number: str) -> str:
        return f"date '{first}' + ({number})::int"

    def stop(self):
        self.server.stop()


class Sqlite:
    name = "sqlite"
    title = "SQLite"

    def __init__(self):
        self.folder = FOLDER / "sqlite"
        self.file = self.folder / "tenantry.db"
        self.folder.mkdir(parents=True, exist_ok=True)

    @property
    def url(self) -> str:
        return f"sqlite:{self.file}"

    def clear(self):
        shutil.rmtree(self.folder)
        self.folder.mkdir()

    def begin_filling(self):
        pass

    def end_filling(self):
        self.tidy()

    def tidy(self):
        """Does pending maintenance, so that it does not run during the measurement."""
        self.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def execute(self, statement: str):
        """Runs a statement and returns the first value of the first row, if any."""
        # The service and this connection block each other while they write; both wait.
        connection = sqlite3.connect(self.file, timeout=60, isolation_level=None)
        connection.create_function("numbered", 2, lambda kind, number: bytes.fromhex(numbered(kind, number).replace("-", "")))
        connection.execute("PRAGMA foreign_keys = ON")
        rows = connection.execute(statement).fetchall()
        connection.close()
        return rows[0][0] if rows else None

    def uuid(self, text: str) -> str:
        return f"x'{text.replace('-', '')}'"

    def multiply(self, table: str, template: str, count: int, instead: dict):
        connection = sqlite3.connect(self.file)
        # The table itself assigns `number`.
        columns = [row[1] for row in connection.execute(f"PRAGMA table_info({table})") if row[1] != "number"]
        connection.close()
        values = ", ".join(instead.get(column, f"t.{column}") for column in columns)
        self.execute(f"WITH RECURSIVE s (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM s WHERE n < {count - 1}) "
                     f"INSERT INTO {table} ({', '.join(columns)}) SELECT {values} FROM s CROSS JOIN {table} t "
                     f"WHERE t.id = {self.uuid(template)}")

    def copy_workspace(self, template: str, kind: int, count: int):
        connection = sqlite3.connect(self.file, isolation_level=None)
        connection.create_function("numbered", 2, lambda kind, number: bytes.fromhex(numbered(kind, number).replace("-", "")))
        named = connection.execute("SELECT m.name FROM sqlite_master m JOIN pragma_table_info(m.name) c ON c.name = 'workspace_id' "
                                   "WHERE m.type = 'table' ORDER BY m.name <> 'workspace_numbers'").fetchall()
        connection.execute("BEGIN")
        for table, key in [("workspaces", "id")] + [(table, "workspace_id") for table, in named]:
            # The table itself assigns `number`.
            columns = [row[1] for row in connection.execute(f"PRAGMA table_info({table})") if row[1] != "number"]
            values = ", ".join(self.numbered(kind, "n") if column == key else f"t.{column}" for column in columns)
            connection.execute(f"WITH RECURSIVE s (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM s WHERE n < {count - 1}) INSERT OR IGNORE "
                               f"INTO {table} ({', '.join(columns)}) SELECT {values} FROM s CROSS JOIN {table} t WHERE t.{key} = {self.uuid(template)}")
        connection.execute("COMMIT")
        connection.close()

    def numbered(self, kind: int, number: str) -> str:
        return f"numbered({kind}, {number})"

    def day(self, first: str, number: str) -> str:
        return f"date('{first}', '+' || ({number}) || ' days')"

    def stop(self):
        pass


def numbered(kind: int, number: int) -> str:
    """Returns a computed id: the load generators compute the same ids as the fill, without a list of a million."""
    return f"01900000-00{kind:02x}-7000-8000-{number:012x}"


def open_engine(name: str):
    return {"postgres": Postgres, "sqlite": Sqlite}[name]()


def migrate(engine, program: Path):
    machine.output(program, "migrate", "--database", engine.url)
