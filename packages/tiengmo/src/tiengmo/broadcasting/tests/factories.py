"""Shows, episodes and sounds for tests; sounds are ready, and there is no file behind them."""

from __future__ import annotations

from datetime import timedelta

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from tiengmo.broadcasting.models import Episode, FillRule, Pool, PoolSound, Segment, Show, ShowRule
from tiengmo.places.tests.factories import UnitFactory
from tiengmo.voices.models import Sound, SoundFile


class SoundFactory(DjangoModelFactory):
    """A ready sound of a minute; `waiting=True` is not spoken yet."""

    class Meta:
        model = Sound

    class Params:
        waiting = factory.Trait(status=Sound.Status.WAITING, opus=None, duration_ms=None)

    key = factory.Sequence(lambda n: f"{n:064x}")
    origin = Sound.Origin.RECORDING
    status = Sound.Status.READY
    language = "vi"
    duration_ms = 60_000

    @factory.lazy_attribute
    def opus(self):
        file, _ = SoundFile.objects.get_or_create(
            sha256=self.key, defaults={"media_type": "audio/ogg; codecs=opus", "bytes": 1000}
        )
        return file


class ShowFactory(DjangoModelFactory):
    class Meta:
        model = Show

    station = factory.SubFactory(UnitFactory, top=True)
    title = factory.Sequence(lambda n: f"Chương trình thử {n}")


class RuleFactory(DjangoModelFactory):
    class Meta:
        model = ShowRule

    show = factory.SubFactory(ShowFactory)
    rrule = "FREQ=DAILY"
    starts_on = factory.LazyFunction(timezone.localdate)
    at = factory.LazyFunction(lambda: timezone.datetime(2026, 1, 1, 5, 30).time())


class EpisodeFactory(DjangoModelFactory):
    """An hour from now, a quarter of an hour long; `sounds` gives it that many minutes' pieces."""

    class Meta:
        model = Episode
        skip_postgeneration_save = True

    show = factory.SubFactory(ShowFactory)
    station = factory.SelfAttribute("show.station")
    start_at = factory.LazyFunction(lambda: timezone.now() + timedelta(hours=1))
    length_minutes = 15

    @factory.post_generation
    def sounds(self, create, lengths, **kwargs):
        for position, seconds in enumerate(lengths or ()):
            sound = SoundFactory(duration_ms=int(seconds * 1000))
            Segment.objects.create(episode=self, position=position, sound=sound, title="Bài")


class PoolFactory(DjangoModelFactory):
    class Meta:
        model = Pool
        skip_postgeneration_save = True

    station = factory.SubFactory(UnitFactory, top=True)
    title = "Nhạc"

    @factory.post_generation
    def sounds(self, create, lengths, **kwargs):
        for seconds in lengths or ():
            sound = SoundFactory(duration_ms=int(seconds * 1000))
            PoolSound.objects.create(pool=self, sound=sound, title=f"Bản nhạc {sound.pk}")


class FillRuleFactory(DjangoModelFactory):
    class Meta:
        model = FillRule

    pool = factory.SubFactory(PoolFactory)
    station = factory.SelfAttribute("pool.station")
