from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tiengmo.broadcasting.rules import GAP, Span, first_free_start

EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
SECONDS = st.integers(0, 3600)


@given(
    earliest=SECONDS,
    duration=st.integers(1, 600),
    spans=st.lists(st.tuples(SECONDS, st.integers(1, 600)), max_size=12),
)
def test_never_early_never_over_another(earliest, duration, spans):
    taken = [Span(EPOCH + timedelta(seconds=s), EPOCH + timedelta(seconds=s + d)) for s, d in spans]
    length = timedelta(seconds=duration)
    start = first_free_start(EPOCH + timedelta(seconds=earliest), length, taken)
    assert start >= EPOCH + timedelta(seconds=earliest)
    assert all(start >= span.end + GAP or start + length + GAP <= span.start for span in taken)


def test_free_air_starts_at_once():
    assert first_free_start(EPOCH, timedelta(seconds=60), []) == EPOCH
