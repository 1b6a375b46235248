import pytest

from tiengmo.newsroom.actions import edit_bulletin
from tiengmo.newsroom.errors import SaveConflict
from tiengmo.people.errors import NotAllowed
from tiengmo.people.tests.factories import UserFactory

from .factories import fresh, latest, make_bulletin

pytestmark = pytest.mark.django_db


def test_the_second_save_is_told_and_nothing_is_lost(locality):
    second = UserFactory(editor=locality.here)
    bulletin = make_bulletin(locality)
    mine, theirs = latest(bulletin), latest(bulletin)
    opened = bulletin.latest_revision_id
    theirs.headline = "Bản của người kia"
    edit_bulletin(theirs, by=second, based_on=opened)
    mine.headline = "Bản của tôi"
    with pytest.raises(SaveConflict) as refused:
        edit_bulletin(mine, by=locality.member, based_on=opened)
    assert str(second) in str(refused.value)
    assert refused.value.theirs.user == second
    assert latest(bulletin).headline == "Bản của người kia"


def test_the_same_save_on_top_of_theirs_keeps_both_versions(locality):
    second = UserFactory(editor=locality.here)
    bulletin = make_bulletin(locality)
    mine, theirs = latest(bulletin), latest(bulletin)
    theirs.headline = "Bản của người kia"
    edit_bulletin(theirs, by=second, based_on=bulletin.latest_revision_id)
    mine.headline = "Bản của tôi"
    edit_bulletin(mine, by=locality.member, based_on=fresh(bulletin).latest_revision_id)
    assert latest(bulletin).headline == "Bản của tôi"
    assert bulletin.revisions.count() == 3


def test_a_version_is_never_overwritten_in_place(locality):
    bulletin = make_bulletin(locality)
    first = bulletin.latest_revision
    draft = latest(bulletin)
    draft.save_revision(user=locality.member, overwrite_revision=first)
    assert bulletin.revisions.count() == 2


def test_a_locked_bulletin_keeps_the_other_out(locality):
    second = UserFactory(editor=locality.here)
    bulletin = make_bulletin(locality)
    type(bulletin).objects.filter(pk=bulletin.pk).update(locked=True, locked_by=locality.member)
    with pytest.raises(SaveConflict, match="khoá"):
        edit_bulletin(latest(bulletin), by=second)
    edit_bulletin(latest(bulletin), by=locality.member)


def test_a_stranger_may_not_edit(locality):
    bulletin = make_bulletin(locality)
    with pytest.raises(NotAllowed):
        edit_bulletin(latest(bulletin), by=UserFactory(editor=locality.there))
