from __future__ import annotations

from datetime import timedelta

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from tiengmo.places.tests.factories import UnitFactory, VillageFactory
from tiengmo.releases.models import Delivery, DeliveryStatus, Release, Rendition


class ReleaseFactory(DjangoModelFactory):
    """A cleared release; `released=True` when it has gone out."""

    class Meta:
        model = Release

    class Params:
        released = factory.Trait(
            status=Release.Status.RELEASED, released_at=factory.LazyFunction(timezone.now)
        )

    source_type = "newsroom.bulletin"
    source_id = factory.Sequence(str)
    source_version = "1"
    title = factory.Sequence(lambda n: f"Bản tin thử {n}")
    slug = factory.Sequence(lambda n: f"ban-tin-thu-{n}")
    unit = factory.SubFactory(UnitFactory)
    audience = factory.LazyAttribute(lambda release: [release.unit.code])
    channels = factory.LazyFunction(lambda: ["portal", "loudspeakers"])
    release_at = factory.LazyFunction(timezone.now)
    window_end_at = factory.LazyFunction(lambda: timezone.now() + timedelta(hours=1))
    author_name = "Người Viết"
    cleared_by_id = "1"
    cleared_by_name = "Người Duyệt"


class RenditionFactory(DjangoModelFactory):
    class Meta:
        model = Rendition

    release = factory.SubFactory(ReleaseFactory)
    language = "vi"
    headline = factory.LazyAttribute(lambda rendition: rendition.release.title)
    summary = "Tóm tắt."
    body_html = "<p>Nội dung.</p>"
    script = "Lời đọc."
    sound_duration_ms = 5000
    opus_sha256 = "0" * 64
    opus_bytes = 20000
    mp3_sha256 = "1" * 64
    mp3_bytes = 40000


class DeliveryFactory(DjangoModelFactory):
    class Meta:
        model = Delivery

    release = factory.SubFactory(ReleaseFactory, released=True)
    channel = "loudspeakers"
    target = factory.Sequence(lambda n: f"b-{n}")
    village = factory.SubFactory(VillageFactory)
    status = DeliveryStatus.SENDING
    was_online = True
