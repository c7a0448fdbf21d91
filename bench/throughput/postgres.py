"""A PostgreSQL server for the bench, with its data under target/bench. Unlike the server of the tests, it is durable."""

import csv
import io
import os
import shutil
import subprocess
import time

import machine
from options import FOLDER

MIB = 2**20


def settings() -> dict:
    """Returns the settings that differ from PostgreSQL's defaults, which suit very small machines."""
    memory = machine.total_memory()
    return {
        "shared_buffers": f"{min(max(memory // 4, 128 * MIB), 4096 * MIB) // MIB}MB",
        "effective_cache_size": f"{memory // 2 // MIB}MB",
        "maintenance_work_mem": "256MB",
        "max_wal_size": "4GB",
        "checkpoint_timeout": "15min",
        "random_page_cost": "1.1",
        "max_connections": "200",
        # The defaults: acknowledged transactions are on the disk.
        "fsync": "on",
        "full_page_writes": "on",
        "synchronous_commit": "on",
    }


class Server:
    """Runs until `stop`."""

    def __init__(self):
        self.programs = machine.postgres_programs()
        self.folder = FOLDER / "postgres"
        self.data = self.folder / "data"
        self.user = machine.server_user()
        self.port = machine.free_port()
        self.folder.mkdir(parents=True, exist_ok=True)
        if self.user:
            os.chown(self.folder, self.user["user"], self.user["group"])
        if not (self.data / "PG_VERSION").exists():
            self._initialise()
        log = ["logging_collector=on", "log_destination=csvlog", "log_directory=log", "log_filename=bench.log",
               "log_truncate_on_rotation=off", "log_rotation_age=0", "log_rotation_size=0"]
        chosen = [f"{name}={value}" for name, value in settings().items()] + log
        command = [self.programs / "postgres", "-D", self.data, "-h", "127.0.0.1", "-p", str(self.port), "-k", ""]
        for setting in chosen:
            command += ["-c", setting]
        shutil.rmtree(self.data / "log", ignore_errors=True)
        self.process = machine.start(command, stop="INT", cwd=self.folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **self.user)
        self._await()

    def _initialise(self):
        shutil.rmtree(self.data, ignore_errors=True)
        done = subprocess.run([self.programs / "initdb", "-D", self.data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-locale"],
                              cwd=self.folder, text=True, capture_output=True, **self.user)
        if done.returncode:
            machine.fail(f"initdb failed (as root, is {self.folder} reachable for others?):\n{done.stderr}")

    def _await(self):
        deadline = time.monotonic() + 60
        while subprocess.run([self.programs / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(self.port)]).returncode:
            if self.process.poll() is not None or time.monotonic() > deadline:
                machine.fail(f"PostgreSQL did not start; look at {self.data / 'log'}")
            time.sleep(0.1)

    def stop(self):
        self.process.send_signal(2)  # SIGINT: a fast shutdown
        self.process.wait()

    def sql(self, statement: str, database="tenantry") -> str:
        return machine.output(self.programs / "psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1",
                              "-p", str(self.port), "-U", "postgres", "-d", database, "-c", statement).strip()

    def set(self, name: str, value):
        """Changes a setting of the running server; `None` restores its value at the start."""
        change = f"ALTER SYSTEM RESET {name}" if value is None else f"ALTER SYSTEM SET {name} = '{value}'"
        self.sql(change, "postgres")
        self.sql("SELECT pg_reload_conf()", "postgres")
        time.sleep(0.3)  # Sessions read it between two statements.

    def log_statements(self, values: bool):
        """Logs every statement from now on, with its duration."""
        self.set("log_parameter_max_length", "-1" if values else "0")
        self.set("log_min_duration_statement", "0")

    def log_no_statements(self):
        self.set("log_min_duration_statement", None)

    def log_size(self) -> int:
        return (self.data / "log" / "bench.csv").stat().st_size

    def logged(self, since: int) -> list:
        """Returns the log entries after that many bytes, as `(session, message, detail)`."""
        # The collector is a separate process: it has finished when it has written the statement that came last.
        mark, text = f"after byte {since}", ""
        self.sql(f"SELECT '{mark}'")
        while mark not in text:
            with open(self.data / "log" / "bench.csv", "rb") as log:
                log.seek(since)
                text = log.read().decode(errors="replace")
        csv.field_size_limit(2**30)
        rows = csv.reader(io.StringIO(text))
        # Servers send heartbeats to each other regardless of requests.
        asked = [row for row in rows if len(row) > 22 and row[2] == "tenantry" and row[22] not in ("psql", "tenantry notifications")]
        return [(row[3], row[13], row[14]) for row in asked]
