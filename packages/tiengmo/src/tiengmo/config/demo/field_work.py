"""Invented rounds: drives with their tracks, sessions in villages, a bulletin that was taken back.

They go the way that a crew's own words go, so what cannot be is refused here too.
"""

from __future__ import annotations

import math
import time as time_module
import uuid
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from django.utils import timezone

from tiengmo.channels.social.models import Post
from tiengmo.channels.social.settling import record_figures
from tiengmo.config.demo.bulletins import FACEBOOK, PRESS, PRINT, SCREENS, ZALO, clear, write
from tiengmo.config.demo.bulletins import wait_for_sound as wait
from tiengmo.newsroom.actions import submit_bulletin, withdraw_bulletin
from tiengmo.newsroom.monthly.actions import choose_items, start_issue
from tiengmo.newsroom.monthly.models import Issue
from tiengmo.newsroom.monthly.queries import to_choose
from tiengmo.outreach.models import Topic
from tiengmo.outreach.runs.actions import Words as RunWords
from tiengmo.outreach.runs.actions import take_run
from tiengmo.outreach.sessions.actions import Words, set_target, take_entry
from tiengmo.outreach.sessions.models import Session
from tiengmo.outreach.sessions.queries import villages_of
from tiengmo.people.models import User

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tiengmo.newsroom.models import Bulletin
    from tiengmo.places.models import Village
    from tiengmo.releases.models import Release

TEXTS = Path(__file__).parent / "texts"
TEXTS_CHANNEL = "sms"
CREW, EDITOR, APPROVER = "tuyentruyen", "bientap.yty", "duyet.yty"
VEHICLE = "Xe loa số 1 (dựng để thử)"
KMH, FIX_SECONDS, DEGREE_M = 14.0, 15, 111_195.0
# Stops of a drive, as places of the crew's list of villages; days ago; about the hour.
DRIVES = (((4, 5, 8, 1), 1, 16), ((9, 10, 3), 2, 6), ((6, 7, 11, 12), 4, 16))
# Days ago, village, kind, topic, headcount, questions, opinions, what about.
SESSIONS = (
    (2, 1, "team", "nong-lam-nghiep", 34, 6, 2, "Che chắn chuồng trại trước rét"),
    (5, 2, "legal_aid", "dat-dai-xay-dung", 22, 9, 1, "Luật Đất đai, phần cấp giấy chứng nhận"),
    (6, 5, "team", "giao-thong-dien-nuoc", 41, 7, 5, "Góp công làm đường thôn"),
    (9, 8, "resolution", "viec-khac", 58, 3, 4, "Nghị quyết về giảm nghèo bền vững"),
    (12, 9, "mobile", "y-te-bao-hiem", 73, 11, 0, "Phòng bệnh mùa lạnh"),
    (17, 10, "team", "an-ninh-trat-tu", 29, 5, 3, "Nhận biết cuộc gọi lừa đảo"),
    (23, 11, "team", "moi-truong", 26, 2, 6, "Thu gom vỏ thuốc bảo vệ thực vật"),
)
MARK = "dựng để thử"
TAKEN_BACK, WHY = "kham-luu-dong.txt", "Đoàn hoãn lịch khám, chưa có ngày mới (dựng để thử)."
EMBARGOED = "khai-mac-le-hoi.txt"
# Views, viewers, reactions, comments, shares of the first post; the next ones have less.
FIGURES = (1840, 1312, 96, 14, 22)
POSTED_WITHIN_SECONDS = 20
OUT_WITHIN_SECONDS, CARRIED_WITHIN_SECONDS = 60, 20
UNDER_WAY = (Post.State.WAITING, Post.State.SENDING, Post.State.PROCESSING)
SECTION, ITEMS = "Tin trong xã", 4


def ensure_field_work(*, look: Callable[[], None]) -> bool:
    """Put all of it where a team has noted nothing yet. False where somebody has."""
    crew = User.objects.filter(username=CREW, is_demo_account=True).first()
    if crew is None or Session.objects.exists():
        return False
    villages = sorted(villages_of(crew), key=lambda one: one.code)
    if len(villages) <= max(max(stops) for stops, _days, _hour in DRIVES):
        return False
    earlier_days(crew, villages)
    _take_back_one(crew, villages, look)
    _hold_one_back(look)
    _begin_an_issue(villages[0])
    _tell_figures(look)
    return True


def earlier_days(crew: User, villages: Sequence[Village]) -> None:
    now = timezone.now()
    topics = {topic.code: topic for topic in Topic.objects.all()}
    for days, number, kind, topic, people, questions, opinions, subject in SESSIONS:
        village = villages[number]
        words = Words(
            kind=kind,
            topic=topics[topic],
            village=village,
            held_at=_at(now, days, 19),
            language=village.languages[0],
            headcount=people,
            questions=questions,
            opinions=opinions,
            subject=f"{subject} ({MARK})",
            place="Nhà văn hoá thôn",
        )
        take_entry(uuid.uuid4(), words, by=crew)
    by = User.objects.get(username=APPROVER)
    set_target(villages[0].unit, kind="mobile", year=now.year, sessions=90, by=by)
    set_target(villages[0].unit, kind="team", year=now.year, sessions=48, by=by)
    for stops, days, hour in DRIVES:
        _drive(crew, villages, stops, _at(now, days, hour), route="Vòng các thôn")


def _at(now: datetime, days: int, hour: int) -> datetime:
    day = timezone.localdate(now) - timedelta(days=days)
    return timezone.make_aware(datetime.combine(day, time(hour)))


def _drive(
    crew: User,
    villages: Sequence[Village],
    stops: Sequence[int],
    started_at: datetime,
    *,
    route: str,
    releases: tuple[Release, ...] = (),
    minutes: float | None = None,
) -> None:
    way = [(villages[number].latitude, villages[number].longitude) for number in stops]
    points = track_of(way, started_at, minutes)
    ended_at = points[-1][0] + timedelta(minutes=1)
    words = RunWords(
        vehicle=VEHICLE,
        language="vi",
        started_at=started_at,
        ended_at=ended_at,
        villages=tuple(villages[number] for number in stops),
        releases=releases,
        may_pass=tuple(villages),
        route=f"{route} ({MARK})",
        stops=len(stops),
        track=gpx_of(points),
    )
    take_run(uuid.uuid4(), words, by=crew)


def track_of(
    way: Sequence[tuple[float, float]], start: datetime, minutes: float | None = None
) -> list[tuple[datetime, float, float]]:
    """A fix every quarter of a minute along straight lines; cut short after so many minutes."""
    points, at = [(start, *way[0])], start
    for (lat, lon), (next_lat, next_lon) in pairwise(way):
        narrow = math.cos(math.radians(lat))
        metres = DEGREE_M * math.hypot(next_lat - lat, (next_lon - lon) * narrow)
        steps = max(1, math.ceil(metres / (KMH / 3.6 * FIX_SECONDS)))
        for step in range(1, steps + 1):
            at += timedelta(seconds=FIX_SECONDS)
            if minutes is not None and at - start > timedelta(minutes=minutes):
                return points
            share = step / steps
            points.append((at, lat + (next_lat - lat) * share, lon + (next_lon - lon) * share))
    return points


def gpx_of(points: Sequence[tuple[datetime, float, float]]) -> str:
    """As a phone's program writes it."""
    rows = "".join(
        f'<trkpt lat="{lat:.6f}" lon="{lon:.6f}">'
        f"<time>{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}</time></trkpt>"
        for at, lat, lon in points
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?><gpx version="1.1" creator="Tiếng Mõ"'
        ' xmlns="http://www.topografix.com/GPX/1/1"><trk><name>Chuyến dựng để thử</name>'
        f"<trkseg>{rows}</trkseg></trk></gpx>"
    )


def _take_back_one(crew: User, villages: Sequence[Village], look: Callable[[], None]) -> None:
    """Released, told in one village and from a vehicle in two, and then not so."""
    bulletin = write(
        (TEXTS / TAKEN_BACK).read_text(encoding="utf-8"),
        author=User.objects.get(username=EDITOR),
        audience=[villages[0].unit.code],
        channels=["portal", "outreach"],
        category="y-te",
        also=(SCREENS, PRINT, FACEBOOK, ZALO, TEXTS_CHANNEL),
    )
    release = _out(_released(bulletin, APPROVER, look), look)
    now = timezone.now()
    village, topic = villages[4], Topic.objects.get(code="y-te-bao-hiem")
    words = Words(
        kind="team",
        topic=topic,
        village=village,
        held_at=now,
        language="vi",
        headcount=31,
        questions=4,
        subject=f"Lịch khám lưu động ({MARK})",
        release=release,
    )
    take_entry(uuid.uuid4(), words, by=crew)
    # Its clock may be some minutes ahead, like any phone's: both villages are passed.
    _drive(
        crew,
        villages,
        (4, 5),
        now - timedelta(minutes=4),
        route="Báo lịch khám",
        releases=(release,),
        minutes=12,
    )
    withdraw_bulletin(bulletin, by=User.objects.get(username=APPROVER), reason=WHY)


def _hold_one_back(look: Callable[[], None]) -> None:
    """For the press: to be read by those let in, and printed by nobody before tomorrow evening."""
    bulletin = write(
        (TEXTS / EMBARGOED).read_text(encoding="utf-8"),
        author=User.objects.get(username="bientap"),
        audience=["082"],
        channels=["portal"],
        category="van-hoa-xa-hoi",
        also=(PRESS,),
        release_at=_at(timezone.now(), -1, 19),
    )
    _released(bulletin, "duyet", look)


def _released(bulletin: Bulletin, approver: str, look: Callable[[], None]) -> Release:
    wait(bulletin, look=lambda _percent: look(), timeout_seconds=120)
    submit_bulletin(bulletin, by=bulletin.author)
    return clear(bulletin, by=User.objects.get(username=approver))


def _out(release: Release, look: Callable[[], None]) -> Release:
    """Wait until the worker has let it go. Raises TimeoutError."""
    deadline = time_module.monotonic() + OUT_WITHIN_SECONDS
    while release.released_at is None:
        if time_module.monotonic() > deadline:
            raise TimeoutError("Bản tin chưa phát hành được; xem nhật ký worker.")
        look()
        time_module.sleep(0.2)
        release.refresh_from_db()
    # On every channel, where it can be now: texts wait for the morning, sheets for people.
    deadline = time_module.monotonic() + CARRIED_WITHIN_SECONDS
    while not _is_carried(release) and time_module.monotonic() < deadline:
        look()
        time_module.sleep(0.2)
    return release


def _is_carried(release: Release) -> bool:
    rows = release.deliveries
    # A screen that nobody has switched on yet is no place to go to.
    wanted = set(release.channels) - {SCREENS}
    under_way = rows.filter(status__in=("created", "pending", "sending")).exclude(
        channel__in=(PRINT, "outreach")
    )
    return wanted <= set(rows.values_list("channel", flat=True)) and not under_way.exists()


def _begin_an_issue(village: Village) -> None:
    """This month's internal bulletin, half assembled."""
    unit, by = village.unit, User.objects.get(username=EDITOR)
    if Issue.objects.exists():
        return
    today = timezone.localdate()
    issue = start_issue(unit, year=today.year, month=today.month, by=by)
    chosen = [(one.pk, SECTION, number) for number, one in enumerate(to_choose(issue)[:ITEMS])]
    choose_items(issue, chosen, by=by)


def _tell_figures(look: Callable[[], None]) -> None:
    """What a network would tell of the posts that went to the file of trial posts."""
    waiting = Post.objects.filter(act=Post.Act.PUBLISH, state__in=UNDER_WAY)
    deadline = time_module.monotonic() + POSTED_WITHIN_SECONDS
    while waiting.exists() and time_module.monotonic() < deadline:
        look()
        time_module.sleep(0.2)
    done = Post.objects.filter(
        act=Post.Act.PUBLISH, state=Post.State.DONE, account__connection__is_trial=True
    )
    for number, post in enumerate(done.select_related("delivery").order_by("posted_at", "pk")):
        told = [value // (number + 1) for value in FIGURES]
        names = ("views", "viewers", "reactions", "comments", "shares")
        for name, value in zip(names, told, strict=True):
            setattr(post, name, value)
        post.figures_at = timezone.now()
        post.save(update_fields=[*names, "figures_at"])
        record_figures(post)
