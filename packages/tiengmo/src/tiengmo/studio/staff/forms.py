from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from tiengmo.broadcasting.models import Episode
from tiengmo.broadcasting.queries import operated_by
from tiengmo.places.fields import AreasField
from tiengmo.places.models import Unit
from tiengmo.places.queries import units_in_force
from tiengmo.releases.models import Priority
from tiengmo.speakers.issuers.fields import PassphraseField
from tiengmo.studio.models import Relay, RelaySource, Source
from tiengmo.studio.models.relay import WEEKDAYS
from tiengmo.studio.queries import highest_stations_of, stations_of
from tiengmo.studio.rules import (
    EMERGENCY_MINUTES,
    LONGEST_EMERGENCY_MINUTES,
    LONGEST_MINUTES,
    USUAL_MINUTES,
    Hours,
)
from tiengmo.voices.models import Sound

if TYPE_CHECKING:
    from tiengmo.people.models import User
    from tiengmo.studio.models import LiveTakeover

HOURS_ROWS = 4
# Programmes worth choosing from: the newest recordings and readings of the whole installation.
SOUNDS_OFFERED = 100
EPISODES_OFFERED = 60


class UnitChoice(forms.ModelChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, obj: Unit) -> str:
        return obj.name


class SoundChoice(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, obj: Sound) -> str:
        minutes, seconds = divmod(round((obj.duration_ms or 0) / 1000), 60)
        words = " ".join((obj.text or str(_("Bản thu âm"))).split())[:60]
        return f"{words} ({minutes}:{seconds:02d}, {obj.created_at:%d/%m/%Y})"


class EpisodeChoice(forms.ModelChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, obj: Episode) -> str:
        return f"{obj}, {timezone.localtime(obj.start_at):%H:%M %d/%m} ({obj.station})"


class AgainForm(forms.Form):
    """Where the recording of a takeover is to be heard again."""

    episode = EpisodeChoice(Episode.objects.none(), label=_("Phát lại trong"), empty_label=None)

    def __init__(self, *arguments: Any, takeover: LiveTakeover, user: User, **options: Any) -> None:
        super().__init__(*arguments, **options)
        coming = Episode.objects.filter(
            station=takeover.station,
            station_id__in=operated_by(user),
            cancelled_at=None,
            start_at__gt=timezone.now(),
        )
        nearest = list(coming.values_list("pk", flat=True)[:EPISODES_OFFERED])
        self.has_choice = bool(nearest)
        self.fields["episode"].queryset = (  # type: ignore[attr-defined]
            Episode.objects.filter(pk__in=nearest).select_related("show", "station")
        )


class TakeoverForm(forms.Form):
    """Who is to hear it, how urgently, and where the sound comes from."""

    station = UnitChoice(Unit.objects.none(), label=_("Đài phát"), empty_label=None)
    areas = AreasField(label=_("Địa bàn nghe"))
    title = forms.CharField(label=_("Tên buổi phát"), max_length=300, initial=_("Phát trực tiếp"))
    reason = forms.CharField(label=_("Lý do"), max_length=300, required=False)
    priority = forms.ChoiceField(
        label=_("Mức ưu tiên"),
        choices=[(Priority.ROUTINE, _("Thường")), (Priority.PRIORITY, _("Ưu tiên"))],
        initial=Priority.ROUTINE,
        widget=forms.RadioSelect,
        help_text=_("Tin khẩn cấp cần hai người ký và có trang riêng."),
    )
    source = forms.ChoiceField(
        label=_("Nguồn tiếng"),
        choices=[(value, capfirst(label)) for value, label in Source.choices],
        initial=Source.MICROPHONE,
        widget=forms.RadioSelect,
    )
    url = forms.CharField(
        label=_("Địa chỉ luồng"),
        max_length=500,
        required=False,
        help_text=_("Ví dụ: https://dai.vn/phat-thanh.mp3, rtsp://…, alsa:hw:1"),
    )
    minutes = forms.IntegerField(
        label=_("Phát tối đa (phút)"),
        min_value=1,
        max_value=LONGEST_MINUTES,
        initial=USUAL_MINUTES,
        help_text=_("Hết thời gian này loa tự trở về lịch phát, dù có chuyện gì xảy ra."),
    )
    has_jingle = forms.BooleanField(
        label=_("Đánh mõ báo hiệu trước khi nói"), required=False, initial=True
    )
    displaces = forms.BooleanField(required=False, widget=forms.HiddenInput)

    def __init__(self, *arguments: Any, user: User, **options: Any) -> None:
        super().__init__(*arguments, **options)
        _offer_stations(self, user)

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if given.get("source") == Source.URL and not given.get("url"):
            self.add_error("url", _("Hãy ghi địa chỉ luồng."))
        return given


class EmergencyForm(forms.Form):
    """A voice over everything, and the passphrase of the key of whoever will speak."""

    station = UnitChoice(Unit.objects.none(), label=_("Đài phát"), empty_label=None)
    areas = AreasField(label=_("Địa bàn nghe"))
    title = forms.CharField(label=_("Nói về việc gì"), max_length=300)
    minutes = forms.IntegerField(
        label=_("Nói tối đa (phút)"),
        min_value=1,
        max_value=LONGEST_EMERGENCY_MINUTES,
        initial=EMERGENCY_MINUTES,
    )
    passphrase = PassphraseField()

    def __init__(self, *arguments: Any, user: User, **options: Any) -> None:
        super().__init__(*arguments, **options)
        _offer_stations(self, user)


def _offer_stations(form: forms.Form, user: User) -> None:
    """The person's own stations, and what lies below them."""
    own = highest_stations_of(user)
    station: Any = form.fields["station"]
    station.queryset = Unit.objects.filter(pk__in=[unit.pk for unit in own])
    station.initial = own[0].pk if own else None
    if len(own) == 1:
        station.widget = forms.HiddenInput()
    areas: Any = form.fields["areas"]
    areas.within = [unit.code for unit in own]


class HoursForm(forms.Form):
    """One row of a relay's hours; left empty, it is none."""

    days = forms.TypedMultipleChoiceField(
        label=_("Ngày"),
        choices=WEEKDAYS,
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    starts = forms.TimeField(
        label=_("Từ"), required=False, widget=forms.TimeInput({"type": "time"}, format="%H:%M")
    )
    ends = forms.TimeField(
        label=_("Đến"), required=False, widget=forms.TimeInput({"type": "time"}, format="%H:%M")
    )

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        filled = [bool(given.get("days")), given.get("starts"), given.get("ends")]
        if any(one is not None and one is not False for one in filled) and not (
            given.get("days") and given.get("starts") and given.get("ends")
        ):
            raise forms.ValidationError(_("Khung giờ cần đủ ngày, giờ bắt đầu và giờ kết thúc."))
        return given

    @property
    def hours(self) -> Hours | None:
        given = self.cleaned_data
        if not given.get("days") or given.get("starts") is None:
            return None
        return Hours(frozenset(given["days"]), given["starts"], given["ends"])


HoursFormSet = forms.formset_factory(HoursForm, extra=0)


class RelayForm(forms.ModelForm[Relay]):
    areas = AreasField(label=_("Địa bàn nghe"))
    source = forms.ChoiceField(
        label=_("Nguồn"),
        choices=[(value, capfirst(label)) for value, label in RelaySource.choices],
        widget=forms.RadioSelect,
    )
    fallback = SoundChoice(
        Sound.objects.none(),
        label=_("Chương trình thay thế"),
        required=False,
        help_text=_(
            "Phát khi nguồn hỏng, treo hoặc im lặng: chọn một bài, hoặc nhiều bài phát lần lượt. "
            "Không chọn bài nào thì loa im lặng."
        ),
        widget=forms.CheckboxSelectMultiple,
    )

    class Meta:
        model = Relay
        fields = ["station", "title", "areas", "source", "url", "upstream", "is_enabled"]
        field_classes = {"station": UnitChoice, "upstream": UnitChoice}
        help_texts = {
            "url": _("Bất kỳ luồng nào FFmpeg đọc được: https://…/luong.mp3, rtsp://…"),
            "station": "",
        }

    def __init__(self, *arguments: Any, user: User, **options: Any) -> None:
        super().__init__(*arguments, **options)
        own = stations_of(user)
        station: Any = self.fields["station"]
        station.queryset, station.label, station.empty_label = own, _("Đài tiếp âm"), None
        areas: Any = self.fields["areas"]
        areas.within = [unit.code for unit in highest_stations_of(user)]
        upstream: Any = self.fields["upstream"]
        upstream.queryset = units_in_force().order_by("level", "name")
        fallback: Any = self.fields["fallback"]
        kept = [row.sound_id for row in self.instance.fallbacks.all()] if self.instance.pk else []
        newest = Sound.objects.filter(status=Sound.Status.READY).order_by("-created_at")
        offered = set(newest.values_list("pk", flat=True)[:SOUNDS_OFFERED]) | set(kept)
        fallback.queryset = Sound.objects.filter(pk__in=offered).order_by("-created_at")
        if not self.is_bound:
            self.initial["fallback"] = kept

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if given.get("source") == RelaySource.URL:
            given["upstream"] = None
            if not given.get("url"):
                self.add_error("url", _("Hãy ghi địa chỉ luồng."))
        elif not given.get("upstream"):
            self.add_error("upstream", _("Hãy chọn đài được tiếp âm."))
        return given
