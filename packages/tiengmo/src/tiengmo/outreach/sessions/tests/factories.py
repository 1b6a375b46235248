"""Sessions as they stand after a phone's entry was taken in."""

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from tiengmo.outreach.sessions.models import Session
from tiengmo.outreach.tests.factories import TopicFactory
from tiengmo.places.tests.factories import VillageFactory


class SessionFactory(DjangoModelFactory):
    class Meta:
        model = Session

    id = factory.Faker("uuid4")
    kind = "team"
    topic = factory.SubFactory(TopicFactory)
    village = factory.SubFactory(VillageFactory)
    held_at = factory.LazyFunction(timezone.now)
    language = "vi"
    headcount = 30
    author_id = "1"
    author_name = "Người Đi"
