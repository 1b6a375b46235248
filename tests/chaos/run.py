"""Kills processes of a running station for a while and says what the villages noticed.

python -m tests.chaos.run --kills 200 --seed 7
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import random
import signal
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import NoReturn

from .monkey import Monkey
from .postgres import Postgres, programs
from .station import Station, running_station


def main() -> int:
    options = _options()
    # By name: a shell that starts us in the background has us ignore Ctrl-C otherwise.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _as_interrupt)
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(message)s", stream=sys.stderr)
    kind = options.database or ("postgresql" if programs() else "sqlite")
    if options.home is None:
        folder = Path(tempfile.mkdtemp(prefix="tiengmo-chaos-"))
    else:
        folder = options.home.resolve()
    # The database's own user must be able to reach its folder.
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o755)
    postgres = None
    if kind == "postgresql":
        postgres = Postgres(folder / "database")
        postgres.make()
    print(f"{folder}: {kind}, seed {options.seed}", flush=True)
    home = folder / "home"
    try:
        with running_station(home, boxes=options.boxes, postgres=postgres) as station:
            faults = _chaos(station, options, kind)
    finally:
        if postgres is not None:
            postgres.stop()
    return 1 if faults else 0


def _as_interrupt(_signal: int, _frame: object) -> NoReturn:
    raise KeyboardInterrupt


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    parser.add_argument("--boxes", type=int, default=6)
    parser.add_argument("--pause", type=float, nargs=2, default=(1.0, 4.0), metavar="SECONDS")
    parser.add_argument("--overlap", action="store_true", help="do not wait for the last victim")
    parser.add_argument("--short", action="store_true", help="a small hour for a minute's run")
    parser.add_argument("--database", choices=["postgresql", "sqlite"])
    parser.add_argument("--home", type=Path, help="a folder to set up once and use again")
    parser.add_argument("--json", type=Path, help="write the figures here too")
    return parser.parse_args()


def _set_up_django(station: Station) -> None:
    os.environ.update(station.environment)
    os.environ["TIENGMO_LOG"] = "WARNING"
    import django

    django.setup()


def _chaos(station: Station, options: argparse.Namespace, kind: str) -> list[str]:
    _set_up_django(station)
    from .evidence import gather, settle
    from .people import insist
    from .programme import LONG, SHORT, Programme
    from .result import markdown, reckon

    programme = Programme(SHORT if options.short else LONG, options.boxes)
    programme.prepare()
    over = threading.Event()
    failure: list[BaseException] = []

    def work() -> None:
        try:
            programme.run(over)
        except BaseException as error:
            failure.append(error)

    people = threading.Thread(target=work, name="people")
    people.start()
    programme.on_air.wait(120)
    began = time.time()
    monkey = Monkey(
        station, options.kills, options.seed, tuple(options.pause), options.overlap, _tell
    )
    processes_before = station.count()
    monkey.run()
    # At least one whole hour, also without a kill.
    time.sleep(max(0.0, began + programme.hour.cycle - time.time()))
    ended = time.time()
    over.set()
    people.join()
    if failure:
        raise failure[0]
    settle(station, programme, seconds=180)
    evidence = insist(lambda: gather(station, programme, after=began - 30))
    result = reckon(evidence, monkey.done, minutes=(ended - began) / 60)
    result.faults += [
        f"{kill.victim} never came back" for kill in monkey.done if (kill.back_after or 99) >= 90
    ]
    more = station.count() - processes_before
    if more > 0:
        result.faults.append(f"{more} processes too many: {station.names()}")
    print(f"\n{kind}, seed {options.seed}\n\n{markdown(result)}\n")
    print("Missed: " + "; ".join(result.faults) if result.faults else "Target met.", flush=True)
    if options.json:
        options.json.write_text(json.dumps(result.to_json(), indent=1))
    return result.faults


def _tell(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    sys.exit(main())
