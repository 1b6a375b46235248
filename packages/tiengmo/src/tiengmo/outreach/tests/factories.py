"""Questions and events at every stage of their lives."""

from datetime import timedelta

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from tiengmo.outreach import rules
from tiengmo.outreach.models import Answer, Event, Question, Topic
from tiengmo.outreach.workflow import EventState, State
from tiengmo.places.tests.factories import UnitFactory


class TopicFactory(DjangoModelFactory):
    class Meta:
        model = Topic

    code = factory.Sequence(lambda n: f"chu-de-{n}")
    name = factory.Sequence(lambda n: f"Chủ đề {n}")


class QuestionFactory(DjangoModelFactory):
    """A question just received; traits: assigned, answered, published, refused."""

    class Meta:
        model = Question
        skip_postgeneration_save = True

    class Params:
        assigned = factory.Trait(state=State.ASSIGNED)
        refused = factory.Trait(
            state=State.REFUSED, reason="Quảng cáo", closed_at=factory.LazyFunction(timezone.now)
        )
        answered = factory.Trait(
            state=State.ANSWERED,
            public_title=factory.SelfAttribute("title"),
            public_text="Cầu hỏng từ mùa mưa.",
        )
        published = factory.Trait(
            state=State.PUBLISHED,
            public_title=factory.SelfAttribute("title"),
            public_text="Cầu hỏng từ mùa mưa.",
            published_at=factory.LazyFunction(timezone.now),
            closed_at=factory.SelfAttribute("published_at"),
        )

    topic = factory.SubFactory(TopicFactory)
    unit = factory.SubFactory(UnitFactory, in_district=True)
    title = factory.Sequence(lambda n: f"Bao giờ sửa cầu số {n}?")
    text = "Cầu vào thôn hỏng từ mùa mưa năm ngoái, nhà tôi ở cuối thôn."
    asker_name = "Người hỏi thử"
    asker_phone = "0200 3799 001"
    asker_email = "hoi@thu.example"
    secret_hash = factory.LazyFunction(lambda: rules.secret_hash(rules.new_secret()))
    fingerprint = factory.LazyAttribute(lambda made: rules.fingerprint(made.title, made.text))
    due_on = factory.LazyFunction(lambda: timezone.localdate() + timedelta(days=14))

    @classmethod
    def _create(cls, model_class, *args, **fields):
        question = super()._create(model_class, *args, **fields)
        if question.state in (State.ANSWERED, State.PUBLISHED):
            Answer.objects.create(
                question=question,
                text="Cầu được sửa trong tháng 12.",
                unit=question.unit,
                unit_name=question.unit.name,
                author_id="0",
                author_name="Biên tập viên thử",
                publisher_name="Người duyệt thử" if question.published_at else "",
                published_at=question.published_at,
            )
        return question


class EventFactory(DjangoModelFactory):
    """A draft of a meeting next week; traits: published, past."""

    class Meta:
        model = Event

    class Params:
        published = factory.Trait(
            state=EventState.PUBLISHED, published_at=factory.LazyFunction(timezone.now)
        )
        past = factory.Trait(
            start_at=factory.LazyFunction(lambda: timezone.now() - timedelta(days=7))
        )

    unit = factory.SubFactory(UnitFactory, in_district=True)
    title = factory.Sequence(lambda n: f"Đối thoại số {n}")
    slug = factory.Sequence(lambda n: f"doi-thoai-so-{n}")
    kind = "dialogue"
    place = "Nhà văn hoá thôn"
    start_at = factory.LazyFunction(lambda: timezone.now() + timedelta(days=7))
    end_at = factory.LazyAttribute(lambda made: made.start_at + timedelta(hours=2))
    editor_id = "0"
    editor_name = "Biên tập viên thử"
