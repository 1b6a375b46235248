from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from tiengmo.newsroom.monthly import rules
from tiengmo.newsroom.monthly.models import Issue
from tiengmo.people.staff import number_in
from tiengmo.places.models import Unit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import QuerySet
    from django.http import QueryDict

    from tiengmo.releases.models import Release


class StartForm(forms.Form):
    unit = forms.ModelChoiceField(Unit.objects.none(), label=_("Đơn vị"))
    month = forms.IntegerField(label=_("Tháng"), min_value=1, max_value=12)
    year = forms.IntegerField(label=_("Năm"), min_value=rules.FIRST_YEAR, max_value=2100)

    def __init__(self, data: Any, *, units: QuerySet[Unit], home: int | None) -> None:
        today = timezone.localdate()
        initial = {"month": today.month, "year": today.year, "unit": home}
        super().__init__(data, initial=initial)
        self.fields["unit"].queryset = units  # type: ignore[attr-defined]


class IssueForm(forms.ModelForm[Issue]):
    class Meta:
        model = Issue
        fields = ("title", "licence", "responsible", "foreword")
        widgets = {"foreword": forms.Textarea(attrs={"rows": 6})}

    def _post_clean(self) -> None:
        """The action judges the whole."""


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("Lý do gỡ"), max_length=500)


def rows_of(issue: Issue, choices: Sequence[Release]) -> list[dict[str, Any]]:
    """Each bulletin of the month, with where it stands in the issue."""
    placed = {one.release_id: one for one in issue.items.all()}
    return [
        {
            "release": one,
            "position": placed[one.pk].position if one.pk in placed else "",
            "section": placed[one.pk].section if one.pk in placed else one.category_name,
        }
        for one in choices
    ]


def chosen_in(sent: QueryDict) -> list[tuple[UUID, str, int]]:
    """What the table says: a bulletin with a number is in. Raises ValueError with what is wrong."""
    found = []
    for name in sent:
        text = sent.get(name, "").strip()
        if not name.startswith("thu-tu-") or not text:
            continue
        number = number_in(text, digits=3)
        if not number:
            raise ValueError(_now("Thứ tự là một số từ 1: “%(text)s”.") % {"text": text[:20]})
        pk = UUID(name.removeprefix("thu-tu-"))
        found.append((pk, sent.get(f"muc-{pk}", ""), number))
    return found
