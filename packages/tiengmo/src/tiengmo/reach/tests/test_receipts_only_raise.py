"""The whole count, from rows: whatever comes, in whatever order, the bounds hold."""

import uuid
from itertools import pairwise

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from django.utils import timezone  # isort: skip

from tiengmo.places.tests.factories import UnitFactory, VillageFactory
from tiengmo.reach.queries import reach_of
from tiengmo.releases.actions import record_receipt
from tiengmo.releases.tests.factories import DeliveryFactory, ReleaseFactory

# (village, box of it or screen, language, two ends of a claim)
NEWS = st.lists(
    st.tuples(
        st.integers(0, 1),
        st.integers(0, 2),
        st.sampled_from(["vi", "hmn"]),
        st.integers(0, 150),
        st.integers(0, 150),
    ),
    max_size=6,
)


class Receipts(TestCase):
    def _count(self, news, order):
        """Bounds after each receipt, in this order, of a new release."""
        top = UnitFactory(top=True)
        villages = [
            VillageFactory(unit=top, households=100, languages=["hmn", "vi"]),
            VillageFactory(unit=top, households=60, languages=["vi"]),
        ]
        release = ReleaseFactory(unit=top, released=True)
        boxes = {
            (n, k): DeliveryFactory(
                release=release, village=village, channel="screens" if k == 2 else "loudspeakers"
            )
            for n, village in enumerate(villages)
            for k in range(3)
        }
        seen = [self._bounds(release)]
        for place in order:
            n, k, language, one, other = news[place]
            record_receipt(
                boxes[n, k],
                key=uuid.uuid4().hex,
                kind="played",
                at=timezone.now(),
                method="within range of proven sound",
                village=villages[n],
                language=language,
                households=(min(one, other), max(one, other)),
            )
            seen.append(self._bounds(release))
        return seen

    def _bounds(self, release):
        reach = reach_of(release)
        for village in reach.villages:
            assert 0 <= village.reached.lo <= village.reached.hi <= village.households
            own, other = village.in_first_language, village.in_another_language
            assert 0 <= own.lo <= own.hi <= village.households
            assert own.lo <= village.reached.lo
            assert own.hi <= village.reached.hi
            assert 0 <= other.lo <= other.hi <= village.households
        return reach.reached, reach.in_first_language

    @settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
    @given(NEWS, st.randoms(use_true_random=False))
    def test_receipts_in_the_database_only_ever_raise_reach(self, news, chance):
        order = list(range(len(news)))
        seen = self._count(news, order)
        for before, after in pairwise(seen):
            for was, became in zip(before, after, strict=True):
                assert became.lo >= was.lo
                assert became.hi >= was.hi
        chance.shuffle(order)
        assert self._count(news, order)[-1] == seen[-1]
