"""Code that the programs of this folder share: paths and third-party tools."""

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CI = ROOT / ".ci"
WORK = ROOT / "target/conformance"
PYTHON = WORK / "venv/bin/python"
# The folder of npm's packages.
NODE = WORK / "node"
TENANTRY = ROOT / "target/debug/tenantry"


def step(title: str) -> None:
    print(f"\n-- {title}", flush=True)


def install_python() -> None:
    """Installs `requirements.txt` in a virtual environment, which is created again when the file changes."""
    wanted = (CI / "requirements.txt").read_text()
    installed = WORK / "venv/requirements.txt"
    if installed.is_file() and installed.read_text() == wanted:
        return
    WORK.mkdir(parents=True, exist_ok=True)
    made = subprocess.run([sys.executable, "-m", "venv", "--clear", WORK / "venv"], capture_output=True, text=True)
    if made.returncode:
        advice = "`python3 -m venv` does not work here. On Debian: apt-get install python3-venv"
        sys.exit(f"{advice}\n{made.stdout}{made.stderr}")
    pip = [PYTHON, "-m", "pip", "--disable-pip-version-check", "install", "--quiet", "--requirement"]
    subprocess.run([*pip, CI / "requirements.txt"], check=True)
    installed.write_text(wanted)


def install_node() -> None:
    """Installs `package-lock.json` in a folder, which is created again when the file changes."""
    lock = "package-lock.json"
    wanted = (CI / lock).read_text()
    installed = NODE / "installed.json"
    if installed.is_file() and installed.read_text() == wanted:
        return
    if not shutil.which("npm"):
        sys.exit("There is no npm here, which comes with Node.js 20 or later. On Debian: apt-get install npm")
    NODE.mkdir(parents=True, exist_ok=True)
    for name in ["package.json", lock]:
        shutil.copy(CI / name, NODE)
    subprocess.run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"], cwd=NODE, check=True)
    installed.write_text(wanted)


def write_document() -> Path:
    """Writes the OpenAPI document, as the binary prints it."""
    subprocess.run(["cargo", "build", "--quiet", "--bin", "tenantry"], cwd=ROOT, check=True)
    document = WORK / "openapi.json"
    document.write_bytes(subprocess.run([TENANTRY, "openapi"], check=True, stdout=subprocess.PIPE).stdout)
    return document
