"""How near, how long and how fast a passing counts. Pure."""

from __future__ import annotations

from datetime import timedelta

# What a crew may state of its loudspeaker's range, in metres.
NEAREST_RANGE_M, FURTHEST_RANGE_M, USUAL_RANGE_M = 50, 1000, 300
# Shorter than this within range, nobody there could tell what was said.
LEAST_SECONDS = 30
# A working day, with the way there.
LONGEST = timedelta(hours=14)
MOST_STOPS = 100
# The points of a way are kept as long as a claim may be looked into; the passes stay.
KEEP_TRACK = timedelta(days=90)


def counts(seconds: float) -> bool:
    """Was a vehicle within range long enough for anything to be understood?"""
    return seconds >= LEAST_SECONDS
