"""Text messages: a delivery for every village with subscribers, a message for each of them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db.models import Case, CharField, F, Value, When
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from tiengmo.channels.messages import composing, rules
from tiengmo.channels.messages.models import Message, Subscriber
from tiengmo.channels.messages.queries import (
    confirmed,
    cost_of,
    provider_in_use,
    subscribers_for,
)
from tiengmo.channels.messages.receipts import GONE, counts_of
from tiengmo.channels.messages.sending.posting import post_soon
from tiengmo.channels.messages.sending.quiet import Quiet
from tiengmo.channels.messages.sending.recovering import cancel
from tiengmo.channels.messages.templates_of_zalo import HEADLINE, TEXT, template_of
from tiengmo.channels.registry import FormProblem, Forms, Outcome, Target
from tiengmo.channels.wishes import wanting
from tiengmo.foundation.copying_rows import insert_from
from tiengmo.places.models import Village
from tiengmo.places.queries import villages_in
from tiengmo.releases.models import DeliveryStatus, Priority

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.utils.functional import _StrPromise
    from django.utils.safestring import SafeString

    from tiengmo.releases.models import Delivery, Release

MARKED, PLAIN = "sms", composing.PLAIN_CHANNEL
# News of yesterday is not worth ringing for; and no provider remembers a key for longer.
STAYS_NEWS = timedelta(hours=24)


class Sms:
    """With diacritics or without: the same people, never both."""

    def __init__(self, code: str, label: _StrPromise, *, plain: bool) -> None:
        self.code = code
        self.label = label
        self.plain = plain

    def targets(self, release: Release) -> list[Target]:
        if self.plain and MARKED in release.channels:
            return []
        asked = subscribers_for(release).order_by().values_list("village", flat=True)
        ids = set(asked.distinct())
        # Who was told what was wrong is told what is right, whatever the new audience.
        told = Subscriber.objects.filter(pk__in=_told(release))
        ids |= set(told.values_list("village", flat=True).distinct())
        return [
            Target(target=village.code, name=village.name, village=village)
            for village in Village.objects.filter(pk__in=ids).order_by("code")
        ]

    def check(self, forms: Forms) -> list[FormProblem]:
        text = composing.text_of(forms.headline, forms.short_text)
        if not text:
            return [FormProblem("short_text", _("Tin nhắn cần tin ngắn hoặc tiêu đề."))]
        size = rules.size_of(rules.plain(text) if self.plain else text)
        if self.plain and not size.length:
            return [FormProblem("short_text", _("Bỏ dấu rồi thì tin này không còn chữ nào."))]
        if size.parts > rules.MOST_PARTS:
            problem = _("Tin nhắn dài %(parts)d phần, nhiều nhất %(most)d phần.")
            return [
                FormProblem("short_text", problem % {"parts": size.parts, "most": rules.MOST_PARTS})
            ]
        return _too_long_for_zalo(forms)

    def preview(self, forms: Forms) -> SafeString:
        text = composing.text_of(forms.headline, forms.short_text)
        shown = rules.shortened(rules.plain(text) if self.plain else text)
        provider = provider_in_use()
        size, other = rules.size_of(shown), rules.size_of(rules.plain(text))
        price = provider.price_per_part if provider is not None else 0
        return render_to_string(
            "channels/messages/preview.html",
            {
                "text": shown,
                "size": size,
                "plain_parts": other.parts if other.parts < size.parts else 0,
                "price": price * size.parts,
                "sender": (provider.sender if provider else "") or _("Tên người gửi"),
                "has_provider": provider is not None,
                "now": timezone.localtime(),
            },
        )

    def deliver(self, release: Release, deliveries: list[Delivery]) -> list[Outcome]:
        """Write a message for each subscriber, once however often this runs."""
        villages = [one.village_id for one in deliveries if one.village_id is not None]
        here = confirmed().filter(village__in=villages)
        # A village where somebody had what was wrong need not be in the new audience.
        meant = wanting(here.filter(village__in=villages_in(release.audience)), release)
        self._write(meant, release)
        self._write(here.filter(pk__in=_told(release)), release)
        post_soon()
        rows = Message.objects.filter(delivery__in=deliveries, kind=Message.Kind.NEWS)
        told = set(rows.order_by().values_list("delivery", flat=True).distinct())
        has_provider = provider_in_use() is not None
        quiet = Quiet()
        return [
            self._outcome(release, one, quiet, has_provider=has_provider)
            if one.pk in told
            else self._meant_for_nobody(one)
            for one in deliveries
        ]

    def withdraw(self, release: Release, deliveries: list[Delivery]) -> list[Outcome]:
        """Stop what waits; tell those who had it. A message on a telephone does not come back."""
        cancel(Message.objects.filter(delivery__in=deliveries, kind=Message.Kind.NEWS))
        if release.status == release.Status.WITHDRAWN:
            tell_withdrawn(release)
        return [self._taken_back(release, one) for one in deliveries]

    def summary(self, release: Release) -> str:
        """One line for the release's page: how many telephones, how many parts, what it cost."""
        if self.plain and MARKED in release.channels:
            return _("Đã gửi có dấu, không gửi thêm bản không dấu.")
        rows = Message.objects.filter(release=release, kind=Message.Kind.NEWS)
        arrived = rows.filter(state=Message.State.DELIVERED).count()
        all_of_them = rows.count()
        parts, cost = cost_of(release)
        text = ngettext(
            "Tới %(arrived)d trên %(all)d số; %(parts)d phần tin, khoảng %(cost)s đồng.",
            "Tới %(arrived)d trên %(all)d số; %(parts)d phần tin, khoảng %(cost)s đồng.",
            all_of_them,
        )
        said = text % {
            "arrived": arrived,
            "all": all_of_them,
            "parts": parts,
            "cost": f"{cost:,}".replace(",", "."),
        }
        doubtful = rows.filter(state=Message.State.IN_DOUBT).count()
        if doubtful:
            said += " " + ngettext(
                "%(count)d số chưa rõ đã nhận chưa, không gửi lại.",
                "%(count)d số chưa rõ đã nhận chưa, không gửi lại.",
                doubtful,
            ) % {"count": doubtful}
        return said

    def _write(self, subscribers: QuerySet[Subscriber], release: Release) -> None:
        """A message for each of them, by the database itself: they may be fifty thousand."""
        now = timezone.now()
        is_emergency = release.priority == Priority.EMERGENCY
        expires_at = now + STAYS_NEWS
        if is_emergency:
            # An alert that is over warns nobody.
            expires_at = min(expires_at, max(release.window_end_at, now + timedelta(minutes=10)))
        insert_from(
            # One filter: both conditions are of the one delivery that is written in each row.
            subscribers.filter(
                village__deliveries__release=release, village__deliveries__channel=self.code
            ),
            Message,
            subscriber=F("pk"),
            village=F("village"),
            kind=Message.Kind.NEWS,
            release=release.pk,
            delivery=F("village__deliveries"),
            via=self._way(is_emergency=is_emergency),
            urgency=0 if is_emergency else 2,
            due_at=now,
            expires_at=expires_at,
        )

    def _way(self, *, is_emergency: bool) -> Case | str:
        """By Zalo who asked for it; but Zalo brings nothing at night: emergencies go by SMS."""
        if is_emergency or provider_in_use(Message.Via.ZALO) is None:
            return Message.Via.SMS
        return Case(
            When(by_zalo=True, then=Value(Message.Via.ZALO)),
            default=Value(Message.Via.SMS),
            output_field=CharField(),
        )

    def _meant_for_nobody(self, delivery: Delivery) -> Outcome:
        detail = _("Không số nào ở thôn này chọn chuyên mục của tin.")
        return Outcome(delivery, DeliveryStatus.CANCELLED, detail=detail)

    def _outcome(
        self, release: Release, delivery: Delivery, quiet: Quiet, *, has_provider: bool
    ) -> Outcome:
        if not has_provider:
            return Outcome(delivery, DeliveryStatus.PENDING, reason="no_provider")
        village = delivery.village
        is_quiet = (
            release.priority != Priority.EMERGENCY
            and village is not None
            and quiet.holds(village.unit)
        )
        if is_quiet:
            return Outcome(delivery, DeliveryStatus.PENDING, reason="quiet_hours")
        return Outcome(delivery, DeliveryStatus.SENDING)

    def _taken_back(self, release: Release, delivery: Delivery) -> Outcome:
        counts = counts_of(delivery)
        out = sum(counts.get(state, 0) for state in composing.TOLD)
        if not out:
            return Outcome(delivery, DeliveryStatus.WITHDRAWN)
        if release.status == release.Status.WITHDRAWN:
            text = _("Tin đã tới hoặc đang tới %(out)d số, không thu lại được: đang nhắn báo gỡ.")
        else:
            text = _(
                "Tin đã tới hoặc đang tới %(out)d số, không thu lại được: bản đính chính đi sau."
            )
        return Outcome(delivery, delivery.status, reason=GONE, detail=text % {"out": out})


def _too_long_for_zalo(forms: Forms) -> list[FormProblem]:
    """What the registered template has no room for, while some are told by Zalo."""
    provider = provider_in_use(Message.Via.ZALO)
    if provider is None:
        return []
    template = template_of(provider.settings)
    text = composing.text_of(forms.headline, forms.short_text)
    problem = _("Mẫu tin Zalo nhận nhiều nhất %(most)d ký tự, đây là %(length)d.")
    found = []
    for name, content, given in (
        ("headline", HEADLINE, forms.headline),
        ("short_text", TEXT, text),
    ):
        length, most = len(" ".join(given.split())), template.longest(content)
        if most is not None and length > most:
            found.append(FormProblem(name, problem % {"most": most, "length": length}))
    return found


def tell_withdrawn(release: Release) -> None:
    """A message for each person who has, or may have, what was withdrawn."""
    now = timezone.now()
    had_it = Message.objects.filter(
        release=release,
        kind=Message.Kind.NEWS,
        state__in=composing.TOLD,
        subscriber__isnull=False,
    )
    if insert_from(
        had_it,
        Message,
        subscriber=F("subscriber"),
        village=F("village"),
        kind=Message.Kind.WITHDRAWAL,
        release=release.pk,
        delivery=F("delivery"),
        via=F("via"),
        urgency=F("urgency"),
        due_at=now,
        expires_at=now + STAYS_NEWS,
    ):
        post_soon()


def _told(release: Release) -> QuerySet[Message, object]:
    """Subscribers who had what this release corrects."""
    return (
        Message.objects.filter(
            release=release.replaces_id,
            release__isnull=False,
            kind=Message.Kind.NEWS,
            state__in=composing.TOLD,
            subscriber__isnull=False,
        )
        .order_by()
        .values_list("subscriber", flat=True)
    )


SMS = Sms(MARKED, gettext_lazy("Tin nhắn SMS"), plain=False)
SMS_PLAIN = Sms(PLAIN, gettext_lazy("Tin nhắn SMS không dấu"), plain=True)
