"""The results in Markdown."""

import math
from datetime import date

import machine
import postgres
from options import ROOT

PAGE = ROOT / "docs" / "performance.md"
BEGIN, END = "<!-- results: `just bench --write` -->\n", "<!-- end of results -->\n"


def number(value, digits=1) -> str:
    if value is None or math.isnan(value):
        return "–"
    return f"{value:,.0f}" if value >= 1000 else f"{value:.{digits}f}"


def table(head: list, rows: list) -> list:
    return ["| " + " | ".join(head) + " |", "|---|" + "---|" * (len(head) - 1)] + ["| " + " | ".join(row) + " |" for row in rows] + [""]


def markdown(options, loads: list, calls: list, soaks: list) -> str:
    sizes = options.sizes
    lines = [
        f"Measured on {date.today()}: {machine.describe(options.debug)}. Load generator, database and service share the processors.",
        "",
        f"{sizes.tenants:,} tenants in one workspace; {sizes.listings:,} listings of {sizes.owners:,} tenants in another; {sizes.reservations:,} "
        f"reservations. {options.rounds} rounds of {options.seconds} s; {options.connections} clients at full load.",
        "",
    ]
    rows = []
    for load in loads:
        service, database, http, ratios = load["service"], load.get("database"), load["http"], load["ratios"]
        rows.append([
            f"{load['work']} {load['title']}", load["engine"], str(load["clients"]),
            number(service.rate), number(service.p50, 2), number(service.p99, 2), number(load["memory"]),
            number(database and database.rate), number(database and database.p50, 2), number(ratios.get("database"), 2),
            number(http.rate), number(ratios["http"], 2),
        ])
    if rows:
        lines += table(["work", "engine", "clients", "requests/s", "p50 ms", "p99 ms", "resident MiB", "database alone /s", "its p50 ms", "ratio",
                        "HTTP alone /s", "ratio"], rows)
    rows = [[call["title"], call["engine"], number(call["median"]), number(call["most"]), number(call["share"], 2), call.get("note", "")]
            for call in calls]
    if rows:
        lines += table(["one call", "engine", "median ms", "most ms", "of it in the database", ""], rows)
    rows = [[soak["engine"], number(soak["requests"], 0), number(soak["seconds"], 0), number(soak["begin"]), number(soak["end"]),
             f"{soak['end'] - soak['begin']:+.1f}", number(soak["most"])] for soak in soaks]
    if rows:
        lines += table(["engine", "requests", "seconds", "resident before, MiB", "after, MiB", "growth, MiB", "most, MiB"], rows)
    settings = ", ".join(f"`{name}={value}`" for name, value in postgres.settings().items())
    lines.append(f"PostgreSQL's settings: {settings}.")
    return "\n".join(lines) + "\n"


def write(text: str, begin=BEGIN, end=END):
    """Writes the results to their place in the page."""
    before, _, rest = PAGE.read_text().partition(begin)
    _, found, after = rest.partition(end)
    if not found:
        machine.fail(f"{PAGE} has no room for results")
    PAGE.write_text(f"{before}{begin}\n{text}\n{end}{after}")
