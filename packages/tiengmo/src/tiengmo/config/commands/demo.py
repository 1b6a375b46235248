"""`tiengmo demo`: everything at once, and the main job without a browser."""

from __future__ import annotations

import fcntl
import os
import signal
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click
from rich.console import Console

from tiengmo.config.demo import processes
from tiengmo.config.demo.supervisor import Supervisor

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(os.environ.get("TIENGMO_ROOT", Path(__file__).resolve().parents[6]))
LOOK_SECONDS = 0.5


@click.command()
@click.option("--once", is_flag=True, help="Chạy việc chính một lần rồi dừng. / The main job once.")
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option(
    "--to",
    "area",
    default="082",
    show_default=True,
    metavar="AREA",
    help="Địa bàn nhận tin: mã hoặc tên. / Audience: a code or a name.",
)
@click.option("--full", is_flag=True, help="Đọc cả bài. / Speak all of it.")
@click.option(
    "--boxes",
    default=0,
    metavar="N",
    help="Chỉ chạy N cụm loa, rải đều các xã. / Run only N boxes.",
)
@click.option(
    "--output",
    type=click.Choice(["null", "wav"]),
    default="null",
    help="wav: ghi đúng những gì loa phát. / wav: write what would be heard.",
)
def demo(  # noqa: PLR0917
    once: bool, file: Path | None, area: str, full: bool, boxes: int, output: str
) -> None:
    """Chạy bản trình diễn: huyện Bát Xát, 176 thôn, 300 cụm loa. / Run the demo locality."""
    if file is not None and not once:
        raise click.UsageError("FILE chỉ dùng cùng --once.")
    console = Console(highlight=False, soft_wrap=True)
    raw = _read(file)
    home = Path(os.environ.setdefault("TIENGMO_HOME", str(ROOT / "var" / "demo"))).resolve()
    os.environ["TIENGMO_DEMO"] = "1"
    # The screen is for the person; the processes' own logs go to files, in full.
    log_level = os.environ.get("TIENGMO_LOG", "INFO")
    os.environ["TIENGMO_LOG"] = "WARNING"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tiengmo.config.settings")
    with _only_one(home) as is_first:
        if not is_first:
            if not once:
                raise click.ClickException(f"Bản trình diễn đang chạy rồi (dữ liệu ở {home}).")
            _use_ports(home)
            code = _once(raw, area=area, full=full, console=console, supervisor=None)
            sys.exit(code)
        os.environ["TIENGMO_DEMO_BOXES"] = str(boxes)
        os.environ["TIENGMO_DEMO_OUTPUT"] = output
        os.environ["TIENGMO_CHILD_LOG"] = log_level
        _run(home, raw, once=once, area=area, full=full, console=console)


def _read(file: Path | None) -> bytes:
    from tiengmo.config.demo import __file__ as here

    path = file or Path(here).parent / "texts" / "ret-dam.txt"
    try:
        return path.read_bytes()
    except OSError as error:
        raise click.ClickException(f"Không đọc được {path}: {error.strerror}.") from error


@contextmanager
def _only_one(home: Path) -> Iterator[bool]:
    home.mkdir(parents=True, exist_ok=True)
    with (home / "demo.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True


def _use_ports(home: Path) -> None:
    for line in (home / "ports").read_text().splitlines():
        name, _, value = line.partition("=")
        os.environ[name] = value


def _run(
    home: Path, raw: bytes, *, once: bool, area: str, full: bool, console: Console
) -> NoReturn:
    began = time.monotonic()
    # The addresses must stand before Django reads its settings.
    processes.choose_ports()
    web_url = f"http://127.0.0.1:{os.environ['TIENGMO_WEB_PORT']}"
    os.environ.setdefault("TIENGMO_PUBLIC_URL", web_url)
    (home / "ports").write_text(
        "".join(f"{name}={os.environ[name]}\n" for name in (*processes.PORTS, "TIENGMO_PUBLIC_URL"))
    )

    def tell(text: str) -> None:
        console.print(f"• {text}")

    supervisor = Supervisor(home / "log", tell)
    # By name: a shell that starts us in the background has us ignore Ctrl-C otherwise.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _as_interrupt)
    code = 1
    try:
        wanted = _prepare(home, tell)
        os.environ["TIENGMO_LOG"] = os.environ["TIENGMO_CHILD_LOG"]
        processes.start_web(supervisor)
        processes.wait_until_serving(f"{web_url}/", supervisor=supervisor, seconds=180)
        console.print(f"• Trang web đã mở sau {time.monotonic() - began:.0f} giây.")
        processes.start_rest(supervisor, home)
        if once:
            online = processes.wait_until_connected(wanted, supervisor=supervisor, seconds=90)
            console.print(f"• {online}/{wanted} cụm loa mô phỏng đã kết nối ({_broker()}).")
            code = _once(raw, area=area, full=full, console=console, supervisor=supervisor)
        else:
            _welcome(console, web_url, wanted)
            _fill(supervisor.look)
            _release_first(raw, tell, supervisor.look)
            _plan_week(tell)
            while True:
                supervisor.look()
                time.sleep(LOOK_SECONDS)
    except KeyboardInterrupt:
        console.print("\n• Đang dừng …")
        code = 130 if once else 0
    except (RuntimeError, TimeoutError, ValueError) as error:
        console.print(f"[red]✗ {error}[/red]")
    finally:
        supervisor.stop()
    sys.exit(code)


def _as_interrupt(_signal: int, _frame: object) -> NoReturn:
    raise KeyboardInterrupt


def _prepare(home: Path, tell: Callable[[str], None]) -> int:
    """Set this demo up as far as it is not yet; give how many boxes will run."""
    import django

    tell("Đang chuẩn bị cơ sở dữ liệu …")
    django.setup()
    from django.conf import settings

    from tiengmo.config.commands.setup import set_up_if_changed
    from tiengmo.config.demo.bulletins import ensure_drafts
    from tiengmo.config.demo.contacts import ensure_contacts
    from tiengmo.config.demo.locality import boxes_to_run, ensure_locality
    from tiengmo.config.demo.outreach import ensure_outreach
    from tiengmo.config.demo.partners import ensure_partners
    from tiengmo.config.demo.screens import ensure_film, ensure_screens
    from tiengmo.config.demo.social import ensure_accounts
    from tiengmo.speakers.actions import publish_assignment
    from tiengmo.speakers.models import Box

    set_up_if_changed(home / ".set-up")
    ensure_locality(home / "boxes", tell)
    ensure_contacts()
    ensure_outreach()
    ensure_screens()
    ensure_film()
    ensure_accounts()
    ensure_partners()
    ensure_drafts()
    address = home / "gateway-url"
    if not address.exists() or address.read_text() != settings.GATEWAY_URL:
        # Boxes fetch sound from where their signed assignment says.
        for box in Box.objects.filter(retired_at=None).select_related("village"):
            publish_assignment(box)
        address.write_text(settings.GATEWAY_URL)
    return len(boxes_to_run(home / "boxes", limit=int(os.environ["TIENGMO_DEMO_BOXES"])))


def _once(
    raw: bytes, *, area: str, full: bool, console: Console, supervisor: Supervisor | None
) -> int:
    import django

    django.setup()
    from tiengmo.config.demo.once import area_code, run_once
    from tiengmo.foundation.decoding import UndecodableText, decode_text
    from tiengmo.newsroom.errors import NewsroomError

    try:
        return run_once(
            decode_text(raw).text,
            area=area_code(area),
            full=full,
            console=console,
            look=supervisor.look if supervisor else lambda: None,
        )
    except (UndecodableText, NewsroomError, ValueError, RuntimeError, TimeoutError) as error:
        console.print(f"[red]✗ {error}[/red]")
        return 1


def _fill(look: Callable[[], None]) -> None:
    """Put what the first page needs nothing of: nobody waits for it."""
    from tiengmo.config.demo.connectivity import ensure_connectivity
    from tiengmo.config.demo.press import ensure_press
    from tiengmo.config.demo.subscribers import ensure_subscribers

    for ensure in (ensure_connectivity, ensure_press, ensure_subscribers):
        ensure()
        look()


def _release_first(raw: bytes, tell: Callable[[str], None], look: Callable[[], None]) -> None:
    """Release the demo's own bulletins the first time, so that the portal has something to read."""
    from tiengmo.config.demo.bulletins import correct_own, release_own
    from tiengmo.config.demo.field_work import ensure_field_work

    is_first = release_own(raw.decode(), look=look) is not None
    correct_own(look=look)
    if is_first:
        tell("Các bản tin đầu tiên đã phát hành: xem cổng thông tin và bảng loa.")
    if ensure_field_work(look=look):
        tell("Chuyến loa, buổi tuyên truyền, bản tin đã gỡ (dựng thử) đã có.")


def _plan_week(tell: Callable[[str], None]) -> None:
    """Give the stations a week of programmes, unless TIENGMO_DEMO_WEEK=0 asks for silence."""
    if os.environ.get("TIENGMO_DEMO_WEEK") == "0":
        return
    from tiengmo.config.demo.week import ensure_week

    ensure_week(tell)


def _broker() -> str:
    from tiengmo.speakers.brokers import resolve_kind

    return "Mosquitto" if resolve_kind("").value == "mosquitto" else "bộ chuyển tin kèm sẵn"


def _welcome(console: Console, url: str, boxes: int) -> None:
    from tiengmo.config.demo.locality import PASSWORD

    console.print(f"Cổng thông tin cho người dân: [bold]{url}/[/bold]")
    console.print(f"Giao diện cán bộ: [bold]{url}/quan-tri/[/bold] – mật khẩu chung: {PASSWORD}")
    console.print(
        "Biên tập: bientap, bientap.yty · Duyệt: duyet, duyet.yty · Trực đài: trucdai"
        " · Tuyên truyền: tuyentruyen · Quản trị: quantri"
    )
    console.print(f"{boxes} cụm loa mô phỏng đang kết nối qua {_broker()}; Ctrl-C để dừng tất cả.")
    console.print("Số thôn, số hộ, vị trí loa và tên cán bộ đều là dữ liệu dựng để thử.")
