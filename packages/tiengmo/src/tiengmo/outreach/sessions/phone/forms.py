"""What a phone sends of one entry, read field by field."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from tiengmo.channels.printed.models import HandOut
from tiengmo.channels.printed.queries import CHANNEL as PRINT
from tiengmo.foundation.languages import LANGUAGE_NAMES
from tiengmo.outreach.models import Topic
from tiengmo.outreach.runs.actions import Words as RunWords
from tiengmo.outreach.runs.rules import USUAL_RANGE_M
from tiengmo.outreach.sessions import rules
from tiengmo.outreach.sessions.actions import Words
from tiengmo.outreach.sessions.models import Kind
from tiengmo.outreach.sessions.queries import villages_of
from tiengmo.places.models import Village
from tiengmo.releases.models import Delivery, Release

if TYPE_CHECKING:
    from tiengmo.people.models import User

NOT_THERE = _("Không còn mục này trong danh sách: hãy mở lại trang khi có mạng rồi chọn lại.")
WALL_TIMES = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]
GONE = {"invalid_choice": NOT_THERE}
# As in a column of PostgreSQL; what is too much for the act, the act says.
MOST = 2**31 - 1


def _number(least: int, *, required: bool = True) -> forms.IntegerField:
    return forms.IntegerField(min_value=least, max_value=MOST, required=required)


class _Entry(forms.Form):
    def __init__(self, data: dict[str, Any], *, user: User) -> None:
        # JSON has numbers where a form has texts.
        super().__init__({key: "" if one is None else str(one) for key, one in data.items()})
        villages: Any = self.fields["village"]
        villages.queryset = villages_of(user)

    def problems(self) -> dict[str, str]:
        return {
            "id" if name == "__all__" else name: " ".join(map(str, errors))
            for name, errors in self.errors.items()
        }


class SessionForm(_Entry):
    kind = forms.ChoiceField(choices=Kind.choices)
    # A topic that was closed meanwhile was still open when the phone last heard.
    topic = forms.ModelChoiceField(Topic.objects.all(), to_field_name="code", error_messages=GONE)
    subject = forms.CharField(required=False, max_length=120)
    village = forms.ModelChoiceField(
        Village.objects.none(), to_field_name="code", error_messages=GONE
    )
    place = forms.CharField(required=False, max_length=80)
    held_at = forms.DateTimeField(input_formats=WALL_TIMES)
    language = forms.ChoiceField(choices=list(LANGUAGE_NAMES.items()))
    headcount = _number(1)
    households = _number(1, required=False)
    questions = _number(0, required=False)
    opinions = _number(0, required=False)
    release = forms.ModelChoiceField(
        Release.objects.exclude(released_at=None), required=False, error_messages=GONE
    )

    def words(self) -> Words:
        given = self.cleaned_data
        counts = {name: given[name] or 0 for name in ("questions", "opinions")}
        return Words(**(given | counts))


class RunForm(_Entry):
    """A drive of a loudspeaker vehicle. villages, releases: codes and ids with commas between."""

    vehicle = forms.CharField(max_length=40)
    route = forms.CharField(required=False, max_length=160)
    language = forms.ChoiceField(choices=list(LANGUAGE_NAMES.items()))
    started_at = forms.DateTimeField(input_formats=WALL_TIMES)
    ended_at = forms.DateTimeField(input_formats=WALL_TIMES)
    stops = _number(0, required=False)
    range_m = _number(1, required=False)
    villages = forms.CharField(max_length=8_000)
    releases = forms.CharField(required=False, max_length=4_000)
    track = forms.CharField(required=False, strip=False)

    def __init__(self, data: dict[str, Any], *, user: User) -> None:
        forms.Form.__init__(self, {k: "" if v is None else str(v) for k, v in data.items()})
        self._may_pass = tuple(villages_of(user))

    def clean_villages(self) -> tuple[Village, ...]:
        by_code = {one.code: one for one in self._may_pass}
        named = _parts(self.cleaned_data["villages"])
        if not named or any(code not in by_code for code in named):
            raise forms.ValidationError(NOT_THERE)
        return tuple(by_code[code] for code in named)

    def clean_releases(self) -> tuple[Release, ...]:
        named = _parts(self.cleaned_data["releases"])
        try:
            ids = {UUID(text) for text in named}
        except ValueError as error:
            raise forms.ValidationError(NOT_THERE) from error
        found = tuple(Release.objects.filter(pk__in=ids).exclude(released_at=None))
        if len(found) < len(ids):
            raise forms.ValidationError(NOT_THERE)
        return found

    def words(self) -> RunWords:
        given = self.cleaned_data
        usual = {"stops": given["stops"] or 0, "range_m": given["range_m"] or USUAL_RANGE_M}
        return RunWords(may_pass=self._may_pass, **(given | usual))


def _parts(text: str) -> list[str]:
    return list(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))


class HandOutForm(_Entry):
    village = forms.ModelChoiceField(
        Village.objects.none(), to_field_name="code", error_messages=GONE
    )
    release = forms.ModelChoiceField(Release.objects.exclude(released_at=None), error_messages=GONE)
    act = forms.ChoiceField(choices=HandOut.Act.choices)
    language = forms.ChoiceField(choices=list(LANGUAGE_NAMES.items()))
    copies = _number(1)
    households = _number(0, required=False)
    on = forms.DateField(input_formats=["%Y-%m-%d"])
    place = forms.CharField(required=False, max_length=120)

    delivery: Delivery

    def clean_place(self) -> str:
        place: str = self.cleaned_data["place"]
        if rules.personal_in(place):
            raise forms.ValidationError(_("Không ghi tên người, số điện thoại, số căn cước."))
        return place

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = self.cleaned_data
        if "village" in given and "release" in given:
            found = Delivery.objects.filter(
                release=given["release"], channel=PRINT, village=given["village"]
            ).first()
            if found is None:
                self.add_error("release", _("Bản tin này không có bản in cho thôn đã chọn."))
            else:
                self.delivery = found
        return given

    def wanted(self) -> dict[str, Any]:
        """What `note_hand_out` takes beside the delivery, the id and who writes it down."""
        names = ("act", "language", "copies", "households", "on", "place")
        given = {name: self.cleaned_data[name] for name in names}
        return given | {"households": given["households"] or 0}
