"""Fills both engines, runs the works and prints one table. `bench/throughput --help` lists the options; docs/performance.md explains the
table."""

import signal
import sys

import follow
import machine
import options as command_line
import report
from engines import open_engine
from fill import filled
from service import Service
from works import Bench, works


def main():
    options = command_line.read()
    # Exit normally at SIGTERM, so that the servers are stopped.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("bench: terminated"))
    command_line.FOLDER.mkdir(parents=True, exist_ok=True)
    machine.need_wrk()
    programs = machine.programs(options.debug, not options.built)
    loads, calls, soaks, captured = [], [], [], {}
    for name in options.engines:
        engine = open_engine(name)
        try:
            names = filled(engine, programs, options)
            service = Service(programs["tenantry"], engine.url)
            try:
                bench = Bench(engine, names, service, programs, options, captured)
                measure(bench, works(names), loads, calls, soaks)
            finally:
                service.stop()
        finally:
            engine.stop()
    text = report.markdown(options, loads, calls, soaks)
    (command_line.FOLDER / "results.md").write_text(text)
    print(text)
    if options.write:
        report.write(text)


def measure(bench: Bench, all_works: list, loads: list, calls: list, soaks: list):
    options = bench.options

    def is_asked_for(name: str) -> bool:
        return not options.work or name in options.work

    for work in all_works:
        if not is_asked_for(work.name):
            continue
        for connections in ([1] if work.alone else []) + [options.connections]:
            machine.say(f"{bench.engine.title}: {work.name} {work.title}, {connections} clients")
            loads.append(bench.measure(work, connections))
    for name, call in [("W7", bench.import_a_batch), ("W8", bench.move), ("W9", bench.deliver)]:
        if is_asked_for(name) and (name != "W8" or "account.Moved" in bench.names):
            machine.say(f"{bench.engine.title}: {name}")
            calls.extend(call())
    book = next((work for work in all_works if work.name == "W6"), None)
    for name, call in [("W10", follow.follow), ("W11", follow.deliver)]:
        if is_asked_for(name) and book:
            machine.say(f"{bench.engine.title}: {name}")
            calls.extend(call(bench, book))
    if is_asked_for("soak"):
        machine.say(f"{bench.engine.title}: memory over {options.soak} s")
        soaks.append(bench.soak())


main()
