"""Which version counts, and what a new one does to what is held, waits or plays."""

from speaker_agent.playing.progress import Progress, Stage
from speaker_agent.playing.schedules import ScheduleBook
from speaker_link.messages import Edition

from .conftest import START, make_assignment, make_item, make_schedule

NOW = START.timestamp() - 600


def book_of(*items, **how):
    book = ScheduleBook({})
    assert book.apply(make_schedule(*items), make_assignment(**how), now=NOW)
    return book


def test_only_what_speaks_to_this_box_is_taken():
    book = book_of(make_item("mine"), make_item("theirs", areas=["083"]))
    assert list(book.entries) == ["082/mine"]


def test_the_edition_follows_the_boxs_order_of_languages():
    editions = [
        Edition(language=language, sha256=letter * 64, bytes=1, duration_ms=1000)
        for language, letter in (("vi", "a"), ("hmn", "b"))
    ]
    item = make_item(editions=editions)
    assert book_of(item).entries["082/a"].edition.language == "hmn"
    assert book_of(item, languages=["vi"]).entries["082/a"].edition.language == "vi"
    assert book_of(item, languages=["dao"]).entries["082/a"].edition.language == "vi"


def test_an_empty_schedule_does_not_clear_a_good_one():
    book = book_of(make_item())
    assert not book.apply(make_schedule(version=2), make_assignment(), now=NOW)
    assert book.entries["082/a"].is_listed
    assert book.schedules["082"].version == 1


def test_an_empty_schedule_is_taken_when_nothing_is_to_come():
    book = book_of(make_item())
    after = START.timestamp() + 3600
    assert book.apply(make_schedule(version=2), make_assignment(), now=after)
    assert book.schedules["082"].version == 2


def test_the_last_item_can_be_withdrawn():
    book = book_of(make_item())
    assert book.apply(make_schedule(version=2, withdrawn=["a"]), make_assignment(), now=NOW)
    assert book.entries["082/a"].is_withdrawn


def test_what_is_gone_before_it_began_is_dropped_and_what_has_begun_goes_on():
    book = book_of(make_item("a"), make_item("b"))
    book.entries["082/a"].progress.stage = Stage.STARTED
    book.apply(make_schedule(make_item("c"), version=2), make_assignment(), now=NOW)
    assert [entry.item.id for entry in book.forget(now=NOW)] == ["b"]
    assert set(book.entries) == {"082/a", "082/c"}
    assert not book.entries["082/a"].is_withdrawn


def test_a_changed_sound_must_be_held_anew():
    book = book_of(make_item())
    book.entries["082/a"].is_held = True
    other = Edition(language="vi", sha256="c" * 64, bytes=1, duration_ms=1000)
    book.apply(make_schedule(make_item(editions=[other]), version=2), make_assignment(), now=NOW)
    assert not book.entries["082/a"].is_held
    assert book.sounds() == {"c" * 64}


def test_what_was_played_before_a_restart_is_not_played_again():
    book = ScheduleBook({"082/a": Progress(stage=Stage.DONE)})
    book.apply(make_schedule(make_item()), make_assignment(), now=NOW)
    assert book.entries["082/a"].is_done
    assert book.sounds() == set()


def test_an_item_that_moved_keeps_its_name_and_its_past():
    book = book_of(make_item())
    book.apply(make_schedule(make_item(at=900), version=2), make_assignment(), now=NOW)
    assert book.entries["082/a"].start == START.timestamp() + 900


def test_another_assignment_changes_what_is_taken():
    book = book_of(make_item("here"), make_item("there", areas=["083"]))
    book.reassign(make_assignment(version=2, areas=["083-02", "083", "10"]))
    book.forget(now=NOW)
    assert list(book.entries) == ["082/there"]
    book.reassign(make_assignment(version=3, stations=[]))
    book.forget(now=NOW)
    assert not book.entries
    assert not book.schedules


def test_a_station_that_is_no_longer_believed_is_silenced():
    book = book_of(make_item())
    book.withdraw_station("082")
    assert book.entries["082/a"].is_withdrawn
