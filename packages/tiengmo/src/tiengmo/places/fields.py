"""The form field with which a person chooses areas."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from . import queries
from .widgets import AreaTree

if TYPE_CHECKING:
    from collections.abc import Iterable


class AreasField(forms.Field):
    """A list of area codes, as few as name the same villages.

    `within`: area codes a person may choose in; everything when it is None. It may be set on the
    form's own field (`form.fields["audience"].within = [...]`).
    """

    widget = AreaTree
    default_error_messages = {
        "required": _("Hãy chọn ít nhất một địa bàn."),
        "unknown": _("Không có địa bàn nào mang mã: %(codes)s."),
        "outside": _("Ngoài phạm vi được chọn: %(areas)s."),
        "empty": _("Địa bàn đã chọn chưa có thôn nào."),
    }

    def __init__(self, *, within: Iterable[str] | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.within = within

    @property
    def within(self) -> list[str] | None:
        return self._within

    @within.setter
    def within(self, codes: Iterable[str] | None) -> None:
        self._within = None if codes is None else list(codes)
        self.widget.within = self._within

    def to_python(self, value: Any) -> list[str]:
        if not value:
            return []
        if isinstance(value, str):
            value = value.split(",")
        return sorted({str(code).strip() for code in value if str(code).strip()})

    def validate(self, value: list[str]) -> None:
        super().validate(value)
        if not value:
            return
        if unknown := queries.unknown_areas(value):
            # What was typed into a forged form is shown cut short.
            shown = ", ".join(sorted(code[:30] for code in unknown)[:5])
            raise ValidationError(self.error_messages["unknown"], "unknown", {"codes": shown})
        if self.within is not None and not queries.is_within(value, self.within):
            outside = [code for code in value if not queries.is_within([code], self.within)]
            areas = queries.areas_label(outside)
            raise ValidationError(self.error_messages["outside"], "outside", {"areas": areas})
        if not queries.villages_in(value).exists():
            raise ValidationError(self.error_messages["empty"], "empty")

    def clean(self, value: Any) -> list[str]:
        codes: list[str] = super().clean(value)
        return queries.minimal_cover(codes)

    def has_changed(self, initial: Any, data: Any) -> bool:
        return queries.minimal_cover(self.to_python(initial)) != queries.minimal_cover(
            self.to_python(data)
        )
