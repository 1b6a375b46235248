"""The main job, once, without a browser: a text file becomes proof that villages heard it."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import TYPE_CHECKING

from django.utils import timezone
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from tiengmo.broadcasting.queries import on_air_between
from tiengmo.config.demo import bulletins
from tiengmo.newsroom.actions import edit_bulletin, submit_bulletin
from tiengmo.people.models import User
from tiengmo.places.models import Village
from tiengmo.places.queries import areas_label, unit_by_code
from tiengmo.reach.queries import reach_of
from tiengmo.releases.models import Delivery, DeliveryStatus, Priority, Release

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.console import Console

    from tiengmo.newsroom.models import Bulletin
    from tiengmo.reach.results import ReleaseReach

LONGEST_RENDERING_SECONDS = 1800.0
# After the sound's end: time for reports to come in over slow links.
REPORTING_SECONDS = 60.0
MISSED_SHOWN = 12
# Clearing, the lead of the playout, and room to spare.
SOON = timedelta(seconds=30)


def area_code(named: str) -> str:
    """Find the area that a person named by code or by name. Raises ValueError with what exists."""
    wanted = named.strip()
    if unit_by_code(wanted) or Village.objects.filter(code=wanted).exists():
        return wanted
    from tiengmo.foundation.vietnamese import fold
    from tiengmo.places.queries import units_in_force

    names = {unit.code: unit.name for unit in units_in_force()}
    names |= dict(Village.objects.values_list("code", "name"))
    found = [code for code, name in names.items() if fold(wanted) in fold(name)]
    exact = [code for code in found if fold(names[code]) == fold(wanted)]
    if len(exact or found) == 1:
        return (exact or found)[0]
    if not found:
        raise ValueError(f"Không có địa bàn nào tên “{named}”. Ví dụ: 082, 02701, “Y Tý”.")
    several = ", ".join(f"{names[code]} ({code})" for code in found[:8])
    raise ValueError(f"“{named}” chưa rõ là nơi nào: {several}. Hãy dùng mã.")


def run_once(
    text: str,
    *,
    area: str,
    full: bool,
    console: Console,
    look: Callable[[], None],
) -> int:
    """Write, voice, clear, release and wait for proof; print the table; give the exit code."""
    author = User.objects.get(username="bientap")
    approver = User.objects.get(username="duyet")
    bulletin = bulletins.write(text, author=author, audience=[area], full=full)
    console.print(f"[bold]{bulletin.headline}[/bold]")
    console.print(f"Người viết: {author}. Gửi tới: {areas_label([area])}.")
    _render(bulletin, console, look)
    _go_before_programmes(bulletin, area, console)
    submit_bulletin(bulletin, by=author)
    release = bulletins.clear(bulletin, by=approver)
    console.print(f"Người duyệt: {approver}, lúc {timezone.localtime():%H:%M:%S}.")
    _follow(release, console, look)
    reach = reach_of(release)
    _print(reach, console)
    return _verdict(reach, console)


def _go_before_programmes(bulletin: Bulletin, area: str, console: Console) -> None:
    """While a programme is on the air, a routine bulletin would wait for its end: this one must
    not, so its author gives it priority, as a person at the editor's page would."""
    now = timezone.now()
    sound = bulletin.sound
    length = timedelta(milliseconds=(sound.duration_ms if sound else None) or 0)
    coming = on_air_between([area], now, now + length + SOON)
    if not any(item.part for item in coming):
        return
    bulletin.refresh_from_db()
    bulletin.priority = Priority.PRIORITY
    edit_bulletin(bulletin, by=bulletin.author)
    console.print(f"Đang có chương trình trên sóng ({coming[0].title}): gửi ở mức ưu tiên.")


def _render(bulletin: Bulletin, console: Console, look: Callable[[], None]) -> None:
    began = time.monotonic()
    with _progress(console) as progress:
        task = progress.add_task("Đang tạo giọng đọc", total=100)

        def seen(percent: int) -> None:
            look()
            progress.update(task, completed=percent)

        bulletins.wait_for_sound(bulletin, look=seen, timeout_seconds=LONGEST_RENDERING_SECONDS)
    sound = bulletin.sound
    if sound is None or sound.duration_ms is None:
        raise RuntimeError("Bản tin không có âm thanh.")
    seconds = sound.duration_ms / 1000
    console.print(
        f"Giọng đọc: {seconds:.1f} giây, {sound.loudness_lufs:.1f} LUFS,"
        f" đỉnh {sound.true_peak_dbtp:.1f} dBTP (tạo trong {time.monotonic() - began:.1f} giây)."
    )


def _follow(release: Release, console: Console, look: Callable[[], None]) -> None:
    """Show the boxes taking, playing and proving it, until nothing more can come."""
    deadline: float | None = None
    with _progress(console) as progress:
        held = progress.add_task("Loa đã nhận âm thanh", total=1)
        proved = progress.add_task("Loa đã phát và báo về", total=1)
        while True:
            look()
            rows = Delivery.objects.filter(release=release, channel="loudspeakers")
            statuses = list(rows.filter(was_online=True).values_list("status", flat=True))
            release.refresh_from_db()
            if release.status == Release.Status.RELEASED and deadline is None:
                item = release.playout_items.first()
                if item is not None:
                    length = (item.start_at - timezone.now()).total_seconds()
                    length += item.duration_ms / 1000
                    deadline = time.monotonic() + length + REPORTING_SECONDS
            total = max(len(statuses), 1)
            done = statuses.count(DeliveryStatus.DELIVERED)
            failed = statuses.count(DeliveryStatus.FAILED_PERMANENTLY)
            has_it = done + failed + statuses.count(DeliveryStatus.SENT)
            progress.update(held, total=total, completed=has_it)
            progress.update(proved, total=total, completed=done)
            if deadline is not None and (done + failed == len(statuses)):
                return
            if deadline is not None and time.monotonic() > deadline:
                return
            time.sleep(0.3)


def _progress(console: Console) -> Progress:
    return Progress(
        TextColumn("{task.description:<26}"),
        BarColumn(bar_width=30),
        TextColumn("{task.completed:.0f}/{task.total:.0f}"),
        TimeElapsedColumn(),
        console=console,
        redirect_stdout=False,
        redirect_stderr=False,
    )


def _print(reach: ReleaseReach, console: Console) -> None:
    table = Table(title="Đã tới đâu", title_justify="left")
    for name in ("Kênh", "Đích", "Đã tới"):
        table.add_column(name)
    for name in ("Thôn", "Số hộ trong tầm"):
        table.add_column(name, justify="right")
    for channel in reach.channels:
        villages = f"{channel.villages_reached}/{len(reach.villages)}"
        households = f"{channel.reached.lo:,}–{channel.reached.hi:,}".replace(",", ".")
        table.add_row(
            str(channel.label),
            str(channel.targets),
            str(channel.delivered),
            villages if channel.claims_households else "–",
            households if channel.claims_households else "không tính hộ",
        )
    total = f"{reach.reached.lo:,}–{reach.reached.hi:,} / {reach.households:,}".replace(",", ".")
    table.add_section()
    table.add_row("Tổng", "", "", f"{reach.villages_reached}/{len(reach.villages)}", total)
    console.print(table)
    console.print(f"{reach.communes_reached}/{len(reach.communes)} xã, thị trấn.")
    if not reach.missed:
        console.print("Không thôn nào bị sót.")
        return
    console.print(f"Chưa tới {len(reach.missed)} thôn ({reach.missed_households} hộ):")
    for _reason, text, missed in reach.missed_by_reason:
        names = ", ".join(f"{v.name} ({v.commune_name})" for v in missed[:MISSED_SHOWN])
        more = f" và {len(missed) - MISSED_SHOWN} thôn nữa" if len(missed) > MISSED_SHOWN else ""
        console.print(f"  • {text}: {names}{more}")


def _verdict(reach: ReleaseReach, console: Console) -> int:
    loudspeakers = [channel for channel in reach.channels if channel.code == "loudspeakers"]
    boxes = sum(channel.targets for channel in loudspeakers)
    speakers_online = Delivery.objects.filter(
        release=reach.release, channel="loudspeakers", was_online=True
    )
    proved = speakers_online.filter(status=DeliveryStatus.DELIVERED).count()
    online = speakers_online.count()
    if boxes == 0:
        console.print("[red]✗ Địa bàn này không có loa nào.[/red]")
        return 1
    if proved < online:
        console.print(f"[red]✗ {online - proved} loa đang kết nối chưa chứng minh đã phát.[/red]")
        return 1
    if online == 0:
        console.print("[red]✗ Không loa nào đang kết nối khi phát hành.[/red]")
        return 1
    console.print(f"[green]✓ {proved}/{online} loa đang kết nối đã phát và có bằng chứng.[/green]")
    return 0
