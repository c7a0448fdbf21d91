"""Django REST framework on PostgreSQL under gunicorn."""

import json
import os
import subprocess
import time
from pathlib import Path

import machine
from load import Request
from options import FOLDER
from ours import NEW, rows

PACKAGES = ["Django", "djangorestframework", "gunicorn", "psycopg[binary]"]


class Django:
    def __init__(self, title: str, server):
        self.title, self.serial = title, 0
        for package in PACKAGES:
            self.python = machine.python_with(package)
        server.sql("DROP DATABASE IF EXISTS django WITH (FORCE)", "postgres")
        server.sql("CREATE DATABASE django", "postgres")
        self.environment = {**os.environ, "DJANGO_DATABASE_PORT": str(server.port)}
        self.port = machine.free_port()

    def fill(self, count: int, users: int):
        filled = machine.output(self.python, Path(__file__).with_name("django_project.py"), str(users), input=json.dumps(rows(count)),
                                env=self.environment)
        self.ids, self.tokens = json.loads(filled)
        workers = 2 * len(os.sched_getaffinity(0)) + 1
        command = [self.python, "-m", "gunicorn", "--worker-class", "gthread", "--workers", workers, "--threads", 8, "--keep-alive", 60,
                   "--bind", f"127.0.0.1:{self.port}", "--chdir", Path(__file__).parent, "--worker-tmp-dir", FOLDER / "peers",
                   "django_project:application"]
        self.process = machine.start(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=self.environment)
        deadline = time.monotonic() + 30
        while True:
            try:
                return machine.connect(self.port)
            except OSError:
                if time.monotonic() > deadline:
                    machine.fail("Django did not start")
                time.sleep(0.05)

    def requests(self, work: str) -> list:
        def send(method: str, path: str, body=None, token=self.tokens[0]):
            return Request(method, f"/tenants/{path}", body=body and json.dumps(body), headers={"authorization": f"Token {token}"})

        return {
            "get one": lambda: [send("GET", f"{id}/") for id in self.ids[::1250]],
            "list, page 1": lambda: [send("GET", "?page=1")],
            "list, page 300": lambda: [send("GET", "?page=300")],
            "text search": lambda: [send("GET", f"?search=number%20{number}") for number in range(4000, 4080)],
            "create": lambda: [send("POST", "", NEW)],
            "create by 32 users": lambda: [send("POST", "", NEW, token) for token in self.tokens],
        }[work]()

    def stop(self):
        if hasattr(self, "process"):
            self.process.terminate()
            self.process.wait()
