from hypothesis import given
from hypothesis import strategies as st

from tiengmo.newsroom import rules

UNITS = st.integers(1, 6)
PEOPLE = st.integers(1, 6)
HOLDERS = st.dictionaries(UNITS, st.sets(PEOPLE, max_size=4))


@given(UNITS, UNITS, st.lists(UNITS, max_size=4))
def test_a_route_starts_at_home_and_names_each_unit_once(home, containing, above):
    chain = rules.route(home, containing, above)
    assert chain[0] == home
    assert len(set(chain)) == len(chain) <= 2


@given(UNITS, UNITS, st.lists(UNITS, max_size=4))
def test_an_audience_outside_the_own_unit_always_passes_the_unit_that_contains_it(
    home, containing, above
):
    chain = rules.route(home, containing, above)
    assert chain[-1] == containing or home in above


@given(st.lists(UNITS, max_size=3, unique=True), HOLDERS, st.sets(PEOPLE))
def test_a_step_that_is_not_named_has_a_person_of_its_own(steps, holders, excluded):
    missing = rules.unfillable(steps, holders=holders, excluded=excluded)
    assert set(missing) <= set(steps)
    able = {step: set(holders.get(step, ())) - excluded for step in steps}
    assert bool(missing) == (not _matching(steps, able))


def _matching(steps, able):
    """Try every choice: the plain meaning of 'each step a person of its own'."""
    if not steps:
        return True
    return any(
        _matching(steps[1:], {s: able[s] - {person} for s in steps[1:]})
        for person in able[steps[0]]
    )


@given(
    PEOPLE,
    st.lists(UNITS, min_size=1, max_size=3, unique=True),
    HOLDERS,
    st.sets(PEOPLE),
    st.sets(PEOPLE),
)
def test_nobody_clears_what_they_wrote_nor_twice_nor_without_the_role(
    person, steps, holders, authors, cleared_by
):
    refusal = rules.refusal(
        person,
        step=steps[0],
        later_steps=steps[1:],
        holders=holders,
        authors=authors,
        cleared_by=cleared_by,
    )
    if person in authors:
        assert refusal is rules.Refusal.AUTHOR
    if person in cleared_by or person not in holders.get(steps[0], ()):
        assert refusal is not None


@given(st.lists(UNITS, min_size=1, max_size=3, unique=True), HOLDERS, st.sets(PEOPLE))
def test_a_route_that_can_be_cleared_never_ends_in_a_dead_end(steps, holders, authors):
    """Whoever is let through at each step, the steps after it can still be cleared."""
    if rules.unfillable(steps, holders=holders, excluded=authors):
        return
    cleared_by = set()
    for index, step in enumerate(steps):
        allowed = [
            person
            for person in sorted(holders.get(step, ()))
            if rules.refusal(
                person,
                step=step,
                later_steps=steps[index + 1 :],
                holders=holders,
                authors=authors,
                cleared_by=cleared_by,
            )
            is None
        ]
        assert allowed
        cleared_by.add(allowed[0])
