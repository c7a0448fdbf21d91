"""The machine: its users, its programs and its properties."""

import os
import platform
import pwd
import shutil
import socket
import subprocess
import sys
import time
from functools import cache
from pathlib import Path

from options import FOLDER, ROOT


def fail(reason: str):
    sys.exit(f"bench: {reason}")


def say(what: str):
    print(f"bench: {what}", file=sys.stderr, flush=True)


def output(*command, **more) -> str:
    """Returns the output of a command, which must succeed."""
    done = subprocess.run([str(part) for part in command], text=True, capture_output=True, **more)
    if done.returncode:
        fail(f"{' '.join(map(str, command))[:300]} failed:\n{done.stderr or done.stdout}")
    return done.stdout


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


def start(command: list, stop="TERM", **more) -> subprocess.Popen:
    """Starts a server that gets the signal `stop` whenever the bench ends, for any reason. Only the bench receives Ctrl-C."""
    bound = ["setpriv", "--pdeathsig", stop, "--", *map(str, command)]
    return subprocess.Popen(bound, start_new_session=True, **more)


def wait_until_listening(process: subprocess.Popen, port: int, name: str):
    deadline = time.monotonic() + 30
    while True:
        try:
            return socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            if process.poll() is not None or time.monotonic() > deadline:
                fail(f"{name} did not start")
            time.sleep(0.05)


def server_user() -> dict:
    """Returns the user that runs PostgreSQL, which refuses to be run by root."""
    if os.geteuid():
        return {}
    for name in ("postgres", "nobody"):
        try:
            user = pwd.getpwnam(name)
        except KeyError:
            continue
        return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    fail("root needs a user `postgres` or `nobody` to run PostgreSQL as")


def postgres_programs() -> Path:
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: float(folder.parent.name), reverse=True)
    folders = [*versions, *map(Path, os.environ.get("PATH", "").split(os.pathsep))]
    for folder in folders:
        if all((folder / name).is_file() for name in ("initdb", "postgres", "psql", "pgbench")):
            return folder
    fail("found no PostgreSQL programs (initdb, postgres, psql, pgbench): apt-get install postgresql")


def need_wrk():
    """Installs the load generator if that is possible without a password."""
    if shutil.which("wrk"):
        return
    if shutil.which("apt-get") and os.geteuid() == 0:
        say("installing wrk")
        subprocess.run(["apt-get", "update", "-qq"], stdout=subprocess.DEVNULL)
        subprocess.run(["apt-get", "install", "-y", "-qq", "wrk"], stdout=subprocess.DEVNULL)
    if not shutil.which("wrk"):
        fail("wrk is missing: apt-get install wrk, or https://github.com/wg/wrk")


@cache
def python_with(package: str) -> Path:
    """Returns a Python with this package from PyPI, in its own virtual environment."""
    python = FOLDER / "venv" / "bin" / "python"
    if not python.is_file() and subprocess.run([sys.executable, "-m", "venv", python.parents[1]]).returncode:
        fail("no virtual environment can be made: apt-get install python3-venv")
    output(python, "-m", "pip", "install", "--quiet", package)
    return python


def programs(debug: bool, build: bool) -> dict:
    """Returns the service and the bare handler, built if required."""
    if build:
        say(f"building ({'debug' if debug else 'release'})")
        profile = [] if debug else ["--release"]
        targets = ["-p", "tenantry", "--bin", "tenantry", "-p", "tenantry-adapters-http", "--example", "bare"]
        if subprocess.run(["cargo", "build", "--quiet", *profile, *targets], cwd=ROOT).returncode:
            fail("the build failed")
    folder = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / ("debug" if debug else "release")
    return {"tenantry": folder / "tenantry", "bare": folder / "examples" / "bare"}


def describe(debug: bool) -> str:
    """Returns a sentence about the machine and the programs, for the table."""
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    memory = next(line for line in Path("/proc/meminfo").read_text().splitlines() if line.startswith("MemTotal"))
    distribution = platform.freedesktop_os_release().get("PRETTY_NAME", "Linux")
    filesystem = output("stat", "-f", "-c", "%T", FOLDER).strip()
    parts = [
        f"{len(os.sched_getaffinity(0))} processors ({names[0] if names else platform.machine()})",
        f"{int(memory.split()[1]) / 2**20:.0f} GiB of memory",
        f"{distribution}, Linux {platform.release()}, {filesystem}",
        output(postgres_programs() / "postgres", "--version").strip(),
        output("rustc", "--version", cwd=ROOT).strip().split(" (")[0] + (", DEBUG BUILD" if debug else ", release build"),
        "commit " + output("git", "rev-parse", "--short", "HEAD", cwd=ROOT).strip(),
    ]
    return "; ".join(parts)


def total_memory() -> int:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
