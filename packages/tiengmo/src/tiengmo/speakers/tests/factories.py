"""Boxes for tests, with a real key pair each."""

from __future__ import annotations

import factory
from factory.django import DjangoModelFactory
from speaker_link.keys import PrivateKey

from tiengmo.places.tests.factories import VillageFactory
from tiengmo.speakers.models import Box


class BoxFactory(DjangoModelFactory):
    """An enrolled box that has never been seen; `online=True` is one that is there.

    Its private key is `box.private_key`, as only the box itself would have it.
    """

    class Meta:
        model = Box

    class Params:
        online = factory.Trait(is_online=True)

    private = factory.LazyFunction(PrivateKey.generate)
    serial = factory.Sequence(lambda n: f"loa-{n:06d}")
    name = factory.Sequence(lambda n: f"Cụm loa {n}")
    village = factory.SubFactory(VillageFactory)
    latitude = 22.6
    longitude = 103.7
    households_lo = 60
    households_hi = 90
    range_method = "thử"
    public_key = factory.LazyAttribute(lambda made: made.private.public.to_jwk())
    key_thumbprint = factory.LazyAttribute(lambda made: made.private.kid)

    @classmethod
    def _create(cls, model_class, *args, **fields):
        private = fields.pop("private", None)
        box = super()._create(model_class, *args, **fields)
        box.private_key = private
        return box
