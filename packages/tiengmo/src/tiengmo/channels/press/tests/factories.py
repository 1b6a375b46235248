"""Outlets, journalists and cleared releases for tests."""

from __future__ import annotations

from datetime import timedelta

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from tiengmo.channels.press.models import Journalist, Outlet
from tiengmo.channels.press.sealing import ADDRESSES
from tiengmo.people.tests.factories import UserFactory
from tiengmo.releases.actions import make_release
from tiengmo.releases.drafts import RenditionDraft


class OutletFactory(DjangoModelFactory):
    class Meta:
        model = Outlet

    name = factory.Sequence(lambda n: f"Báo Thử {n}")
    kind = Outlet.Kind.PAPER


class JournalistFactory(DjangoModelFactory):
    """Somebody who asked; `accredited=True`: for a month from today."""

    class Meta:
        model = Journalist

    class Params:
        address = factory.Sequence(lambda n: f"nha-bao-{n}@bao.example")
        accredited = factory.Trait(
            state=Journalist.State.ACCREDITED,
            outlet=factory.SubFactory(OutletFactory),
            accredited_until=factory.LazyFunction(
                lambda: timezone.localdate() + timedelta(days=30)
            ),
        )

    full_name = factory.Sequence(lambda n: f"Nhà Báo {n}")
    card_number = "TBNB-0001"
    outlet_stated = "Báo Thử"
    sealed_address = factory.LazyAttribute(lambda one: ADDRESSES.seal(one.address))
    address_hash = factory.LazyAttribute(lambda one: ADDRESSES.hash_of(one.address))


def clear(unit, *, source="7", version="1", in_hours=0.0, channels=("press",), **texts):
    """A release cleared now, for this many hours from now (0: at once)."""
    wanted = {
        "headline": "Khánh thành cầu Mường Hum",
        "summary": "Cầu thông xe ngày mai.",
        "body_html": "<p>Cầu dài 120 m, nối hai bờ suối.</p>",
    }
    return make_release(
        source_type="newsroom.bulletin",
        source_id=source,
        source_version=version,
        title=texts.get("headline", wanted["headline"]),
        unit=unit,
        audience=[unit.code],
        channels=list(channels),
        priority="routine",
        release_at=timezone.now() + timedelta(hours=in_hours) if in_hours else None,
        window_end_at=timezone.now() + timedelta(hours=in_hours + 12),
        author_name="Người Viết",
        cleared_by=UserFactory(),
        renditions=[RenditionDraft(language="vi", **(wanted | texts))],
    )
