"""A locality with two communes, its people, and bulletins at any stage of their life."""

from __future__ import annotations

from dataclasses import dataclass, field

from tiengmo.newsroom.actions import clear_bulletin, edit_bulletin, submit_bulletin
from tiengmo.newsroom.models import Bulletin
from tiengmo.people.tests.factories import UserFactory
from tiengmo.places.tests.factories import UnitFactory, VillageFactory
from tiengmo.voices.models import Sound, SoundFile


@dataclass
class Locality:
    """A district with two communes of one village each, and staff in each unit.

    member: an editor of the first commune; colleague: an approver there; stranger: an approver of
    the second commune; top_*: people of the district.
    """

    top: object = field(default_factory=lambda: UnitFactory(top=True))

    def __post_init__(self):
        self.here = UnitFactory(parent=self.top)
        self.there = UnitFactory(parent=self.top)
        self.village = VillageFactory(unit=self.here, households=120)
        self.far_village = VillageFactory(unit=self.there, households=80)
        self.member = UserFactory(editor=self.here)
        self.colleague = UserFactory(approver=self.here, is_demo_account=True)
        self.stranger = UserFactory(approver=self.there, is_demo_account=True)
        self.top_editor = UserFactory(editor=self.top)
        self.top_approver = UserFactory(approver=self.top, is_demo_account=True)


def ready_sound(text: str, *, key: str, language: str = "vi", origin: str = "speech") -> Sound:
    """A sound as it is once rendered."""
    opus, _ = SoundFile.objects.get_or_create(
        sha256=f"{key:0>64}"[-64:], defaults={"media_type": "audio/ogg", "bytes": 9_000}
    )
    sound, _ = Sound.objects.get_or_create(
        key=key,
        defaults={
            "origin": origin,
            "status": Sound.Status.READY,
            "language": language,
            "text": text,
            "opus": opus,
            "mp3": opus,
            "duration_ms": 12_000,
            "loudness_lufs": -18.1,
            "true_peak_dbtp": -1.8,
        },
    )
    return sound


def make_bulletin(locality: Locality, *, by=None, **fields) -> Bulletin:
    """Write one, saved: for the first commune, on portal and loudspeakers, unless told otherwise."""
    by = by or locality.member
    values = {
        "unit": by.unit,
        "author": by,
        "headline": "Lịch tiêm phòng cho trẻ em tháng 8",
        "short_text": "Tiêm phòng tại trạm y tế xã ngày 5/8.",
        "summary": "Trạm y tế xã tiêm phòng cho trẻ dưới 5 tuổi.",
        "body": "<p>Trạm y tế xã tổ chức tiêm phòng cho trẻ dưới 5 tuổi.</p>",
        "script": "Sáng mùng 5 tháng 8, trạm y tế xã tiêm phòng cho trẻ dưới 5 tuổi.",
        "audience": [locality.here.code],
        "channels": ["portal", "loudspeakers"],
        **fields,
    }
    bulletin = Bulletin(**values)
    edit_bulletin(bulletin, by=by)
    return bulletin


def submitted(locality: Locality, *, by=None, **fields) -> Bulletin:
    bulletin = make_bulletin(locality, by=by, **fields)
    submit_bulletin(bulletin, by=by or locality.member)
    return fresh(bulletin)


def cleared(locality: Locality, **fields) -> Bulletin:
    bulletin = submitted(locality, **fields)
    clear_bulletin(bulletin, by=locality.colleague, revision_id=bulletin.latest_revision_id)
    return fresh(bulletin)


def fresh(bulletin: Bulletin) -> Bulletin:
    """The row as the database has it now."""
    return Bulletin.objects.get(pk=bulletin.pk)


def latest(bulletin: Bulletin) -> Bulletin:
    """The newest version, as an editor opens it."""
    return fresh(bulletin).get_latest_revision_as_object()
