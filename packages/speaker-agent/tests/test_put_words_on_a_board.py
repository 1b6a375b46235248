"""Words as each board can show them, over a wire that somebody else holds the other end of."""

import asyncio
import os
import socket
import threading
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from speaker_agent.boards.book import TextBook, alerts_now, lines_now
from speaker_agent.boards.drivers import check, open_board
from speaker_agent.boards.showing import Board
from speaker_agent.boards.wording import BoardSettings, encode, fold
from speaker_agent.on_air.alerts import HeldAlert
from speaker_link import specimens
from speaker_link.boards import ShownHours

from .conftest import START, make_assignment

WORDS = "Đường Nguyễn Huệ: tiêm chủng thứ Bảy"


def test_a_board_without_vietnamese_letters_shows_them_bare():
    assert fold(WORDS, "ascii") == "Duong Nguyen Hue: tiem chung thu Bay"
    assert fold("35 °C → 40 °C", "ascii") == "35 ?C ? 40 ?C"
    assert encode(fold(WORDS, "ascii"), "ascii") == b"Duong Nguyen Hue: tiem chung thu Bay"


def test_a_board_with_windows_letters_shows_them_whole():
    assert fold(WORDS, "windows-1258") == WORDS
    assert encode("Huệ", "windows-1258") == b"Hu\xea\xf2"
    assert encode("ở Đ", "windows-1258") == b"\xf5\xd2 \xd0"


def test_nothing_that_a_controller_reads_as_a_command_reaches_it():
    assert fold("Lũ\x1b[2J\u202e quét\r\n ngay", "utf-8") == "Lũ[2J quét ngay"


def test_a_short_board_shows_a_long_text_in_parts():
    settings = BoardSettings(columns=12, seconds=3)
    parts = settings.parts(WORDS)
    assert parts == ["Đường Nguyễn", "Huệ: tiêm", "chủng thứ", "Bảy"]
    assert settings.standing_seconds(parts[0]) == 3
    # One that scrolls by itself is given the time to do so.
    assert BoardSettings(seconds=3).standing_seconds("a" * 80) == 8


@pytest.mark.enable_socket
def test_a_line_goes_to_a_controller_on_the_network_again_after_it_was_off():
    heard = []

    def controller(server, lines):
        connection, _ = server.accept()
        with connection, connection.makefile("rb") as file:
            heard.extend(file.readline() for _ in range(lines))

    with socket.create_server(("127.0.0.1", 0)) as server:
        where = f"tcp:127.0.0.1:{server.getsockname()[1]}"
        board = open_board(BoardSettings(driver=where, encoding="ascii", line_end="crlf"))
        for words in ("Chợ phiên", "Họp thôn"):
            thread = threading.Thread(target=controller, args=(server, 1))
            thread.start()
            board.show(words)
            thread.join(10)
    assert heard == [b"Cho phien\r\n", b"Hop thon\r\n"]
    with pytest.raises(OSError, match=r".+"):
        board.show("Nobody is there")
    board.close()


def test_a_line_goes_over_a_serial_port():
    ours, theirs = os.openpty()
    try:
        board = open_board(BoardSettings(driver=f"serial:{os.ttyname(theirs)}:19200"))
        board.show("Họp thôn")
        assert os.read(ours, 100) == "Họp thôn\n".encode()
        board.close()
        assert os.read(ours, 100) == b"\n"
    finally:
        os.close(ours)
        os.close(theirs)


@pytest.mark.parametrize(
    "wrong",
    [
        {"driver": "led"},
        {"driver": "tcp:host"},
        {"driver": "serial:/dev/ttyUSB0:12345"},
        {"driver": "console", "encoding": "klingon"},
        {"driver": "console", "seconds": 0},
        {"driver": "console", "line_end": "none"},
    ],
)
def test_a_board_that_cannot_be_is_named(wrong):
    with pytest.raises(ValueError, match=r"not a|a board"):
        check(BoardSettings(**wrong))


NOON = START  # 12:00 in Vietnam


def book_of(*lines):
    return TextBook({"082": specimens.message(specimens.board_text(lines=list(lines)))})


def texts_at(book, at=NOON):
    turns, waiting = lines_now(book, make_assignment(), at.timestamp())
    return [one.text for one in turns], {key[1] for key in waiting}


def test_a_box_shows_the_lines_of_its_area_in_its_own_language():
    ours, theirs = specimens.line("ours"), specimens.line("theirs", areas=["02701"])
    texts, waiting = texts_at(book_of(ours, theirs))
    assert texts == ["Hnub Rau txhaj tshuaj ntawm tsev kho mob"]
    assert not waiting


def test_a_line_stands_in_its_hours_only():
    evening = specimens.line(
        hours=[ShownHours(starts="17:00", ends="21:00", utc_offset="+07:00")],
        until=NOON + timedelta(days=1),
    )
    assert texts_at(book_of(evening)) == ([], set())
    assert len(texts_at(book_of(evening), NOON + timedelta(hours=6))[0]) == 1
    assert texts_at(book_of(evening), NOON + timedelta(days=1, hours=6)) == ([], set())


def test_a_priority_line_stands_alone_and_the_others_wait():
    routine, urgent = specimens.line("a"), specimens.line("b", priority="priority")
    texts, waiting = texts_at(book_of(routine, urgent))
    assert len(texts) == 1
    assert waiting == {routine.id}


def test_nothing_outlives_its_message():
    assert texts_at(
        book_of(specimens.line(until=NOON + timedelta(days=30))), NOON + timedelta(days=3)
    ) == ([], set())


def held(**changes):
    return HeldAlert(
        specimens.alert(**changes), frozenset(["082"]), arrived_at=100.0, is_without_time=False
    )


def test_a_drill_says_that_it_is_one():
    at = {"now": specimens.NOW.timestamp(), "counter": 100.0}
    (drill,) = alerts_now([held(status="Exercise", title="Sơ tán\u202e khỏi bờ suối")], **at)
    assert drill.text == "DIỄN TẬP: Sơ tán khỏi bờ suối"
    assert alerts_now([held(msg_type="Cancel", repeat_ms=0, editions=[])], **at) == []


def test_an_alert_stands_as_long_as_it_would_have_where_the_time_is_not_known():
    alert = held()
    alert.is_without_time = True
    lost = datetime(2001, 1, 1, tzinfo=UTC).timestamp()
    assert len(alerts_now([alert], now=lost, counter=100.0 + 3599)) == 1
    assert alerts_now([alert], now=lost, counter=100.0 + 3600) == []


async def test_two_lines_that_vanish_together_are_each_told_once():
    told = []

    async def send(_kind, report, also):
        await asyncio.sleep(0)
        told.append((report.line_id, also))

    now = START.timestamp()
    board = Board(
        open_board(BoardSettings(driver="console")),
        BoardSettings(driver="console"),
        clock=SimpleNamespace(now=lambda: now, monotonic=lambda: now, is_trusted=True),
        journal=SimpleNamespace(documents=dict, drop_write=lambda name: name),
        reporter=SimpleNamespace(send=send),
        assignment=make_assignment,
        desk=SimpleNamespace(is_recalled=True, alerts=SimpleNamespace(alerts={})),
        on_change=lambda: None,
    )
    both = [specimens.line("a"), specimens.line("b")]
    await board.take(specimens.message(specimens.board_text(lines=both)), None)
    without = specimens.message(specimens.board_text(lines=[]))
    # The inbox takes the newer texts while the loop closes what is over.
    await asyncio.gather(board.take(without, None), board._close_what_is_over())
    assert sorted(line for line, _also in told) == sorted(one.id for one in both)
