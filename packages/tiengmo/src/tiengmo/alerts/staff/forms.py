from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from tiengmo.alerts.models import Feed, Status
from tiengmo.alerts.queries import ISSUING_ROLES
from tiengmo.people.queries import units_where
from tiengmo.places.fields import AreasField

from .drawing import PolygonField, left_out

if TYPE_CHECKING:
    from tiengmo.alerts.models import Template
    from tiengmo.people.models import User

LASTS = [
    (30, _("30 phút")), (60, _("1 giờ")), (120, _("2 giờ")), (180, _("3 giờ")),
    (240, _("4 giờ")), (360, _("6 giờ")), (720, _("12 giờ")), (1440, _("24 giờ")),
]  # fmt: skip
REPEATS = [
    (0, _("không nhắc lại")), (3, _("3 phút")), (5, _("5 phút")), (10, _("10 phút")),
    (30, _("30 phút")), (60, _("1 giờ")), (120, _("2 giờ")),
]  # fmt: skip
SHORT_TEXT, LONG_TEXT = 120, 600
MOST_NAMED = 5


class ComposeForm(forms.Form):
    """A template's blanks, where, how long, and whether it is meant."""

    areas = AreasField(label=_("Địa bàn được cảnh báo"))
    polygon = PolygonField(label=_("Vùng vẽ trên bản đồ"))
    status = forms.ChoiceField(
        label=_("Phát như"),
        choices=[
            (Status.ACTUAL, _("Cảnh báo thật")),
            (Status.EXERCISE, _("Diễn tập (loa vẫn phát, có báo trước và sau)")),
            (Status.TEST, _("Thử kỹ thuật (chỉ loa ở chế độ thử)")),
        ],
        widget=forms.RadioSelect,
        initial=Status.ACTUAL,
    )
    lasts_minutes = forms.TypedChoiceField(label=_("Hiệu lực"), choices=LASTS, coerce=int)
    repeat_minutes = forms.TypedChoiceField(label=_("Nhắc lại mỗi"), choices=REPEATS, coerce=int)

    def __init__(
        self,
        *arguments: Any,
        template: Template,
        user: User,
        is_update: bool = False,
        **options: Any,
    ) -> None:
        super().__init__(*arguments, **options)
        self.user = user
        units = {unit.code for role in ISSUING_ROLES for unit in units_where(user, role)}
        field: Any = self.fields["areas"]
        field.within = sorted(units)
        self.initial.setdefault("lasts_minutes", template.lasts_minutes)
        self.initial.setdefault("repeat_minutes", template.repeat_minutes)
        if is_update:
            # An update is meant as what it updates was.
            del self.fields["status"]
        self.blanks = []
        for blank in template.blanks:
            name = f"blank_{blank['name']}"
            self.fields[name] = forms.CharField(
                label=blank["label"],
                required=bool(blank.get("required")),
                max_length=LONG_TEXT if template.hazard == "other" else SHORT_TEXT,
                widget=forms.TextInput(
                    attrs={"placeholder": _("Ví dụ: %(example)s") % {"example": blank["example"]}}
                ),
            )
            self.blanks.append(name)

    def clean(self) -> dict[str, Any]:
        """Nobody who lives in the drawn area is left out of the alert."""
        cleaned = super().clean() or self.cleaned_data
        polygon, areas = cleaned.get("polygon"), cleaned.get("areas")
        if polygon and areas:
            missing = left_out(polygon, areas, self.user)
            if missing:
                self.add_error(
                    "areas",
                    _("Nằm trong vùng vẽ mà chưa được chọn: %(names)s.")
                    % {"names": ", ".join(str(one) for one in missing[:MOST_NAMED])},
                )
        return cleaned

    def given(self) -> dict[str, str]:
        return {name.removeprefix("blank_"): self.cleaned_data[name] for name in self.blanks}

    def blank_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.blanks]


class FeedForm(forms.ModelForm[Feed]):
    url = forms.URLField(label=_("địa chỉ nguồn tin CAP"), max_length=500, assume_scheme="https")

    class Meta:
        model = Feed
        fields = ("name", "url", "sender", "is_active")

    def clean_url(self) -> str:
        url: str = self.cleaned_data["url"]
        if not url.startswith(("https://", "http://")):
            raise forms.ValidationError(_("Địa chỉ phải bắt đầu bằng https:// hoặc http://."))
        return url
