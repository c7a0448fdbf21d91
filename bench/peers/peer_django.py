"""Django REST framework on PostgreSQL under gunicorn."""

import json
import os
import subprocess
from pathlib import Path

import machine
from load import Request
from options import FOLDER
from ours import Side, rows

PACKAGES = ["Django", "djangorestframework", "gunicorn", "psycopg[binary]"]


class Django(Side):
    def __init__(self, title: str, server):
        super().__init__(title)
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
        machine.wait_until_listening(self.process, self.port, self.title)

    def request(self, method: str, path: str, body=None, user=0) -> Request:
        return Request(method, f"/tenants/{path}", body=body, headers={"authorization": f"Token {self.tokens[user]}"})

    def one(self, id: str) -> str:
        return f"{id}/"

    def search(self, text: str) -> str:
        return f"?search={text}"

    def stop(self):
        if hasattr(self, "process"):
            self.process.terminate()
            self.process.wait()
