"""What a track says, and every track that is refused with a reason."""

import math
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiengmo.outreach.runs.passing import passings, way_of
from tiengmo.outreach.runs.tracks import LIMIT_BYTES, BadTrack, Fix, check_clock, read_gpx

from .tracks import DEGREE_M, drive, gpx

T0 = datetime(2026, 5, 4, 7, 0, tzinfo=UTC)
BOMB = (
    '<?xml version="1.0"?><!DOCTYPE gpx [<!ENTITY a "aaaaaaaaaa">'
    + "".join(f'<!ENTITY {chr(98 + n)} "{("&" + chr(97 + n) + ";") * 10}">' for n in range(9))
    + "]>"
)
OUTSIDE = '<?xml version="1.0"?><!DOCTYPE gpx [<!ENTITY x SYSTEM "file:///etc/passwd">]>'


def test_points_with_their_instants():
    track = read_gpx(gpx(drive(T0, latitude=22.6, west=103.70, east=103.72)))
    assert len(track) == 1
    assert track[0][0] == Fix(T0.timestamp(), 22.6, 103.70)
    assert "\ufeff" not in str(read_gpx("\ufeff" + gpx([(T0, 22.6, 103.7)])))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "không phải vết"),
        ("chữ thường", "không phải vết"),
        ("<html></html>", "không phải vết"),
        (gpx([(T0, 22.6, 103.7)])[:-20], "không phải vết"),
        (gpx([(T0, 22.6, 103.7)]).replace("22.6", "hai"), "không phải vết"),
        (gpx([(T0, 22.6, 103.7)], head=BOMB).replace("Chuyến", "&j;"), "DTD"),
        (gpx([(T0, 22.6, 103.7)], head=OUTSIDE).replace("Chuyến", "&x;"), "DTD"),
        (gpx([]), "không có vết"),
        (gpx([(None, 22.6, 103.7), (None, 22.7, 103.7)]), "không có giờ"),
        (gpx([(T0, 0, 0)]), "không có vết"),
        (gpx([(T0, 95, 103.7)]), "trái đất"),
        (gpx([(T0, "nan", 103.7)]), "trái đất"),
        (gpx([(T0 - timedelta(seconds=n), 22.6, 103.7) for n in range(50)]), "chạy lùi"),
        (
            gpx([(T0, 22.6, 103.7)]).replace("2026-05-04T07:00:00Z", "9999-12-31T20:00:00Z"),
            "có thật",
        ),
        (
            gpx([(T0, 22.6, 103.7)]).replace("2026-05-04T07:00:00Z", "0001-01-01T00:00:00+07:00"),
            "có thật",
        ),
        ("<gpx>" + " " * LIMIT_BYTES + "</gpx>", "lớn quá"),
        (gpx([(T0, 22.6, 103.7)] * 50_001), "quá 50000 điểm"),
    ],
    ids=lambda value: value[:16] if isinstance(value, str) else None,
)
def test_a_track_that_cannot_be_taken_says_why(text, why):
    with pytest.raises(BadTrack, match=why):
        read_gpx(text)


@given(st.text(max_size=300) | st.binary(max_size=300).map(lambda raw: raw.decode("latin-1")))
def test_whatever_comes_is_a_track_or_refused(text):
    for whole in (text, gpx([(T0, 22.6, 103.7)]).replace("Chuyến", text)):
        with suppress(BadTrack):
            read_gpx(whole)


def test_a_wrong_clock_is_told():
    track = read_gpx(gpx(drive(T0, latitude=22.6, west=103.70, east=103.72)))
    hour = timedelta(hours=1)
    check_clock(track, T0, T0 + hour, T0 + hour)
    with pytest.raises(BadTrack, match="sau giờ máy chủ"):
        check_clock(track, T0, T0 + hour, T0 - hour)
    rolled = [[Fix(one.at - 1024 * 7 * 86400, one.latitude, one.longitude) for one in track[0]]]
    with pytest.raises(BadTrack, match="không trùng giờ"):
        check_clock(rolled, T0, T0 + hour, T0 + hour)


def way(points, first=T0, last=T0 + timedelta(hours=5)):
    track = [[Fix(at.timestamp(), lat, lon) for at, lat, lon in points]]
    return way_of(track, first.timestamp(), last.timestamp())


def test_a_village_beside_the_road_is_passed_and_one_behind_the_hill_is_not():
    points = drive(T0, latitude=22.6, west=103.70, east=103.74)
    near, far = (1, 22.6 + 200 / DEGREE_M, 103.72), (2, 22.6 + 400 / DEGREE_M, 103.72)

    found = passings(way(points), [near, far], 300)

    assert set(found) == {1}
    one = found[1]
    chord = 2 * math.sqrt(300**2 - 200**2)
    assert one.nearest_m == pytest.approx(200, rel=0.01)
    assert one.seconds == pytest.approx(chord / (15 / 3.6), rel=0.01)
    assert one.kmh == pytest.approx(15, rel=0.02)
    assert one.last_at - one.first_at == pytest.approx(one.seconds, rel=0.01)


def test_between_two_points_far_apart_the_line_counts():
    points = [(T0, 22.6, 103.70), (T0 + timedelta(seconds=100), 22.6, 103.71)]
    assert passings(way(points), [(1, 22.6, 103.705)], 100)[1].nearest_m < 1


def test_a_gap_or_a_jump_proves_nothing():
    place = [(1, 22.6, 103.705)]
    gap = [(T0, 22.6, 103.70), (T0 + timedelta(seconds=600), 22.6, 103.71)]
    jump = [(T0, 22.6, 103.70), (T0 + timedelta(seconds=5), 22.6, 103.71)]
    assert passings(way(gap), place, 100) == {}
    assert passings(way(jump), place, 100) == {}


def test_only_what_was_driven_while_it_played():
    points = drive(T0, latitude=22.6, west=103.70, east=103.74)
    whole, place = way(points), [(1, 22.6, 103.72)]
    full = passings(whole, place, 300)[1]
    middle = datetime.fromtimestamp((full.first_at + full.last_at) / 2, UTC)
    assert passings(way(points, last=middle), place, 300)[1].seconds == pytest.approx(
        full.seconds / 2, rel=0.01
    )
    assert passings(way(points, first=middle + timedelta(hours=1)), place, 300) == {}


def test_a_vehicle_that_stands_is_there_all_the_time():
    points = [(T0 + timedelta(seconds=30 * n), 22.6, 103.7) for n in range(11)]
    one = passings(way(points), [(1, 22.601, 103.7)], 300)[1]
    assert (one.seconds, one.kmh) == (300, 0)


metres = st.floats(-2000, 2000)


@given(st.lists(st.tuples(metres, metres), min_size=2, max_size=12), st.integers(50, 1000))
def test_a_wider_range_never_passes_less(corners, radius):
    points = [
        (T0 + timedelta(seconds=110 * n), 22.6 + y / DEGREE_M, 103.7 + x / DEGREE_M)
        for n, (x, y) in enumerate(corners)
    ]
    place = [(1, 22.6, 103.7)]
    small, large = (passings(way(points), place, one) for one in (radius, radius + 100))
    if small:
        assert large[1].seconds >= small[1].seconds - 1e-6
        assert large[1].nearest_m == pytest.approx(small[1].nearest_m)
        assert small[1].nearest_m <= radius
        assert 0 <= small[1].seconds <= 110 * (len(corners) - 1) + 1e-6
