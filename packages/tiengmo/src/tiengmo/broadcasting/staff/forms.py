from __future__ import annotations

import re
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from tiengmo.broadcasting.airtime import zone
from tiengmo.broadcasting.models import AreaRules, FillRule, Show, ShowRule
from tiengmo.broadcasting.rules.recurrence import check_lunar, check_rrule
from tiengmo.releases.models import Release
from tiengmo.speakers.rules import parse_quiet_hours
from tiengmo.voices.models import Sound
from tiengmo.voices.widgets import SoundWidget, name_by_key

if TYPE_CHECKING:
    from tiengmo.places.models import Unit

WEEKDAYS = [
    ("MO", gettext_lazy("Thứ Hai")),
    ("TU", gettext_lazy("Thứ Ba")),
    ("WE", gettext_lazy("Thứ Tư")),
    ("TH", gettext_lazy("Thứ Năm")),
    ("FR", gettext_lazy("Thứ Sáu")),
    ("SA", gettext_lazy("Thứ Bảy")),
    ("SU", gettext_lazy("Chủ nhật")),
]
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{1,8})?")
_WEEKLY = re.compile(r"FREQ=WEEKLY(?:;INTERVAL=(\d+))?;BYDAY=([A-Z,]+)")
LANGUAGES = [
    ("vi", gettext_lazy("tiếng Việt")),
    ("hmn", gettext_lazy("tiếng Hmông")),
    ("ium", gettext_lazy("tiếng Dao")),
    ("pcc", gettext_lazy("tiếng Giáy")),
    ("hni", gettext_lazy("tiếng Hà Nhì")),
    ("tyz", gettext_lazy("tiếng Tày")),
    ("nut", gettext_lazy("tiếng Nùng")),
    ("blt", gettext_lazy("tiếng Thái")),
    ("km", gettext_lazy("tiếng Khmer")),
    ("cjm", gettext_lazy("tiếng Chăm")),
]


def _day(**options: Any) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(widget=widget, input_formats=["%Y-%m-%d"], **options)


def _time(**options: Any) -> forms.TimeField:
    widget = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    return forms.TimeField(widget=widget, input_formats=["%H:%M", "%H:%M:%S"], **options)


def _sound(text_field: str, **options: Any) -> forms.ModelChoiceField[Sound]:
    return forms.ModelChoiceField(
        Sound.objects.all(),
        to_field_name="key",
        widget=SoundWidget(text_field=text_field),
        **options,
    )


class ShowForm(forms.ModelForm[Show]):
    language = forms.ChoiceField(label=gettext_lazy("Ngôn ngữ"), choices=LANGUAGES)
    jingle_in_text = forms.CharField(
        label=gettext_lazy("Lời xướng mở đầu"),
        required=False,
        max_length=600,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("Để máy đọc; hoặc thu âm, tải nhạc hiệu lên ở dưới."),
    )
    jingle_out_text = forms.CharField(
        label=gettext_lazy("Lời xướng kết thúc"),
        required=False,
        max_length=600,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    class Meta:
        model = Show
        fields = ("title", "language", "host", "length_minutes", "jingle_in", "jingle_out")
        widgets = {
            "jingle_in": SoundWidget(text_field="id_jingle_in_text", language_field="id_language"),
            "jingle_out": SoundWidget(
                text_field="id_jingle_out_text", language_field="id_language"
            ),
        }

    field_order = (
        "title", "language", "host", "length_minutes",
        "jingle_in_text", "jingle_in", "jingle_out_text", "jingle_out",
    )  # fmt: skip

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        for name in ("jingle_in", "jingle_out"):
            name_by_key(self, name)
            sound = getattr(self.instance, name)
            if sound is not None:
                self.initial[f"{name}_text"] = sound.text


class RuleForm(forms.ModelForm[ShowRule]):
    """A rule by its days of the week, or, for what these cannot say, in RFC 5545's own words."""

    weekdays = forms.MultipleChoiceField(
        label=gettext_lazy("Vào các ngày"),
        choices=WEEKDAYS,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    every_weeks = forms.IntegerField(
        label=gettext_lazy("Mấy tuần một lần"), min_value=1, max_value=8, initial=1, required=False
    )
    starts_on = _day(label=gettext_lazy("Từ ngày"))
    until_on = _day(label=gettext_lazy("Đến hết ngày"), required=False)
    at = _time(label=gettext_lazy("Giờ phát"))
    skip_dates_text = forms.CharField(
        label=gettext_lazy("Trừ các ngày"),
        required=False,
        max_length=600,
        help_text=gettext_lazy("Ví dụ: 30/4/2027, 1/5/2027"),
    )
    skip_lunar_text = forms.CharField(
        label=gettext_lazy("Trừ các ngày âm lịch"),
        required=False,
        max_length=200,
        help_text=gettext_lazy("Ví dụ: tết, 15, 10/3. “15” là rằm hằng tháng; “tết” từ giao thừa."),
    )
    only_lunar_text = forms.CharField(
        label=gettext_lazy("Chỉ phát vào các ngày âm lịch"), required=False, max_length=200
    )
    rrule = forms.CharField(
        label=gettext_lazy("Quy tắc khác (RFC 5545)"),
        required=False,
        max_length=300,
        help_text=gettext_lazy(
            "Khi các ngày trong tuần không đủ để nói. Ví dụ thứ Hai đầu tháng:"
            " FREQ=MONTHLY;BYDAY=1MO"
        ),
    )

    class Meta:
        model = ShowRule
        fields = ("starts_on", "until_on", "at", "length_minutes", "skip_holidays", "rrule")

    field_order = (
        "weekdays", "every_weeks", "at", "length_minutes", "starts_on", "until_on",
        "skip_holidays", "skip_dates_text", "skip_lunar_text", "only_lunar_text", "rrule",
    )  # fmt: skip

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        rule = self.instance
        weekly = _WEEKLY.fullmatch(rule.rrule)
        if weekly is not None:
            self.initial["weekdays"] = weekly[2].split(",")
            self.initial["every_weeks"] = int(weekly[1] or 1)
        elif rule.rrule == "FREQ=DAILY":
            self.initial["weekdays"] = [code for code, _name in WEEKDAYS]
        self.initial["rrule"] = "" if "weekdays" in self.initial else rule.rrule
        self.initial["skip_dates_text"] = ", ".join(
            f"{day.day}/{day.month}/{day.year}" for day in map(date.fromisoformat, rule.skip_dates)
        )
        self.initial["skip_lunar_text"] = ", ".join(rule.skip_lunar)
        self.initial["only_lunar_text"] = ", ".join(rule.only_lunar)

    def clean_skip_dates_text(self) -> str:
        text: str = self.cleaned_data["skip_dates_text"]
        found = []
        for part in filter(None, re.split(r"[,;\s]+", text)):
            try:
                found.append(datetime.strptime(part, "%d/%m/%Y").date().isoformat())  # noqa: DTZ007
            except ValueError as error:
                raise forms.ValidationError(
                    _("“%(part)s” không phải là ngày. Hãy viết như 30/4/2027.") % {"part": part}
                ) from error
        self.instance.skip_dates = sorted(set(found))
        return text

    def _lunar(self, name: str) -> str:
        text: str = self.cleaned_data[f"{name}_text"]
        found = []
        for part in filter(str.strip, re.split(r"[,;]", text)):
            try:
                found.append(check_lunar(part))
            except ValueError as error:
                raise forms.ValidationError(
                    _("“%(part)s” không phải là ngày âm lịch. Hãy viết như 15, 10/3 hoặc tết.")
                    % {"part": part.strip()}
                ) from error
        setattr(self.instance, name, found)
        return text

    def clean_skip_lunar_text(self) -> str:
        return self._lunar("skip_lunar")

    def clean_only_lunar_text(self) -> str:
        return self._lunar("only_lunar")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if text := cleaned.get("rrule", "").strip():
            try:
                cleaned["rrule"] = check_rrule(text)
            except (ValueError, TypeError, KeyError, IndexError) as error:
                self.add_error(
                    "rrule", _("Quy tắc này không dùng được (%(why)s).") % {"why": error}
                )
        elif days := cleaned.get("weekdays"):
            interval = cleaned.get("every_weeks") or 1
            if len(days) == len(WEEKDAYS) and interval == 1:
                cleaned["rrule"] = "FREQ=DAILY"
            else:
                every = f";INTERVAL={interval}" if interval > 1 else ""
                cleaned["rrule"] = f"FREQ=WEEKLY{every};BYDAY={','.join(days)}"
        else:
            self.add_error("weekdays", _("Hãy chọn ít nhất một ngày."))
        first, last = cleaned.get("starts_on"), cleaned.get("until_on")
        if first and last and last < first:
            self.add_error("until_on", _("Ngày kết thúc ở trước ngày bắt đầu."))
        return cleaned


class EpisodeForm(forms.Form):
    """When an episode is on and what it is called; `shows` only where a new one is made."""

    show = forms.ModelChoiceField(Show.objects.none(), label=pgettext_lazy("one", "Chương trình"))
    title = forms.CharField(
        label=gettext_lazy("Tên số phát"),
        required=False,
        max_length=200,
        help_text=gettext_lazy("Bỏ trống thì mang tên chương trình."),
    )
    on = _day(label=gettext_lazy("Ngày"))
    at = _time(label=gettext_lazy("Giờ"))
    length_minutes = forms.IntegerField(
        label=gettext_lazy("Thời lượng (phút)"), min_value=1, max_value=240, required=False
    )

    def __init__(self, *arguments: Any, station: Unit | None = None, **options: Any) -> None:
        super().__init__(*arguments, **options)
        if station is None:
            del self.fields["show"]
        else:
            field: Any = self.fields["show"]
            field.queryset = Show.objects.filter(station=station, closed_at=None)

    def start_at(self) -> datetime:
        """The instant that the form names."""
        on, at = self.cleaned_data["on"], self.cleaned_data["at"]
        return datetime.combine(on, at, tzinfo=zone())


class RecordingForm(forms.Form):
    """A recording or a text to be spoken, for an episode or a pool."""

    title = forms.CharField(label=gettext_lazy("Tên"), max_length=200)
    text = forms.CharField(
        label=gettext_lazy("Lời đọc"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Để máy đọc; hoặc thu âm, tải tệp lên ở dưới."),
    )
    sound = _sound("id_text", label=gettext_lazy("Âm thanh"))


class ReleaseForm(forms.Form):
    """A bulletin that has been released."""

    release = forms.ModelChoiceField(Release.objects.none(), label=pgettext_lazy("one", "Bản tin"))

    def __init__(self, *arguments: Any, releases: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        field: Any = self.fields["release"]
        field.queryset = releases


class FillForm(forms.ModelForm[FillRule]):
    from_at = _time(label=gettext_lazy("Từ"))
    to_at = _time(label=gettext_lazy("Đến"))

    class Meta:
        model = FillRule
        fields = ("from_at", "to_at", "pool", "no_repeat_minutes")

    def __init__(self, *arguments: Any, station: Unit, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.instance.station = station
        field: Any = self.fields["pool"]
        field.queryset = station.pools.all()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        first, last = cleaned.get("from_at"), cleaned.get("to_at")
        if first and last and first >= last:
            self.add_error("to_at", _("Giờ kết thúc phải sau giờ bắt đầu, trong cùng một ngày."))
        return cleaned


class PoolForm(forms.Form):
    title = forms.CharField(label=gettext_lazy("Tên kho âm thanh"), max_length=120)


class AreaRulesForm(forms.ModelForm[AreaRules]):
    quiet_hours_text = forms.CharField(
        label=gettext_lazy("Giờ yên tĩnh"),
        required=False,
        max_length=60,
        help_text=gettext_lazy("Ví dụ: 21:00-05:00, 11:30-13:00. Chỉ tin khẩn cấp được phát."),
    )

    class Meta:
        model = AreaRules
        fields = ("sessions_per_day", "session_minutes", "gap_minutes", "legal_basis")

    field_order = (
        "quiet_hours_text", "sessions_per_day", "session_minutes", "gap_minutes", "legal_basis",
    )  # fmt: skip

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.initial["quiet_hours_text"] = ", ".join(
            f"{entry['start']}-{entry['end']}" for entry in self.instance.quiet_hours
        )

    def clean_quiet_hours_text(self) -> str:
        text: str = self.cleaned_data["quiet_hours_text"]
        try:
            hours = parse_quiet_hours(text)
        except ValueError as error:
            raise forms.ValidationError(
                _("Không đọc được giờ yên tĩnh. Hãy viết như 21:00-05:00.")
            ) from error
        self.instance.quiet_hours = hours
        return text
