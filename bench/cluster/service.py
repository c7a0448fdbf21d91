"""A server as a process, its workspaces, and calls over HTTP."""

import http.client
import json
import os
import re
import subprocess
import uuid


def sql(url: str, statement: str) -> list[str]:
    """Runs a statement with psql; returns its rows."""
    done = subprocess.run(
        ["psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-c", statement, url], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(done.stderr)
    return done.stdout.split("\n")[:-1]


class Service:
    """A server on any free port."""

    def __init__(self, program: str, url: str):
        self.program, self.url = program, url
        environment = {**os.environ, "TENANTRY_SECRET_KEY": "00" * 32}
        self.process = subprocess.Popen(
            [program, "--database", url, "--listen", "127.0.0.1:0", "--log", "info", "--log-format", "json",
             "--keep-alive", "3600", "--workers", "2"],
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, env=environment,
        )
        for line in self.process.stderr:
            if listening := re.search(r'"address":"([^"]+)"', line):
                self.address = listening.group(1)
                break
        else:
            raise RuntimeError(f"no server on {url}")

    def drain(self):
        """Reads the log, so that the server is never blocked by it, and prints its errors but 503."""
        for line in self.process.stderr:
            if '"level":"ERROR"' in line and '"code":"unavailable"' not in line:
                print(line.strip())

    def stop(self):
        self.process.terminate()
        self.process.wait()


class Client:
    """A connection with the key of an administrator."""

    def __init__(self, address: str, key: str, tenant: str | None = None):
        self.address, self.key, self.tenant = address, key, tenant
        self.connection = http.client.HTTPConnection(address, timeout=30)

    def named(self, tenant: str) -> "Client":
        return Client(self.address, self.key, tenant)

    def call(self, method: str, path: str, body=None) -> tuple[int, dict]:
        headers = {"x-calry-api-key": self.key, "content-type": "application/json"}
        if self.tenant:
            headers["x-calry-tenant-id"] = self.tenant
        text = None if body is None else json.dumps(body)
        try:
            self.connection.request(method, f"/api/v1/{path}", text, headers)
            answer = self.connection.getresponse()
            return answer.status, json.loads(answer.read() or b"null")
        except (OSError, http.client.HTTPException):
            self.connection.close()
            return 0, {}

    def made(self, method: str, path: str, body=None) -> dict:
        status, answer = self.call(method, path, body)
        if status not in (200, 201):
            raise RuntimeError(f"{method} {path}: {status} {answer}")
        return answer["data"]


class Workspace:
    """A workspace with an owner, its account and listings."""

    def __init__(self, service: Service, listings: int):
        made = subprocess.run(
            [service.program, "workspace", "create", "--name", "Bench", "--json", "--database", service.url],
            capture_output=True, text=True, check=True,
        )
        made = json.loads(made.stdout)
        self.key, self.id = made["apiKey"], made["workspaceID"]
        self.client = Client(service.address, self.key)
        self.owner = self.client.made("POST", "tenants", {"name": f"Owner {uuid.uuid4()}"})["id"]
        self.account = self.as_owner().made(
            "POST", "integration-account",
            {"name": "Host", "provider": "OTHER", "accountIdentifier": str(uuid.uuid4()), "authType": "OAUTH"},
        )["id"]
        for first in range(0, listings, 1000):
            batch = [
                {
                    "providerID": str(number), "name": f"Loft {number}", "latitude": 40.5 + number % 100 / 200,
                    "longitude": -74.2 + number // 100 % 100 / 200, "maxOccupancy": 4, "startPrice": 149,
                }
                for number in range(first, min(first + 1000, listings))
            ]
            status, answer = self.as_owner().call("PUT", f"integration-account/{self.account}/listings", {"listings": batch})
            if status != 200:
                raise RuntimeError(answer)
        self.listings = [row["id"] for row in self.as_owner().made("GET", "listing?per_page=50")]

    def as_owner(self, address: str | None = None) -> Client:
        return Client(address or self.client.address, self.key, self.owner)
