from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tiengmo.audit.actions import record
from tiengmo.audit.actors import SYSTEM
from tiengmo.broadcasting.rules.recurrence import holiday_name
from tiengmo.directory.rules import is_phone
from tiengmo.outreach import rules
from tiengmo.outreach.errors import BadQuestion, TooManyQuestions
from tiengmo.outreach.models import Question
from tiengmo.outreach.workflow import OPEN

if TYPE_CHECKING:
    from tiengmo.outreach.models import Event, Topic
    from tiengmo.places.models import Unit

HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Contact:
    """How the asker may be reached: all of it optional, none of it ever shown unless asked for."""

    name: str = ""
    phone: str = ""
    email: str = ""
    shows_name: bool = False


NOBODY = Contact()


def ask_question(
    *,
    topic: Topic,
    unit: Unit,
    title: str,
    text: str,
    contact: Contact = NOBODY,
    event: Event | None = None,
) -> tuple[Question, str]:
    """Take in a citizen's question; give it and the secret of the asker's own address.

    Nobody is signed in here: `contact` is what the asker wrote. The very same words are taken in
    once while they are open (BadQuestion). Raises BadQuestion (naming the field),
    TooManyQuestions when more came within the hour than people could have written.
    """
    title, text = rules.tidy_line(title), rules.tidy_text(text)
    _check_words(title, text)
    contact = _checked(contact)
    fingerprint = rules.fingerprint(title, text)
    secret = rules.new_secret()
    now = timezone.now()
    with transaction.atomic():
        if Question.objects.filter(received_at__gt=now - HOUR).count() >= rules.MOST_AN_HOUR:
            raise TooManyQuestions(
                _(
                    "Lúc này có quá nhiều câu hỏi gửi đến nên hệ thống tạm dừng nhận. "
                    "Mong bà con gửi lại sau một giờ, hoặc gọi điện, đến trực tiếp."
                )
            )
        if Question.objects.filter(fingerprint=fingerprint, state__in=OPEN).exists():
            raise BadQuestion("text", _("Câu hỏi giống hệt thế này đã được nhận và đang xử lý."))
        question = Question.objects.create(
            topic=topic,
            unit=unit,
            event=event,
            title=title,
            text=text,
            asker_name=contact.name,
            asker_phone=contact.phone,
            asker_email=contact.email,
            shows_name=contact.shows_name and bool(contact.name),
            secret_hash=rules.secret_hash(secret),
            fingerprint=fingerprint,
            received_at=now,
            due_on=rules.due_on(timezone.localdate(now), holiday_name),
        )
        record(
            "outreach.question_received",
            by=SYSTEM,
            subject=question,
            detail={"unit": unit.code, "topic": topic.code},
        )
    return question, secret


def _check_words(title: str, text: str) -> None:
    if len(title) < rules.TITLE_LEAST:
        raise BadQuestion("title", _("Hãy ghi câu hỏi trong một dòng, ít nhất vài chữ."))
    if len(title) > rules.TITLE_MOST:
        raise BadQuestion(
            "title",
            _("Dòng này dài quá: nhiều nhất %(most)d chữ cái.") % {"most": rules.TITLE_MOST},
        )
    if len(text) < rules.TEXT_LEAST:
        raise BadQuestion("text", _("Hãy kể rõ hơn để cơ quan trả lời đúng việc."))
    if len(text) > rules.TEXT_MOST:
        raise BadQuestion(
            "text", _("Nội dung dài quá: nhiều nhất %(most)d chữ cái.") % {"most": rules.TEXT_MOST}
        )
    if rules.link_count(f"{title} {text}") > rules.LINKS_MOST:
        raise BadQuestion("text", _("Nội dung có quá nhiều đường dẫn nên không nhận được."))


def _checked(contact: Contact) -> Contact:
    name = rules.tidy_line(contact.name)[: rules.NAME_MOST]
    phone, email = rules.tidy_line(contact.phone), rules.tidy_line(contact.email)
    if phone and not is_phone(phone):
        raise BadQuestion("phone", _("Số điện thoại chưa đúng."))
    if email:
        try:
            validate_email(email)
        except ValidationError as error:
            raise BadQuestion("email", _("Địa chỉ thư điện tử chưa đúng.")) from error
        if len(email) > rules.EMAIL_MOST:
            raise BadQuestion("email", _("Địa chỉ thư điện tử chưa đúng."))
    return Contact(name, phone, email, contact.shows_name)
