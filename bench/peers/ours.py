"""The service as one side of the comparison."""

import json
from concurrent.futures import ThreadPoolExecutor

import machine
from load import Request
from options import FOLDER
from service import Client, Service

NEW = {"name": "Channel number @serial@", "domain": "new-channel-@serial@", "country_code": "US", "city": "Springfield"}


def rows(count: int):
    """Returns the tenants that each side begins with."""
    return [{"name": f"Channel number {number}", "domain": f"channel-{number}", "country_code": "US", "city": f"City {number % 97}"}
            for number in range(count)]


class Tenantry:
    def __init__(self, title: str, program, server):
        self.title, self.serial = title, 0
        if server:
            server.sql("DROP DATABASE IF EXISTS peers WITH (FORCE)", "postgres")
            server.sql("CREATE DATABASE peers", "postgres")
            url = f"postgres://postgres@127.0.0.1:{server.port}/peers"
        else:
            url = f"sqlite:{FOLDER}/peers/tenantry.db"
        machine.output(program, "migrate", "--database", url)
        self.workspace = json.loads(machine.output(program, "workspace", "create", "--name", "Peers", "--json", "--database", url))
        self.service = Service(program, url)
        self.port = self.service.port

    def fill(self, count: int, users: int):
        tenants = rows(count)

        def create(begin: int):
            client = Client(self.port, self.workspace["apiKey"])
            return [client.must("POST", "/tenants", row)["id"] for row in tenants[begin::8]]

        with ThreadPoolExecutor(8) as pool:
            self.ids = [id for ids in pool.map(create, range(8)) for id in ids]
        client = Client(self.port, self.workspace["apiKey"])
        self.keys = []
        for number in range(users):
            user = client.must("POST", "/users", {"name": f"User {number}", "email": f"user{number}@example.com", "role": "support"})
            key = client.must("POST", "/api-keys", {"name": "Bench", "user_id": user["id"], "permission": "ADMIN"})
            self.keys.append(key["apiKey"])

    def requests(self, work: str) -> list:
        def send(method: str, path: str, body=None, key=self.keys[0]):
            return Request(method, f"/api/v1/tenants{path}", body=body and json.dumps(body), headers={"x-calry-api-key": key})

        return {
            "get one": lambda: [send("GET", f"/{id}") for id in self.ids[::1250]],
            "list, page 1": lambda: [send("GET", "?page=1")],
            "list, page 300": lambda: [send("GET", "?page=300")],
            "text search": lambda: [send("GET", f"?q=number%20{number}") for number in range(4000, 4080)],
            "create": lambda: [send("POST", "", NEW)],
            "create by 32 users": lambda: [send("POST", "", NEW, key) for key in self.keys],
        }[work]()

    def stop(self):
        self.service.stop()
