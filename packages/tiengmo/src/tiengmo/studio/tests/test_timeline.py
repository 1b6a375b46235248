"""When sound that comes over a bad network is played: never later than the rest."""

from __future__ import annotations

import pytest

from tiengmo.studio.playout.timeline import Timeline

RATE = 48_000
PIECE = RATE // 10


class Line:
    """Pieces of 100 ms that arrive when they are told to."""

    def __init__(self, **options):
        self.timeline = Timeline(late=0.5, **options)
        self.position = 0
        self.shift = 0.0
        self.gaps = 0
        self.dropped = 0

    def arrive(self, at: float):
        placed = self.timeline.place(
            PIECE, arrival=round((at - self.shift) * RATE), position=self.position, now=at
        )
        if placed.position is None:
            self.dropped += 1
            return placed
        if placed.position > self.position:
            self.gaps += 1
        self.position = placed.position + PIECE - placed.skip
        self.shift += placed.slew
        return placed

    def lateness(self, at: float) -> float:
        return at - self.shift - self.position / RATE


def test_punctual_pieces_join_without_a_gap():
    line = Line()
    for n in range(1, 200):
        line.arrive(n * 0.1)
    assert line.gaps == 1  # its beginning
    assert line.dropped <= 2
    assert abs(line.lateness(19.9)) < 0.001


def test_what_piles_up_behind_a_standstill_is_left_out_and_the_rest_is_live():
    line = Line()
    for n in range(1, 50):
        line.arrive(n * 0.1)
    for n in range(50, 70):  # two seconds that come at once
        line.arrive(7.0 + n * 0.0001)
    for n in range(70, 100):
        line.arrive(n * 0.1 + 0.1)
    assert line.gaps == 2
    assert 18 <= line.dropped <= 25
    assert abs(line.lateness(10.0)) < 0.11


def test_a_short_hiccup_costs_nothing():
    line = Line()
    for n in range(1, 50):
        line.arrive(n * 0.1)
    for n in range(50, 54):
        line.arrive(5.3 + n * 0.0001)
    for n in range(54, 100):
        line.arrive(n * 0.1)
    assert line.gaps == 1


@pytest.mark.parametrize("drift", [200e-6, -200e-6])
def test_a_sender_whose_clock_runs_off_is_followed(drift):
    line = Line()
    for n in range(1, 36_000):  # an hour: 720 ms of drift
        line.arrive(n * 0.1 * (1 + drift))
    assert line.gaps == 1
    assert abs(line.lateness(3600 * (1 + drift))) < 0.2


def test_nothing_is_placed_under_a_jingle_that_still_plays():
    line = Line()
    line.position = 3 * RATE
    for n in range(1, 60):
        line.arrive(n * 0.1)
    assert line.gaps == 0
    assert line.position / RATE == pytest.approx(5.9, abs=0.001)


def test_a_first_piece_that_is_late_makes_nothing_after_it_late():
    line = Line()
    line.position = 2 * RATE
    for n in range(1, 60):
        line.arrive(n * 0.1 + (0.3 if n in {19, 20, 21} else 0.0))
    assert abs(line.lateness(5.9)) < 0.001


def test_a_source_that_is_pulled_loses_nothing_at_its_start():
    line = Line(settles=False)
    line.arrive(0.1)
    assert line.dropped == 0


def test_a_source_that_runs_ahead_is_said_to():
    line = Line(settles=False)
    for _n in range(10):
        placed = line.arrive(0.1)
    assert placed.ahead == pytest.approx(0.9, abs=0.15)
