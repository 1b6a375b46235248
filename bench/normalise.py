"""How fast text is made speakable, and how much of the judged sentences is right.

    .venv/bin/python bench/normalise.py [--seconds 3] [--candidate MODULE:FUNCTION] [FILE]

Without a file the judged sentences are the text. Two passes that do nothing useful stand beside
ours for scale: splitting at spaces, and one regular expression over every character. A published
normaliser that is installed in the environment is measured the same way (--candidate), for example
``--candidate sea_g2p:Normalizer().normalize``.
"""

from __future__ import annotations

import argparse
import re
import time
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tiengmo.voices.speech import normalise
from tiengmo.voices.tests.speech import judge

if TYPE_CHECKING:
    from collections.abc import Callable

_TOKENS = re.compile(r"\d+|[^\W\d_]+|\s+|.", re.DOTALL)
_TAGS = re.compile(r"</?en>")


def characters_a_second(speak: Callable[[str], object], lines: list[str], seconds: float) -> float:
    """Run over the lines until the time is up, in processor time: others may use the machine."""
    characters, began = 0, time.process_time()
    while (spent := time.process_time() - began) < seconds:
        for line in lines:
            speak(line)
            characters += len(line)
    return characters / spent


def load(candidate: str) -> Callable[[str], str]:
    module, _, path = candidate.partition(":")
    found: Any = import_module(module)
    for name in path.split("."):
        found = getattr(found, name.removesuffix("()"))
        if name.endswith("()"):
            found = found()
    return lambda text: _TAGS.sub("", found(text))


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("file", nargs="?", type=Path)
    options.add_argument("--seconds", type=float, default=3.0)
    options.add_argument("--candidate", action="append", default=[])
    given = options.parse_args()
    if given.file:
        lines = given.file.read_text(encoding="utf-8").splitlines()
    else:
        lines = [case.text for half in ("frozen", "working") for case in judge.cases(half)]
    passes: dict[str, Callable[[str], object]] = {
        "split at spaces": str.split,
        "one expression": _TOKENS.findall,
        "normalise": normalise,
    }
    speakers: dict[str, Callable[[str], str]] = {"normalise": normalise}
    for candidate in given.candidate:
        passes[candidate] = speakers[candidate] = load(candidate)
    for name, speak in passes.items():
        speed = characters_a_second(speak, lines, given.seconds)
        print(f"{name:40} {speed:14,.0f} characters a second")
    for name, speaker in speakers.items():
        for half in ("frozen", "working"):
            cases = judge.cases(half)
            right = len(cases) - len(judge.misses(half, speaker))
            print(
                f"{name:40} {half:8} {right}/{len(cases)} right, {100 * right / len(cases):.1f} %"
            )


if __name__ == "__main__":
    main()
