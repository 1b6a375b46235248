"""Print: posters and leaflets for every village of the area, and what was done with them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from tiengmo.channels.printed import rules
from tiengmo.channels.printed.queries import CHANNEL, in_villages
from tiengmo.channels.printed.receipts import HOLDS
from tiengmo.channels.registry import FormProblem, Forms, Outcome, Target
from tiengmo.channels.targets import every_village
from tiengmo.outbox.actions import announce
from tiengmo.releases.models import Delivery, DeliveryStatus

if TYPE_CHECKING:
    from django.utils.safestring import SafeString

    from tiengmo.releases.models import Release

LAY_OUT = "printed.lay_out"


class Printed:
    code = CHANNEL
    label = gettext_lazy("Bản in (áp phích, tờ rơi)")

    def targets(self, release: Release) -> list[Target]:
        return every_village(release)

    def check(self, forms: Forms) -> list[FormProblem]:
        problems = []
        if not forms.headline.strip():
            problems.append(FormProblem("headline", _("Bản in cần có tiêu đề.")))
        over = len(forms.headline.strip()) - rules.LONGEST_HEADLINE
        if over > 0:
            text = _("Tiêu đề áp phích dài nhất %(most)d ký tự: thừa %(over)d.")
            problems.append(
                FormProblem("headline", text % {"most": rules.LONGEST_HEADLINE, "over": over})
            )
        if not rules.text_of(forms.short_text, forms.summary):
            text = _("Áp phích cần tóm tắt không quá %(most)d ký tự, hoặc tin rút gọn.")
            problems.append(FormProblem("summary", text % {"most": rules.LONGEST_TEXT}))
        return problems

    def preview(self, forms: Forms) -> SafeString:
        text = rules.text_of(forms.short_text, forms.summary)
        return render_to_string("channels/printed/preview.html", {"forms": forms, "text": text})

    def deliver(self, release: Release, deliveries: list[Delivery]) -> list[Outcome]:
        announce(LAY_OUT, {"release": str(release.pk)}, key=f"{LAY_OUT}:{release.pk}")
        return [
            Outcome(delivery, DeliveryStatus.PENDING, reason="not_handed_out")
            for delivery in deliveries
        ]

    def withdraw(self, release: Release, deliveries: list[Delivery]) -> list[Outcome]:
        del release
        outcomes = []
        for row in in_villages(deliveries):
            if not row.out:
                outcomes.append(Outcome(row.delivery, DeliveryStatus.WITHDRAWN))
                continue
            # Paper does not come back by itself: open until somebody notes that it was taken down.
            text = _("Còn %(out)d tờ ngoài thôn, chưa ghi việc gỡ.") % {"out": row.out}
            outcomes.append(Outcome(row.delivery, row.delivery.status, reason=HOLDS, detail=text))
        return outcomes

    def summary(self, release: Release) -> str:
        """One line for the release's page: how much went to how many villages, what is out."""
        rows = in_villages(Delivery.objects.filter(release=release, channel=CHANNEL))
        used = [row for row in rows if row.given or row.put_up]
        text = ngettext(
            "Đã phát %(given)d tờ, dán %(put_up)d tờ ở %(villages)d thôn.",
            "Đã phát %(given)d tờ, dán %(put_up)d tờ ở %(villages)d thôn.",
            len(used),
        )
        return text % {
            "given": sum(row.given for row in used),
            "put_up": sum(row.put_up for row in used),
            "villages": len(used),
        }
