"""The arithmetic of reach: it never claims more than there is, and more proof never lowers it."""

from hypothesis import given
from hypothesis import strategies as st

from tiengmo.reach import rules
from tiengmo.reach.rules import Interval, Try
from tiengmo.releases.models import DeliveryStatus

HOUSEHOLDS = st.integers(0, 400)
CLAIM = st.tuples(st.integers(0, 500), st.integers(0, 500)).map(
    lambda pair: Interval(min(pair), max(pair))
)
CLAIMS = st.lists(CLAIM, max_size=6)


@given(CLAIMS, HOUSEHOLDS)
def test_never_more_than_the_village_has(claims, households):
    lo, hi = rules.union(claims, households)
    assert 0 <= lo <= hi <= households


@given(CLAIMS, CLAIM, HOUSEHOLDS)
def test_another_receipt_never_lowers_the_count(claims, another, households):
    before = rules.union(claims, households)
    after = rules.union([*claims, another], households)
    assert after.lo >= before.lo
    assert after.hi >= before.hi


@given(CLAIMS, HOUSEHOLDS)
def test_the_union_holds_what_each_proved_alone(claims, households):
    whole = rules.union(claims, households)
    for claim in claims:
        assert whole.lo >= min(claim.lo, households)
        assert whole.hi >= min(claim.hi, households)


@given(CLAIMS, HOUSEHOLDS)
def test_the_true_number_is_inside_whatever_the_overlap(claims, households):
    """Lay each claim's least and most anywhere in the village: the union is in the interval."""
    lo, hi = rules.union(claims, households)
    together = min(households, max((c.lo for c in claims), default=0))  # all overlap
    apart = min(households, sum(c.hi for c in claims))  # none does
    assert lo <= together <= hi
    assert lo <= apart <= hi


@given(CLAIMS, HOUSEHOLDS)
def test_order_does_not_matter(claims, households):
    assert rules.union(claims, households) == rules.union(claims[::-1], households)


@given(CLAIMS, HOUSEHOLDS)
def test_counting_by_channel_first_claims_no_more(claims, households):
    half = len(claims) // 2
    by_channel = [rules.union(claims[:half], households), rules.union(claims[half:], households)]
    assert rules.union(by_channel, households) == rules.union(claims, households)


@given(st.lists(CLAIM, min_size=1, max_size=5))
def test_a_box_that_reports_twice_counts_once(claims):
    assert rules.same_box([*claims, claims[0]]) == rules.same_box(claims)


class TestWhyMissed:
    def why(self, *tries, dead=False, boxes=True):
        return rules.why_missed(tries, is_dead_zone=dead, has_box_channel=boxes)

    def test_a_village_without_a_box(self):
        assert self.why() == "no_box"

    def test_a_dead_zone_is_cut_off_with_or_without_a_box(self):
        offline = Try(DeliveryStatus.FAILED_PERMANENTLY, "box_offline")
        assert self.why(dead=True) == "cut_off"
        assert self.why(offline, dead=True) == "cut_off"

    def test_a_release_that_no_channel_brings_to_households(self):
        assert self.why(boxes=False) == "no_channel"

    def test_one_box_offline_and_one_that_refused(self):
        offline = Try(DeliveryStatus.FAILED_PERMANENTLY, "box_offline")
        refused = Try(DeliveryStatus.FAILED_PERMANENTLY, "refused")
        assert self.why(offline, refused) == "refused"
        assert self.why(offline, offline) == "box_offline"

    def test_waiting_while_a_box_that_is_there_has_not_answered(self):
        sending = Try(DeliveryStatus.SENDING, "")
        offline = Try(DeliveryStatus.PENDING, "box_offline")
        assert self.why(sending, offline) == "waiting"
        assert self.why(offline) == "box_offline"
        assert rules.may_still_arrive([offline])

    def test_every_reason_has_words(self):
        for reason in (
            "no_box",
            "cut_off",
            "box_offline",
            "refused",
            "not_played",
            "waiting",
            "no_channel",
        ):
            assert str(rules.REASONS[reason])

    def test_an_unknown_reason_is_shown_as_it_is(self):
        odd = Try(DeliveryStatus.FAILED_PERMANENTLY, "flooded")
        assert self.why(odd) == "flooded"


SETS = st.lists(st.frozensets(st.integers(0, 11), max_size=12), max_size=5)


@given(SETS, st.data())
def test_the_truth_is_inside_for_any_sets_of_households(sets, data):
    """Draw who was really reached by each act, and bounds that are true of each alone."""
    claims = [
        Interval(data.draw(st.integers(0, len(reached))), data.draw(st.integers(len(reached), 20)))
        for reached in sets
    ]
    lo, hi = rules.union(claims, 12)
    assert lo <= len(frozenset().union(*sets)) <= hi


@given(SETS, SETS)
def test_reached_but_not_in_their_language_holds_the_truth(own, other):
    exact = [[Interval(len(one), len(one)) for one in some] for some in (own, other)]
    whole = rules.union([*exact[0], *exact[1]], 12)
    part = rules.union(exact[0], 12)
    lo, hi = rules.without(whole, part)
    truth = len(frozenset().union(*own, *other) - frozenset().union(*own))
    assert 0 <= lo <= truth <= hi <= 12


@given(CLAIMS, HOUSEHOLDS)
def test_the_bounds_are_the_best_there_are(claims, households):
    """Nested sets reach lo, disjoint ones reach hi: no narrower interval would be true of both."""
    claims = [Interval(min(lo, households), min(hi, households)) for lo, hi in claims]
    lo, hi = rules.union(claims, households)
    nested = [set(range(claim.lo)) for claim in claims]
    assert len(set().union(*nested)) == lo
    apart, taken = [], 0
    for claim in claims:
        apart.append({(taken + n) % max(1, households) for n in range(claim.hi)})
        taken += claim.hi
    assert len(set().union(*apart)) == hi
