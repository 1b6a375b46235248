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

LANGUAGES = ("vi", "hmn", "tai")
# channel → language → (least, truth, most); each language has twenty households of its own.
ROUNDS = st.dictionaries(
    st.sampled_from(["printed", "screens", "messages", "outreach"]),
    st.dictionaries(
        st.sampled_from(LANGUAGES),
        st.tuples(st.integers(0, 20), st.integers(0, 20), st.integers(0, 30)),
        max_size=3,
    ),
    max_size=3,
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
                release=release, village=village, channel=["loudspeakers", "printed", "screens"][k]
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

    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
    @given(ROUNDS)
    def test_the_truth_is_inside_when_one_delivery_has_several_languages(self, rounds):
        """Whom each round really reached is drawn; each language of a delivery has people of its
        own."""
        top = UnitFactory(top=True)
        village = VillageFactory(unit=top, households=60, languages=["hmn", "vi"])
        release = ReleaseFactory(unit=top, released=True)
        speakers_of = {
            language: set(range(20 * n, 20 * n + 20)) for n, language in enumerate(LANGUAGES)
        }
        everybody, in_hmong = set(), set()
        for channel, by_language in rounds.items():
            delivery = DeliveryFactory(release=release, village=village, channel=channel)
            for language, (least, count, most) in by_language.items():
                people = set(sorted(speakers_of[language])[:count])
                everybody |= people
                in_hmong |= people if language == "hmn" else set()
                record_receipt(
                    delivery,
                    key=uuid.uuid4().hex,
                    kind="given",
                    at=timezone.now(),
                    method="rounds",
                    village=village,
                    language=language,
                    households=(min(least, count), max(most, count)),
                )
        row = reach_of(release).villages[0]
        assert row.reached.lo <= len(everybody) <= row.reached.hi
        assert row.in_first_language.lo <= len(in_hmong) <= row.in_first_language.hi
        other = row.in_another_language
        assert other.lo <= len(everybody - in_hmong) <= other.hi

    def test_leaflets_in_two_languages_go_to_different_doors(self):
        top = UnitFactory(top=True)
        village = VillageFactory(unit=top, households=100, languages=["hmn", "vi"])
        release = ReleaseFactory(unit=top, released=True)
        sheets = DeliveryFactory(release=release, village=village, channel="printed")
        for language, count in (("vi", 20), ("hmn", 30)):
            self._give(sheets, village, language, count)
        row = reach_of(release).villages[0]
        assert row.reached == (30, 50)
        assert row.in_another_language == (0, 20)

    def test_a_loudspeaker_in_two_languages_covers_the_same_roofs(self):
        top = UnitFactory(top=True)
        village = VillageFactory(unit=top, households=100, languages=["hmn", "vi"])
        release = ReleaseFactory(unit=top, released=True)
        box = DeliveryFactory(release=release, village=village, channel="loudspeakers")
        for language in ("vi", "hmn"):
            self._give(box, village, language, 30)
        assert reach_of(release).villages[0].reached == (30, 30)

    def _give(self, delivery, village, language, count):
        record_receipt(
            delivery,
            key=uuid.uuid4().hex,
            kind="given",
            at=timezone.now(),
            method="rounds",
            village=village,
            language=language,
            households=(count, count),
        )
