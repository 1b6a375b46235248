from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tiengmo.channels.printed import rules
from tiengmo.channels.printed.models import HandOut

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tiengmo.releases.models import Delivery


class HandOutForm(forms.Form):
    """One round in one village; its id travels with it, so that sending twice counts once."""

    id = forms.UUIDField(widget=forms.HiddenInput)
    village = forms.ChoiceField(label=_("Thôn"))
    act = forms.ChoiceField(label=_("Việc đã làm"), choices=HandOut.Act.choices)
    language = forms.ChoiceField(label=_("Tiếng"))
    copies = forms.IntegerField(label=_("Số tờ"), min_value=1, max_value=rules.MOST_COPIES)
    households = forms.IntegerField(
        label=_("Số hộ đã nhận"),
        min_value=0,
        max_value=rules.MOST_COPIES,
        required=False,
        help_text=_("Chỉ ghi khi phát tận hộ."),
    )
    on = forms.DateField(
        label=_("Ngày"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    place = forms.CharField(
        label=_("Nơi phát, nơi dán"),
        max_length=120,
        required=False,
        help_text=_("Ví dụ: nhà văn hoá thôn, cổng chợ."),
    )

    def __init__(
        self,
        data: Any = None,
        *,
        deliveries: Sequence[Delivery],
        languages: Sequence[tuple[str, str]],
        village: str = "",
    ) -> None:
        super().__init__(
            data,
            initial={"id": uuid.uuid4(), "on": timezone.localdate(), "village": village},
        )
        self.deliveries = {delivery.target: delivery for delivery in deliveries}
        choices = [
            (one.target, f"{one.village.name} ({one.village.unit.name})")
            for one in deliveries
            if one.village is not None
        ]
        village_field: Any = self.fields["village"]
        village_field.choices = choices
        language_field: Any = self.fields["language"]
        language_field.choices = languages
        if len(languages) == 1:
            language_field.widget = forms.HiddenInput()
            language_field.initial = languages[0][0]

    @property
    def delivery(self) -> Delivery:
        return self.deliveries[self.cleaned_data["village"]]

    def wanted(self) -> dict[str, Any]:
        """What `note_hand_out` takes beside the delivery and who writes it down."""
        given = {
            key: self.cleaned_data[key]
            for key in ("id", "act", "language", "copies", "households", "on", "place")
        }
        return given | {"households": given["households"] or 0}
