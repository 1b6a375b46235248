"""What a second process prepares is what this one would have made; without it nothing is lost."""

import json

import pytest
from click.testing import CliRunner

from tiengmo.audit.actors import SYSTEM
from tiengmo.people.actions import assign_role
from tiengmo.people.models import Role
from tiengmo.people.tests.factories import UserFactory
from tiengmo.places.tests.factories import UnitFactory
from tiengmo.portal.importing import commands, writing
from tiengmo.portal.importing.beside import Beside
from tiengmo.portal.models import Page
from tiengmo.search.queries import find

pytestmark = pytest.mark.django_db


@pytest.fixture
def approver():
    user = UserFactory()
    assign_role(user, Role.APPROVER, UnitFactory(in_district=True, code="xa"), by=SYSTEM)
    return user


@pytest.fixture
def prepared_here(monkeypatch):
    """How many articles were prepared in this process."""
    monkeypatch.setattr(commands, "BATCH", 2)
    made, here = [], writing.prepared

    def counted(release, *rest):
        made.append(release.source_id)
        return here(release, *rest)

    monkeypatch.setattr(writing, "prepared", counted)
    return made


def run(path, approver, body, count=8):
    rows = [
        {
            "id": f"cu-{number}",
            "title": f"Bản tin cũ số {number}",
            "body": f"<p>{body} {number} &amp; mùa lúa nương.</p>",
            "unit": "xa",
            "date": "2019-03-04",
        }
        for number in range(count)
    ]
    path.write_text("\n".join(json.dumps(row) for row in rows))
    return CliRunner().invoke(commands.group, ["import", str(path), f"--by={approver.username}"])


def patiently(monkeypatch, then=lambda _beside: None):
    """Wait for the other process before it is asked, as a long file would."""
    ask = Beside.ask

    def waits(self, articles):
        if self._pipe is not None:
            self._is_ready or self._pipe.poll(60)
            then(self)
        ask(self, articles)

    monkeypatch.setattr(Beside, "ask", waits)


def shown():
    fields = ("headline", "summary", "teaser", "lead", "articles", "changes")
    return list(Page.objects.order_by("source").values("source", "released_at", *fields))


def test_the_same_pages_and_the_same_finds(tmp_path, approver, monkeypatch, prepared_here):
    patiently(monkeypatch)
    assert run(tmp_path / "a", approver, "Bài").exit_code == 0
    # The first two batches are through before the other process is asked for.
    assert len(prepared_here) == 4
    assert find("lua nuong").total == 8
    beside = shown()
    Page.objects.all().delete()
    writing.Delivery.objects.all().delete()
    writing.Rendition.objects.all().delete()
    writing.Release.objects.all().delete()
    monkeypatch.setattr(Beside, "start", lambda self: None)
    prepared_here.clear()
    assert run(tmp_path / "a", approver, "Bài").exit_code == 0
    assert len(prepared_here) == 8
    assert shown() == beside


def test_corrections_are_made_here(tmp_path, approver, monkeypatch, prepared_here):
    run(tmp_path / "a", approver, "Bài")
    patiently(monkeypatch)
    assert "✓ 8 bài đã nhập" in run(tmp_path / "a", approver, "Bài đã sửa").output
    now = Page.objects.filter(is_current=True)
    assert now.count() == 8
    assert all("đã sửa" in page.changes for page in now)


def test_the_other_process_dies(tmp_path, approver, monkeypatch, prepared_here):
    import multiprocessing

    def kill(_beside):
        for process in multiprocessing.active_children():
            process.kill()
            process.join()

    patiently(monkeypatch, kill)
    assert run(tmp_path / "a", approver, "Bài", 12).exit_code == 0
    assert (Page.objects.count(), len(prepared_here)) == (12, 12)
