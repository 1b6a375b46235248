"""Old articles per second through `tiengmo content import`, written and indexed; then once more.

Usage: bench/content_import.py [articles]; 20,000 without it. Words are drawn from a fixed list, so
that the search index meets as many different ones as real news have.
"""

from __future__ import annotations

import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PREPARE = """
import django; django.setup()
from tiengmo.config.commands.setup import set_up
set_up()
from tiengmo.audit.actors import SYSTEM
from tiengmo.people.actions import assign_role
from tiengmo.people.models import Role
from tiengmo.people.tests.factories import UserFactory
from tiengmo.places.tests.factories import UnitFactory, VillageFactory
top = UnitFactory(code="bench", name="Huyện Thử")
for number in range(20):
    VillageFactory(unit=UnitFactory(code=f"bench{number}", name=f"Xã Thử {number}", parent=top))
assign_role(UserFactory(username="duyet"), Role.APPROVER, top, by=SYSTEM)
"""


def words() -> list[str]:
    """Syllables put together from Vietnamese initials, rhymes and tones: some thousands."""
    initials = "b c ch d đ g gi h k kh l m n ng nh ph q r s t th tr v x"
    rhymes = "a ác ạn ai ao ăm âng ấp e ến êu i ích iên o ói ông ơi ờ u ung ước ưa y"
    return [start + rhyme for start in initials.split() for rhyme in rhymes.split()]


def write(path: Path, count: int) -> None:
    chance = random.Random(4)
    known = words()

    def text(length: int) -> str:
        return " ".join(chance.choices(known, k=length)).capitalize()

    with path.open("w") as file:
        for number in range(count):
            row = {
                "id": f"cu-{number}",
                "title": text(12),
                "body": "".join(f"<p>{text(80)}.</p>" for _ in range(3)),
                "unit": f"bench{number % 20}",
                "date": f"20{10 + number % 12}-{number % 12 + 1:02}-{number % 28 + 1:02}T07:30:00",
            }
            file.write(json.dumps(row, ensure_ascii=False) + "\n")


def cpu_seconds() -> float:
    """What our own children have used so far: on a busy machine the clock tells of the others."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    with tempfile.TemporaryDirectory() as home:
        environment = os.environ | {
            "TIENGMO_HOME": home,
            "DJANGO_SETTINGS_MODULE": "tiengmo.config.settings",
        }
        run = [sys.executable, "-m", "tiengmo.config.cli", "content", "import"]
        subprocess.run([sys.executable, "-c", PREPARE], env=environment, check=True)
        file = Path(home) / "cu.jsonl"
        write(file, count)
        for turn in ("first", "again"):
            began, used = time.monotonic(), cpu_seconds()
            done = subprocess.run(
                [*run, str(file), "--by=duyet"],
                env=environment,
                check=True,
                capture_output=True,
                text=True,
            )
            seconds = time.monotonic() - began
            used = cpu_seconds() - used
            load = Path("/proc/loadavg").read_text().split()[0]
            print(f"{turn}: {count} articles, {seconds:.1f} s, {count / seconds:.0f}/s; of that")
            print(
                f"  {used:.1f} s of processor, {count / used:.0f} a processor second; load {load}"
            )
            print(done.stdout.strip())


if __name__ == "__main__":
    main()
