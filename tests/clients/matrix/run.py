#!/usr/bin/env python3
"""Tries the clients with a broker, and prints what became of each cell.

  run.py [--only ROW] [--mosquitto | --against tcp=HOST:PORT … --ca FILE] [--write]

Without an option: Godwit (GODWIT_BIN), all rows. --only takes the beginning of a row's name, as
`paho_c_tcp`. --write makes docs/clients.md of this run.
"""

import argparse
import collections
import pathlib
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path[0] = str(HERE.parent)

from matrix import build, clients, matrix, page, servers  # noqa: E402


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", default="", metavar="ROW", help="rows whose name begins so")
    parser.add_argument("--mosquitto", action="store_true", help="Debian's Mosquitto instead")
    parser.add_argument("--against", nargs="+", metavar="KIND=HOST:PORT", default=[],
                        help="a broker that runs already")
    parser.add_argument("--ca", default="", metavar="FILE", help="its certificate authority")
    parser.add_argument("--key-hash", default="", help="of its key, for Chromium over wss")
    parser.add_argument("--write", action="store_true", help=f"write {page.PAGE.name}")
    return parser.parse_args()


def doors_of(options):
    ports = {}
    host = servers.HOST
    for door in options.against:
        kind, address = door.split("=")
        host, port = address.rsplit(":", 1)
        ports[kind] = int(port)
    return servers.Doors(ports, options.ca, options.key_hash, host)


def tell(result):
    outcomes = collections.Counter(cell.outcome for cell in result.cells.values())
    said = ", ".join(f"{count} {outcome}" for outcome, count in outcomes.items())
    print(f"{result.row.name}: {said}", flush=True)
    for title, why in result.failures().items():
        print(f"  {title}: {why}", flush=True)


def main():
    options = parse_arguments()
    build.build_all()
    rows = clients.rows(options.only)
    start = time.monotonic()
    if options.against:
        results = matrix.run(rows, doors_of(options), tell)
        faults = []
    else:
        server = servers.Mosquitto() if options.mosquitto else servers.Godwit()
        doors = server.start()
        try:
            results = matrix.run(rows, doors, tell)
        finally:
            faults = server.stop()
    print(f"{len(rows)} rows in {time.monotonic() - start:.0f} s")
    for fault in faults:
        print(f"broker: {fault}")
    if options.write:
        page.write(results)
    return 1 if faults or any(result.failures() for result in results) else 0


if __name__ == "__main__":
    sys.exit(main())
