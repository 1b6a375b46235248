"""Pages on Facebook and official accounts on Zalo: a delivery and a post for each account."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from tiengmo.channels.registry import FormProblem, Forms, Outcome, Target
from tiengmo.channels.social import rules
from tiengmo.channels.social.models import Account, Post
from tiengmo.channels.social.queries import accounts_for, figures_of
from tiengmo.channels.social.sending.posting import post_soon
from tiengmo.channels.social.sending.recovering import want_removed
from tiengmo.channels.social.settling import OUT, state_of
from tiengmo.releases.models import DeliveryStatus, Priority

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise
    from django.utils.safestring import SafeString

    from tiengmo.releases.models import Delivery, Release

Act, State = Post.Act, Post.State
# News of two days ago is not news; a page without credentials for so long has missed it.
STAYS_NEWS = timedelta(hours=48)
EXAMPLE_LINK = "https://…/tin/…"


class Social:
    """One network: its accounts are the targets."""

    def __init__(self, code: str, label: str | _StrPromise) -> None:
        self.code = code
        self.label = label

    def targets(self, release: Release) -> list[Target]:
        return [
            Target(target=str(account.pk), name=f"{account.name} ({account.unit.name})")
            for account in accounts_for(release, self.code)
        ]

    def check(self, forms: Forms) -> list[FormProblem]:
        headline = forms.headline.strip()
        if not headline:
            return [FormProblem("headline", _("Bài trên mạng xã hội cần có tiêu đề."))]
        if self.code == Account.Network.FACEBOOK:
            over = len(self._message(forms)) - rules.FACEBOOK_LONGEST
            if over > 0:
                text = _("Bài Facebook dài nhất %(most)d ký tự: thừa %(over)d.")
                given = {"most": rules.FACEBOOK_LONGEST, "over": over}
                return [FormProblem("body", text % given)]
            return []
        problems = []
        over = len(headline) - rules.ZALO_TITLE
        if over > 0:
            text = _("Tiêu đề bài Zalo dài nhất %(most)d ký tự: thừa %(over)d.")
            problems.append(
                FormProblem("headline", text % {"most": rules.ZALO_TITLE, "over": over})
            )
        if not rules.lead_of(forms.short_text, forms.summary, rules.ZALO_DESCRIPTION):
            text = _("Bài Zalo cần tóm tắt không quá %(most)d ký tự, hoặc tin rút gọn.")
            problems.append(FormProblem("summary", text % {"most": rules.ZALO_DESCRIPTION}))
        return problems

    def preview(self, forms: Forms) -> SafeString:
        accounts = Account.objects.filter(network=self.code, connection__is_used=True)
        first = accounts.select_related("unit", "connection").first()
        context = {
            "forms": forms,
            "account": first,
            "now": timezone.localtime(),
            "picture": forms.picture.get("url", ""),
            "cover": first.connection.cover_url if first is not None else "",
        }
        if self.code == Account.Network.FACEBOOK:
            message = self._message(forms)
            context |= {
                "before": message[: rules.FACEBOOK_FOLD],
                "after": message[rules.FACEBOOK_FOLD :],
                "length": len(message),
                "most": rules.FACEBOOK_LONGEST,
            }
        else:
            context |= {
                "title": rules.cut(forms.headline, rules.ZALO_TITLE),
                "lead": rules.lead_of(forms.short_text, forms.summary, rules.ZALO_DESCRIPTION),
                "paragraphs": rules.paragraphs_of(forms.body_html),
            }
        return render_to_string(f"channels/social/preview_{self.code}.html", context)

    def deliver(self, release: Release, deliveries: list[Delivery]) -> list[Outcome]:
        """Write a post for each account, once however often this runs."""
        now = timezone.now()
        before = self._standing(release)
        rows = []
        for delivery in deliveries:
            old = before.get(int(delivery.target))
            rows.append(
                Post(
                    account_id=int(delivery.target),
                    release=release,
                    delivery=delivery,
                    act=Act.EDIT if old is not None and old.reference else Act.PUBLISH,
                    corrects=old,
                    reference=old.reference if old is not None else "",
                    address=old.address if old is not None else "",
                    urgency=1 if release.priority == Priority.EMERGENCY else 2,
                    due_at=now,
                    expires_at=now + STAYS_NEWS,
                )
            )
        Post.objects.bulk_create(rows, ignore_conflicts=True, batch_size=500)
        post_soon()
        posts = Post.objects.filter(delivery__in=deliveries)
        posts = posts.select_related("delivery", "account__connection")
        return [self._outcome(post) for post in posts]

    def withdraw(self, release: Release, deliveries: list[Delivery]) -> list[Outcome]:
        """Stop what waits; take down what is out there. Each says when it is gone."""
        posts = {
            post.delivery_id: post
            for post in Post.objects.filter(delivery__in=deliveries).select_related(
                "delivery", "account__connection"
            )
        }
        is_withdrawn = release.status == release.Status.WITHDRAWN
        outcomes = [
            self._taken_back(delivery, posts.get(delivery.pk), is_withdrawn=is_withdrawn)
            for delivery in deliveries
        ]
        post_soon()
        return outcomes

    def summary(self, release: Release) -> str:
        """One line for the release's page: on how many pages, and what the network tells of it."""
        rows = Post.objects.filter(release=release, account__network=self.code)
        out = rows.filter(state=State.DONE).exclude(act=Act.REMOVE).count()
        total = rows.count()
        text = ngettext(
            "Đã đăng trên %(out)d trong %(total)d trang.",
            "Đã đăng trên %(out)d trong %(total)d trang.",
            total,
        )
        parts = [text % {"out": out, "total": total}]
        told = figures_of(rows)
        if told.views is not None:
            parts.append(_("%(views)d lượt xem.") % {"views": told.views})
        if told.viewers is not None:
            parts.append(_("%(viewers)d người xem.") % {"viewers": told.viewers})
        if told.reactions is not None:
            parts.append(_("%(reactions)d lượt bày tỏ cảm xúc.") % {"reactions": told.reactions})
        doubtful = rows.filter(state=State.IN_DOUBT).count()
        if doubtful:
            text = ngettext(
                "%(count)d trang chưa rõ đã đăng chưa.",
                "%(count)d trang chưa rõ đã đăng chưa.",
                doubtful,
            )
            parts.append(text % {"count": doubtful})
        return " ".join(parts)

    def _message(self, forms: Forms) -> str:
        content = rules.Content(
            headline=forms.headline.strip(),
            lead=" ".join((forms.summary or forms.short_text).split()),
            paragraphs=rules.paragraphs_of(forms.body_html),
            author="",
            link=EXAMPLE_LINK,
        )
        return rules.facebook_message(content, correction="")

    def _standing(self, release: Release) -> dict[int, Post]:
        """By account: what stands there of the release that this one replaces."""
        if release.replaces_id is None:
            return {}
        rows = Post.objects.filter(release=release.replaces_id, account__network=self.code).exclude(
            act=Act.REMOVE
        )
        has_stood = rows.filter(
            state__in=(State.DONE, State.SENDING, State.PROCESSING, State.IN_DOUBT)
        ) | rows.exclude(reference="")
        return {post.account_id: post for post in has_stood}

    def _outcome(self, post: Post) -> Outcome:
        status, reason, detail = state_of(post)
        return Outcome(post.delivery, status, reason=reason, detail=detail)

    def _taken_back(self, delivery: Delivery, post: Post | None, *, is_withdrawn: bool) -> Outcome:
        if post is None or post.state in (State.CANCELLED, State.FAILED):
            is_out = post is not None and post.act == Act.REMOVE
            if post is None or not is_out:
                return Outcome(delivery, DeliveryStatus.WITHDRAWN)
        if post.act == Act.PUBLISH and post.state == State.WAITING:
            Post.objects.filter(pk=post.pk, state=State.WAITING).update(state=State.CANCELLED)
            return Outcome(delivery, DeliveryStatus.WITHDRAWN)
        if not is_withdrawn:
            # A newer version puts its words in the place of these.
            waits = Post.objects.filter(pk=post.pk, state=State.WAITING).exclude(act=Act.REMOVE)
            waits.update(state=State.CANCELLED)
            return Outcome(
                delivery, delivery.status, reason=delivery.reason, detail=delivery.detail
            )
        if self._is_replaced(post):
            return Outcome(delivery, DeliveryStatus.WITHDRAWN)
        if post.act == Act.REMOVE:
            return self._outcome(post)
        if post.state in (State.DONE, State.WAITING) and post.reference:
            want_removed(post)
            return self._outcome(post)
        # On the line, or in doubt: taken down as soon as it is known where it stands.
        return Outcome(
            delivery, delivery.status, reason=OUT, detail=_("Chờ biết bài đã lên trang chưa để gỡ.")
        )

    def _is_replaced(self, post: Post) -> bool:
        """Does a newer version stand in its place? Then taking it down would take that down."""
        return (
            bool(post.reference)
            and post.corrected_by.filter(
                reference=post.reference, state__in=(State.DONE, State.SENDING, State.PROCESSING)
            ).exists()
        )


FACEBOOK = Social(Account.Network.FACEBOOK.value, gettext_lazy("Trang Facebook"))
ZALO = Social(Account.Network.ZALO.value, "Zalo OA")
