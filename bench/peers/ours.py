"""The sides of the comparison, and the service as one of them."""

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


class Side:
    """A server with the tenants `ids`. `request` makes a request for tenants, with a path from `one`, `page` or `search`, by one of the
    users."""

    def __init__(self, title: str):
        self.title, self.serial = title, 0

    def page(self, number: int) -> str:
        return f"?page={number}"

    def requests(self, work: str, users: int) -> list:
        new = json.dumps(NEW)
        return {
            "get one": lambda: [self.request("GET", self.one(id)) for id in self.ids[::1250]],
            "list, page 1": lambda: [self.request("GET", self.page(1))],
            "list, page 300": lambda: [self.request("GET", self.page(300))],
            "text search": lambda: [self.request("GET", self.search(f"number%20{number}")) for number in range(4000, 4080)],
            "create": lambda: [self.request("POST", "", new)],
            "create by 32 users": lambda: [self.request("POST", "", new, user) for user in range(users)],
        }[work]()


class Tenantry(Side):
    def __init__(self, title: str, program, server):
        super().__init__(title)
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

    def request(self, method: str, path: str, body=None, user=0) -> Request:
        return Request(method, f"/api/v1/tenants{path}", body=body, headers={"x-calry-api-key": self.keys[user]})

    def one(self, id: str) -> str:
        return f"/{id}"

    def search(self, text: str) -> str:
        return f"?q={text}"

    def stop(self):
        self.service.stop()
