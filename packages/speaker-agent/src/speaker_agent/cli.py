"""speaker-agent: enrol a box, run it, ask how it is."""

import argparse
import asyncio
import json
import logging
import os
import signal
import sys
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

from speaker_agent import VERSION
from speaker_agent.boards.drivers import FORMS
from speaker_agent.boards.drivers import check as check_board
from speaker_agent.boards.wording import ENCODINGS, LINE_ENDS, BoardSettings
from speaker_agent.state import NotEnrolled, StateDir

DEFAULT_STATE = Path(os.environ.get("SPEAKER_AGENT_STATE", "/var/lib/speaker-agent"))
KINDS = ("device", "wav", "null", "icecast")


def main(arguments: list[str] | None = None) -> int:
    """The command line's entry."""
    parser = argparse.ArgumentParser(prog="speaker-agent", description=__doc__)
    parser.add_argument("--version", action="version", version=f"speaker-agent {VERSION}")
    parser.add_argument("--verbose", action="store_true", help="say more while it works")
    verbs = parser.add_subparsers(dest="verb", required=True)

    enrol = verbs.add_parser("enrol", help="let this box in with a one-time code")
    enrol.add_argument("--gateway", required=True, metavar="URL")
    enrol.add_argument("--code", required=True, help="TM-…, as printed by the server")
    enrol.add_argument("--state", type=Path, default=DEFAULT_STATE, metavar="DIR")
    enrol.add_argument("--shared", type=Path, metavar="DIR", help="folder that a fleet shares")
    enrol.add_argument("--model", default="", help="what to call this hardware")
    enrol.add_argument("--ca", type=Path, metavar="PEM", help="authority of the gateway's TLS")

    run = verbs.add_parser("run", help="be a loudspeaker until stopped")
    run.add_argument("--state", type=Path, action="append", metavar="DIR", help="repeatable")
    run.add_argument("--shared", type=Path, metavar="DIR", help="folder that a fleet shares")
    run.add_argument("--output", choices=KINDS, default=_environment("OUTPUT", "device"))
    run.add_argument(
        "--device",
        default=_environment("DEVICE", "default"),
        help="name of the ALSA device, as `speaker-agent devices` prints it",
    )
    run.add_argument(
        "--amplifier",
        default=_environment("AMPLIFIER", "none"),
        metavar="SWITCH",
        help="what switches the amplifier on before sound: none, gpio:/dev/gpiochip0:17[:low], "
        "file:/path, command:/path",
    )
    run.add_argument(
        "--feed",
        default=_environment("FEED", ""),
        metavar="URL",
        help="for --output icecast: icecast://source:password@host:8000/mount; better in the "
        "environment as SPEAKER_AGENT_FEED, where no process list shows it",
    )

    _add_board(run)
    run.add_argument(
        "--local-page",
        type=int,
        default=int(_environment("LOCAL_PAGE", "0")) or None,
        metavar="PORT",
        help="a page on the box's own network for two people with keys, e.g. 8443; off without it",
    )
    run.add_argument(
        "--local-address",
        default=_environment("LOCAL_ADDRESS", "0.0.0.0"),  # noqa: S104 - people at the box
        metavar="IP",
        help="where that page is served; give the address of the box's own Wi-Fi",
    )

    sticker = verbs.add_parser("local-page", help="what to print on the box about its own page")
    sticker.add_argument("--state", type=Path, default=DEFAULT_STATE, metavar="DIR")
    sticker.add_argument("--port", type=int, default=int(_environment("LOCAL_PAGE", "8443")))

    verbs.add_parser("devices", help="the sound devices of this machine")

    status = verbs.add_parser("status", help="how the box is, as it last said")
    status.add_argument("--state", type=Path, default=DEFAULT_STATE, metavar="DIR")

    check = verbs.add_parser("self-check", help="can this program be started here?")
    check.add_argument("--state", type=Path, default=DEFAULT_STATE, metavar="DIR")
    check.add_argument("--expect", default="", metavar="VERSION")

    options = parser.parse_args(arguments)
    logging.basicConfig(
        level=logging.INFO if options.verbose else logging.WARNING,
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
        stream=sys.stderr,
    )
    # One line for each request says nothing that our own log does not.
    logging.getLogger("httpx").setLevel(logging.WARNING)
    try:
        verb = {
            "enrol": _enrol,
            "run": _run,
            "status": _status,
            "devices": _devices,
            "self-check": _self_check,
            "local-page": _local_page,
        }
        return int(verb[options.verb](options))
    except NotEnrolled as error:
        print(error, file=sys.stderr)  # noqa: T201 - a command's answer
        return 2


def _add_board(run: argparse.ArgumentParser) -> None:
    """What a text board is told by: docs/put-up-a-box.md."""
    run.add_argument(
        "--board",
        default=_environment("BOARD", "none"),
        metavar="BOARD",
        help=f"a text board that this box drives: {FORMS}",
    )
    run.add_argument(
        "--board-encoding", choices=ENCODINGS, default=_environment("BOARD_ENCODING", "utf-8")
    )
    run.add_argument(
        "--board-line-end", choices=[*LINE_ENDS], default=_environment("BOARD_LINE_END", "lf")
    )
    run.add_argument(
        "--board-columns",
        type=int,
        default=int(_environment("BOARD_COLUMNS", "0")),
        help="letters in its line; 0: it scrolls long texts by itself",
    )
    run.add_argument(
        "--board-seconds",
        type=float,
        default=float(_environment("BOARD_SECONDS", "8")),
        help="how long a text, or a part of one, stands at least",
    )


def _environment(name: str, default: str) -> str:
    """What /etc/default/speaker-agent says, which the service reads."""
    return os.environ.get(f"SPEAKER_AGENT_{name}") or default


def _devices(_options: argparse.Namespace) -> int:
    from speaker_agent.hardware.devices import NoAlsa, list_devices

    try:
        for device in list_devices():
            print(f"{device.name}\n    {device.what}")  # noqa: T201 - a command's answer
    except NoAlsa as error:
        print(error, file=sys.stderr)  # noqa: T201 - a command's answer
        return 1
    return 0


def _local_page(options: argparse.Namespace) -> int:
    from speaker_agent.local_page.certificate import ensure_certificate, fingerprint

    config, _ = StateDir(options.state).load()
    path = ensure_certificate(options.state, config.serial)
    print(  # noqa: T201 - a command's answer
        f"{config.serial}: https://<IP>:{options.port}\nSHA-256 {fingerprint(path)}"
    )
    return 0


def _self_check(options: argparse.Namespace) -> int:
    from speaker_agent.maintenance.updates.self_check import self_check

    wrong = self_check(options.state, expect=options.expect)
    print(wrong or f"speaker-agent {VERSION} can run here")  # noqa: T201 - a command's answer
    return 1 if wrong else 0


def _enrol(options: argparse.Namespace) -> int:
    from speaker_agent.enrolment import NotEnrolledNow, enrol

    journal = options.shared / "journal.sqlite3" if options.shared else None
    try:
        config = asyncio.run(
            enrol(
                options.gateway,
                options.code,
                StateDir(options.state),
                model=options.model,
                journal=journal,
                authority=options.ca,
            )
        )
    except NotEnrolledNow as error:
        print(f"not enrolled: {error}", file=sys.stderr)  # noqa: T201 - a command's answer
        return 1
    print(f"enrolled as {config.serial}")  # noqa: T201 - a command's answer
    return 0


def _run(options: argparse.Namespace) -> int:
    from speaker_agent.fleet import LocalAddress, run_fleet
    from speaker_agent.hardware.amplifier import check

    board = BoardSettings(
        driver=options.board,
        encoding=options.board_encoding,
        line_end=options.board_line_end,
        columns=options.board_columns,
        seconds=options.board_seconds,
    )
    wrong = ""
    try:
        check(options.amplifier)
        check_board(board)
    except ValueError as error:
        wrong = str(error)
    if options.output == "icecast" and not options.feed.startswith("icecast://"):
        wrong = "--output icecast needs --feed icecast://source:password@host:port/mount"
    states = options.state or [DEFAULT_STATE]
    if len(states) > 1 and board.driver not in ("", "none"):
        wrong = "one board belongs to one box: run it with a single --state"
    if wrong:
        print(wrong, file=sys.stderr)  # noqa: T201 - a command's answer
        return 2
    work = run_fleet(
        states,
        output=options.output,
        shared=options.shared,
        device=options.device,
        amplifier=options.amplifier,
        feed=options.feed,
        boards=lambda _folder: board,
        local_page=LocalAddress(options.local_address, options.local_page)
        if options.local_page is not None
        else None,
    )
    return asyncio.run(_until_told(work))


async def _until_told(work: Coroutine[Any, Any, None]) -> int:
    """Stop in order on SIGTERM and Ctrl-C."""
    task = asyncio.ensure_future(work)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, task.cancel)
    try:
        await task
    except asyncio.CancelledError:
        return 0
    return 0


def _status(options: argparse.Namespace) -> int:
    state = StateDir(options.state)
    config, _ = state.load()
    answer: dict[str, Any] = {"serial": config.serial, "gateway": config.gateway_url}
    if state.status.exists():
        answer["last_status"] = json.loads(state.status.read_text())
        answer["said_at"] = state.status.stat().st_mtime
    print(json.dumps(answer, indent=1, ensure_ascii=False))  # noqa: T201 - a command's answer
    return 0


if __name__ == "__main__":
    sys.exit(main())
