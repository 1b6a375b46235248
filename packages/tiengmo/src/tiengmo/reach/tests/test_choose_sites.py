"""One more loudspeaker, one more team: the quick choice against the best there is."""

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiengmo.reach.over_time.greedy import choose, circles, share_of_optimum
from tiengmo.reach.staff.forms import SitesForm

POINTS = st.integers(0, 7)
COVERS = st.lists(st.frozensets(POINTS, max_size=5), max_size=7)
WORTH = st.dictionaries(POINTS, st.integers(0, 200))


def worth_of(covers, worth, sites):
    covered = frozenset().union(*(covers[site] for site in sites))
    return sum(worth.get(point, 0) for point in covered)


def optimum(covers, worth, k):
    """Every set of k sites, tried."""
    k = min(k, len(covers))
    return max(worth_of(covers, worth, sites) for sites in combinations(range(len(covers)), k))


@given(COVERS, WORTH, st.integers(1, 4))
def test_never_above_the_optimum_and_never_below_its_proven_share(covers, worth, k):
    chosen = choose(covers, worth, k)
    got = sum(one.gain for one in chosen)
    assert got == worth_of(covers, worth, [one.site for one in chosen])
    best = optimum(covers, worth, k)
    assert share_of_optimum(k) * best <= got + 1e-9
    assert got <= best
    assert share_of_optimum(k) > 1 - 1 / 2.718281828459045


@given(COVERS, WORTH)
def test_for_one_site_it_is_the_optimum(covers, worth):
    assert sum(one.gain for one in choose(covers, worth, 1)) == optimum(covers, worth, 1)


@given(COVERS, WORTH, st.integers(1, 7))
def test_each_choice_adds_no_more_than_the_one_before(covers, worth, k):
    gains = [one.gain for one in choose(covers, worth, k)]
    assert gains == sorted(gains, reverse=True)
    assert all(gains)


def test_it_can_fall_short():
    """The one in the middle looks best and spoils both sides: 8 instead of 10."""
    covers = [frozenset({1, 2, 3, 4}), frozenset({0, 1, 2}), frozenset({3, 4, 5})]
    worth = {0: 2, 1: 1, 2: 2, 3: 2, 4: 1, 5: 2}
    assert [one.site for one in choose(covers, worth, 1)] == [0]
    assert sum(one.gain for one in choose(covers, worth, 2)) == 8
    assert optimum(covers, worth, 2) == 10


@pytest.mark.parametrize(("km", "near"), [(1.0, {0}), (1.2, {0, 1}), (30, {0, 1, 2})])
def test_circles(km, near):
    # 0.01 degree of latitude is 1.11 km; 0.25 of longitude at 22 degrees north 25.7 km.
    places = [(22.50, 103.70), (22.51, 103.70), (22.50, 103.95)]
    assert circles(places, km)[0] == near
    assert circles([], 1) == []


def test_a_teams_way_of_a_hundred_kilometres_shows_the_usual_one():
    assert SitesForm({"to_km": "100"}).chosen() == SitesForm.USUAL
    assert SitesForm({"to_km": "25"}).chosen()["to_km"] == 25
