"""How far from the true instant a box plays that nothing reached for two days.

    python -m bench.two_days

By the drift of its crystal. The box was taught for six hours over an uneven line; then a clock set
wrong twice, a kill and two or three reboots with a chip that is 37 s off and gains 20 ppm.
"""

import argparse
import logging
import tempfile
import time
from pathlib import Path

from .story import OFF_AN_HOUR, Outcome, at, link_returns, two_days

REBOOTS = (at("sat-20:10:00"), at(OFF_AN_HOUR[0]) - 1200)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--drifts", type=float, nargs="+", default=[-50, -20, 0, 20, 50])
    parser.add_argument("--seeds", type=int, default=1)
    options = parser.parse_args()
    logging.disable(logging.WARNING)
    print("| crystal, ppm | worst before a reboot | after 3 min off | after 60 min off | reports |")
    print("|---|---|---|---|---|")
    began = time.monotonic()
    for drift in options.drifts:
        outcomes = [_live(drift, seed) for seed in range(1, options.seeds + 1)]
        worst = [max(spans) for spans in zip(*(_by_span(one) for one in outcomes), strict=True)]
        told = ", ".join(f"{len(o.village.server.plays())} of {len(o.items)}" for o in outcomes)
        cells = " | ".join(f"{seconds * 1000:.0f} ms" for seconds in worst)
        print(f"| {drift:+g} | {cells} | {told} |", flush=True)
    count = len(options.drifts) * options.seeds
    print(f"\n{count} × 54 hours in {time.monotonic() - began:.0f} s")


def _live(drift: float, seed: int) -> Outcome:
    with tempfile.TemporaryDirectory() as folder:
        outcome = two_days(Path(folder), drift_ppm=drift, seed=seed)
        link_returns(outcome)
        outcome.village.kill()
        return outcome


def _by_span(outcome: Outcome) -> list[float]:
    edges = [float("-inf"), *REBOOTS, float("inf")]
    return [
        max(
            abs(late)
            for name, late in outcome.late.items()
            if edges[number] < at(name) < edges[number + 1]
        )
        for number in range(len(edges) - 1)
    ]


if __name__ == "__main__":
    main()
