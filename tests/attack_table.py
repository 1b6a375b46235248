"""Tries every attack on a real box through the real brokers and prints what became of each.

    .venv/bin/python -m tests.attack_table

Runs the tests of `tests/integration/speakers/test_attacks*.py`; each attack that a box refused for
the expected reason leaves a line, and the table is made of these lines alone.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LOG = "TIENGMO_ATTACK_LOG"
TESTS = ("test_attacks.py", "test_attacks_on_air.py")


def note_refusal(attack: str, topic: str, reason: str, broker: str) -> None:
    """Keep that a box refused this; nothing is kept when no table is being made."""
    if path := os.environ.get(LOG):
        line = {"attack": attack, "topic": topic, "reason": reason, "broker": broker}
        with Path(path).open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")


def _kind(topic: str) -> str:
    """What the topic is for, whoever's it is."""
    parts = topic.split("/")
    return parts[4] if parts[2] in {"stations", "boxes"} else parts[2]


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "refused"
        log.touch()
        tests = [str(ROOT / "tests" / "integration" / "speakers" / name) for name in TESTS]
        done = subprocess.run(
            [sys.executable, "-m", "pytest", *tests, "-q", "-p", "no:randomly"],
            check=False,
            cwd=ROOT,
            env=os.environ | {LOG: str(log)},
            stdout=subprocess.PIPE,
            text=True,
        )
        lines = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    brokers = sorted({line["broker"] for line in lines}, reverse=True)
    print(f"| attack | sent as | refused as | {' | '.join(brokers)} |")
    print("|---|---|---|" + "---|" * len(brokers))
    seen: dict[tuple[str, str, str], set[str]] = {}
    for line in lines:
        key = (line["attack"], _kind(line["topic"]), line["reason"])
        seen.setdefault(key, set()).add(line["broker"])
    for (attack, kind, reason), on in seen.items():
        marks = " | ".join("refused" if broker in on else "not tried" for broker in brokers)
        print(f"| {attack} | `{kind}` | `{reason}` | {marks} |")
    if done.returncode == 0:
        print(f"\n{len(seen)} attacks, {len(lines)} tries, all refused; no box played any of it.")
    else:
        print("\nNot everything was refused:\n" + done.stdout[-3000:])
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
