from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tiengmo.channels.screens import pictures, rules, videos
from tiengmo.channels.screens.actions.put_up_slide import (
    LONGEST_DAYS,
    LONGEST_SECONDS,
    LONGEST_TEXT,
    SHORTEST_SECONDS,
)
from tiengmo.channels.screens.models import Slide
from tiengmo.people.models import Role
from tiengmo.people.queries import units_below, units_where
from tiengmo.places.fields import AreasField
from tiengmo.places.models import Unit, Village
from tiengmo.places.queries import units_in_force

if TYPE_CHECKING:
    from datetime import time

    from django.db.models import QuerySet

    from tiengmo.channels.screens.models import Screen
    from tiengmo.people.models import User

LARGEST_PICTURE = 12 * 1024 * 1024
WEEKDAYS = [
    (0, _("Thứ hai")), (1, _("Thứ ba")), (2, _("Thứ tư")), (3, _("Thứ năm")),
    (4, _("Thứ sáu")), (5, _("Thứ bảy")), (6, _("Chủ nhật")),
]  # fmt: skip


KEEPS = [
    ("0.5 0.5", _("Giữa")), ("0.5 0", _("Trên")), ("0.5 1", _("Dưới")),
    ("0 0.5", _("Bên trái")), ("1 0.5", _("Bên phải")),
]  # fmt: skip


def units_of(user: User, role: str) -> QuerySet[Unit]:
    """Units in force where the person may act in this role."""
    if user.is_superuser:
        return units_in_force().order_by("name")
    return units_in_force().filter(pk__in=units_below(units_where(user, role))).order_by("name")


class ClockInput(forms.TimeInput):
    def __init__(self) -> None:
        super().__init__(attrs={"type": "time"}, format="%H:%M")


class DayInput(forms.DateInput):
    def __init__(self) -> None:
        super().__init__(attrs={"type": "date"}, format="%Y-%m-%d")


class ScreenForm(forms.Form):
    """Where a new screen hangs, when it is on, and who comes by."""

    name = forms.CharField(
        label=_("Tên màn hình"), max_length=120, help_text=_("Ví dụ: Sảnh bộ phận một cửa.")
    )
    unit = forms.ModelChoiceField(Unit.objects.none(), label=_("Đơn vị"))
    village = forms.ModelChoiceField(
        Village.objects.none(),
        label=_("Nhà văn hoá thôn"),
        required=False,
        empty_label=_("– đặt tại trụ sở đơn vị –"),
        help_text=_("Chỉ chọn khi màn hình đặt ở thôn. Lượt chiếu ở thôn mới được quy ra số hộ."),
    )
    opens_at = forms.TimeField(label=_("Bật từ"), initial="06:00", widget=ClockInput())
    closes_at = forms.TimeField(
        label=_("Đến"),
        initial="22:00",
        widget=ClockInput(),
        help_text=_("Hai giờ giống nhau nghĩa là bật cả ngày."),
    )
    footfall_lo = forms.IntegerField(
        label=_("Số hộ qua lại mỗi ngày, ít nhất"), min_value=0, max_value=100_000, initial=0
    )
    footfall_hi = forms.IntegerField(
        label=_("Số hộ qua lại mỗi ngày, nhiều nhất"), min_value=0, max_value=100_000, initial=0
    )

    def __init__(
        self, *arguments: Any, user: User, screen: Screen | None = None, **options: Any
    ) -> None:
        if screen is not None:
            options["initial"] = {
                "name": screen.name,
                "unit": screen.unit_id,
                "village": screen.village_id,
                "opens_at": screen.opens_at,
                "closes_at": screen.closes_at,
                "footfall_lo": screen.footfall_lo,
                "footfall_hi": screen.footfall_hi,
            }
        super().__init__(*arguments, **options)
        units = units_of(user, Role.TECHNICIAN)
        self.fields["unit"].queryset = units  # type: ignore[attr-defined]
        villages = Village.objects.filter(unit__in=units).select_related("unit")
        field = self.fields["village"]
        field.queryset = villages.order_by("unit__name", "name")  # type: ignore[attr-defined]
        field.label_from_instance = lambda village: f"{village.unit}: {village}"  # type: ignore[attr-defined]

    def wanted(self) -> dict[str, Any]:
        """What was filled in, for `add_screen` and `change_screen`."""
        given = self.cleaned_data
        village = given["village"]
        return {
            "name": given["name"],
            # A village says itself which unit it belongs to.
            "unit": village.unit if village is not None else given["unit"],
            "village": village,
            "opens_at": given["opens_at"],
            "closes_at": given["closes_at"],
            "footfall": (given["footfall_lo"], given["footfall_hi"]),
        }


class PreviewForm(forms.Form):
    """The instant whose showing is asked for, and how the screen hangs."""

    at = forms.DateTimeField(
        label=_("Lúc"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    shape = forms.ChoiceField(
        label=_("Màn hình"),
        choices=[("ngang", _("nằm ngang")), ("dung", _("đặt đứng"))],
        required=False,
    )

    def clean_at(self) -> datetime:
        now = timezone.now()
        at: datetime = self.cleaned_data["at"] or now
        if at < now - timedelta(minutes=1):
            raise forms.ValidationError(
                _("Chỉ xem trước từ bây giờ trở đi. Đã chiếu gì thì xem bảng “Đã chiếu”.")
            )
        if at > now + timedelta(days=LONGEST_DAYS):
            raise forms.ValidationError(_("Xa quá, chưa biết được."))
        return max(at, now)


class SlideForm(forms.Form):
    """A page or a ticker line of one's own: where, on which days and hours."""

    kind = forms.ChoiceField(label=_("Loại"), choices=Slide.Kind.choices, widget=forms.RadioSelect)
    unit = forms.ModelChoiceField(Unit.objects.none(), label=_("Đơn vị"))
    title = forms.CharField(
        label=_("Tiêu đề"),
        required=False,
        max_length=rules.LONGEST_HEADLINE,
        widget=forms.TextInput(attrs={"data-count": rules.LONGEST_HEADLINE}),
        help_text=_("Trang chiếu cần tiêu đề; dòng chữ chạy thì bỏ trống."),
    )
    text = forms.CharField(
        label=_("Nội dung"),
        required=False,
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 3, "data-count": LONGEST_TEXT}),
    )
    picture = forms.ImageField(label=_("Ảnh"), required=False)
    picture_alt = forms.CharField(label=_("Mô tả ảnh hoặc video"), required=False, max_length=300)
    video = forms.FileField(
        label=_("Đoạn video"),
        required=False,
        widget=forms.ClearableFileInput(attrs={"accept": "video/mp4,video/webm"}),
        help_text=_(
            "MP4 (H.264) hoặc WebM, nhiều nhất 40 MB và 2 phút. Chiếu không tiếng, đủ độ dài; máy "
            "không chiếu được video thì hiện ảnh rút từ video."
        ),
    )
    picture_keeps = forms.ChoiceField(
        label=_("Phần ảnh phải giữ khi cắt"), choices=KEEPS, initial="0.5 0.5", required=False
    )
    areas = AreasField(label=_("Chiếu ở đâu"))
    from_on = forms.DateField(label=_("Từ ngày"), widget=DayInput())
    until_on = forms.DateField(label=_("Đến hết ngày"), widget=DayInput())
    weekdays = forms.TypedMultipleChoiceField(
        label=_("Các ngày trong tuần"),
        choices=WEEKDAYS,
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Không chọn ngày nào là chiếu mọi ngày."),
    )
    hour_from = forms.TimeField(label=_("Từ giờ"), required=False, widget=ClockInput())
    hour_to = forms.TimeField(
        label=_("Đến giờ"),
        required=False,
        widget=ClockInput(),
        help_text=_("Bỏ trống cả hai là chiếu suốt giờ mở màn hình."),
    )
    seconds = forms.IntegerField(
        label=_("Mỗi lần chiếu (giây)"),
        min_value=SHORTEST_SECONDS,
        max_value=LONGEST_SECONDS,
        initial=12,
    )

    def __init__(self, *arguments: Any, user: User, **options: Any) -> None:
        super().__init__(*arguments, **options)
        units = units_of(user, Role.APPROVER)
        self.fields["unit"].queryset = units  # type: ignore[attr-defined]
        self.fields["areas"].within = units.values_list("code", flat=True)  # type: ignore[attr-defined]

    def clean_picture(self) -> Any:
        picture = self.cleaned_data["picture"]
        if picture is not None and picture.size > LARGEST_PICTURE:
            raise forms.ValidationError(_("Ảnh lớn hơn 12 MB."))
        return picture

    def clean_video(self) -> Any:
        video = self.cleaned_data["video"]
        if video is not None and video.size > rules.LARGEST_VIDEO:
            raise forms.ValidationError(_("Video lớn hơn 40 MB. Hãy nén lại hoặc cắt ngắn."))
        return video

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        if given.get("picture") and given.get("video"):
            self.add_error("video", _("Chọn ảnh hoặc video, không cả hai."))
        if (given.get("hour_from") is None) != (given.get("hour_to") is None):
            self.add_error("hour_to", _("Hãy điền cả hai giờ, hoặc bỏ trống cả hai."))
        return given

    def wanted(self) -> dict[str, Any]:
        """What was filled in, for `put_up_slide`. Raises ScreenError for a film that is unfit."""
        given = self.cleaned_data
        picture = given["picture"]
        hours: tuple[time, time] | None = None
        if given["hour_from"] is not None:
            hours = (given["hour_from"], given["hour_to"])
        names = (
            "kind", "unit", "title", "text", "areas", "from_on", "until_on", "weekdays",
            "seconds", "picture_alt",
        )  # fmt: skip
        if picture is not None:
            picture.seek(0)
        return {name: given[name] for name in names} | {
            "hours": hours,
            "video": videos.keep(given["video"]) if given["video"] is not None else None,
            "picture_focus": [
                float(part) for part in (given["picture_keeps"] or KEEPS[0][0]).split()
            ],
            "picture_sha256": pictures.keep_file(picture) if picture is not None else "",
        }
