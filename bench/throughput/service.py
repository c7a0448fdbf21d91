"""The service under test, with its clients and its memory."""

import http.client
import json
import signal
import subprocess
import time

import machine

# Encrypts the secrets of webhooks. Those of the bench go to its own receiver.
SECRET_KEY = "42" * 32


class Service:
    """Runs until `stop`. It logs only warnings, as a server under load would."""

    def __init__(self, program, database: str, log="warn", output=None):
        self.port = machine.free_port()
        command = [program, "--database", database, "--listen", f"127.0.0.1:{self.port}", "--log", log, "--log-format", "json",
                   "--webhook-allow-private", "--secret-key", SECRET_KEY]
        self.process = machine.start(command, stdout=subprocess.DEVNULL, stderr=output)
        deadline = time.monotonic() + 60
        while True:
            try:
                if Client(self.port).call("GET", "/readyz", root=True).status == 200:
                    return
            except OSError:
                pass
            if self.process.poll() is not None or time.monotonic() > deadline:
                machine.fail("the service did not start")
            time.sleep(0.05)

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        if code := self.process.wait():
            machine.say(f"the service ended with {code}")

    def memory(self, field="VmRSS") -> float:
        """Returns the resident memory in MiB, now or (`VmHWM`) at most."""
        with open(f"/proc/{self.process.pid}/status") as status:
            line = next(line for line in status if line.startswith(field))
        return int(line.split()[1]) / 1024


class Answer:
    def __init__(self, response):
        self.status = response.status
        self.headers = response.getheaders()
        self.body = response.read()

    @property
    def data(self):
        return json.loads(self.body)["data"]


class Client:
    """A client with one connection, which stays open."""

    def __init__(self, port: int, key=None):
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self.key = key

    def call(self, method: str, path: str, body=None, tenant=None, root=False) -> Answer:
        headers = {}
        if self.key:
            headers["x-calry-api-key"] = self.key
        if tenant:
            headers["x-calry-tenant-id"] = tenant
        if body is not None:
            headers["content-type"] = "application/json"
            body = body if isinstance(body, (str, bytes)) else json.dumps(body)
        path = path if root else f"/api/v1{path}"
        try:
            self.connection.request(method, path, body, headers)
            return Answer(self.connection.getresponse())
        except (http.client.RemoteDisconnected, BrokenPipeError):
            # The server closes connections that were idle for long.
            self.connection.close()
            self.connection.request(method, path, body, headers)
            return Answer(self.connection.getresponse())

    def must(self, method: str, path: str, body=None, tenant=None):
        """Returns the data of a successful response. A request to a busy server is retried."""
        for attempt in range(20):
            answer = self.call(method, path, body, tenant)
            if answer.status != 503:
                break
            time.sleep(0.1 * (attempt + 1))
        if answer.status not in (200, 201, 204):
            machine.fail(f"{method} {path}: {answer.status} {answer.body[:500].decode(errors='replace')}")
        return answer.data if answer.body else None
