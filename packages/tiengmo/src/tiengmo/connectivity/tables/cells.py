"""The cells of one row, from a file or from a form, read one by one with what is wrong in each."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from tiengmo.directory.models import Office
from tiengmo.foundation.vietnamese import fold, nfc
from tiengmo.places.loading import values
from tiengmo.places.loading.values import BadValue
from tiengmo.places.models import Unit, Village
from tiengmo.places.queries import units_in_force

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from django.db.models import TextChoices

FIRST_DAY = date(1990, 1, 1)
AHEAD = timedelta(days=366)
LONGEST_SOURCE = 160


@dataclass
class Known:
    """What rows may name: units in force, villages and offices; read once a file."""

    units: dict[str, Unit] = field(default_factory=dict)
    villages: dict[str, Village] = field(default_factory=dict)
    offices: dict[tuple[int, str], Office] = field(default_factory=dict)

    @classmethod
    def now(cls) -> Known:
        offices = Office.objects.filter(closed_on=None).select_related("unit")
        return cls(
            {unit.code: unit for unit in units_in_force().order_by("valid_from")},
            {one.code: one for one in Village.objects.select_related("unit")},
            {(one.unit_id, fold(one.name)): one for one in offices},
        )


@dataclass
class Cells:
    """One row. `problems`: (column, what is wrong with it)."""

    values: dict[str, str]
    known: Known
    problems: list[tuple[str, str]] = field(default_factory=list)

    def text(self, column: str) -> str:
        return " ".join(nfc(self.values.get(column, "")).split())

    def refuse(self, column: str, why: str) -> None:
        self.problems.append((column, why))

    def take(self, column: str, read: Callable[..., Any], *arguments: Any) -> Any:
        """One cell read; None, and a problem noted, when it cannot be."""
        try:
            return read(self.text(column), *arguments)
        except BadValue as error:
            self.refuse(column, str(error))
            return None

    def day(self, column: str, label: str, *, needed: bool = False) -> date | None:
        found: date | None = self.take(column, values.day, label)
        if found is None:
            if needed and not self.text(column):
                self.refuse(column, _("thiếu %(column)s") % {"column": label})
        elif found < FIRST_DAY:
            self.refuse(column, _("%(column)s trước năm 1990") % {"column": label})
        return found

    def since(self) -> date | None:
        found = self.day("since", _("từ ngày"), needed=True)
        if found is not None and found > timezone.localdate() + AHEAD:
            self.refuse("since", _("ngày này còn hơn một năm nữa"))
        return found

    def until(self, since: date | None) -> date | None:
        found = self.day("until", _("đến hết ngày"))
        if found is not None and since is not None and found < since:
            self.refuse("until", _("ngày hết trước ngày bắt đầu"))
        return found

    def count(self, column: str, label: str, most: int) -> int | None:
        """A count that may be left out; what is left out is not stated."""
        found: int | None = None
        if self.text(column):
            found = self.take(column, values.count, label, most)
        return found

    def line(self, column: str, label: str, longest: int, *, needed: bool = True) -> str:
        text = self.text(column)
        if needed and not text:
            self.refuse(column, _("thiếu %(column)s") % {"column": label})
        if len(text) > longest:
            told = {"column": label, "longest": longest}
            self.refuse(column, _("%(column)s dài quá %(longest)s ký tự") % told)
        return text

    def source(self) -> str:
        return self.line("source", _("nguồn số liệu"), LONGEST_SOURCE, needed=False)

    def choice(
        self,
        column: str,
        label: str,
        choices: type[TextChoices],
        also: Mapping[Any, str],
    ) -> str:
        """A value of a list, by its code, its name, or another name of it (`also`, by code)."""
        text = fold(self.text(column))
        names = _names(choices, tuple(also.items()), get_language() or "")
        if text in names:
            return names[text]
        told = {
            "column": label,
            "text": self.text(column)[:40],
            "names": ", ".join(str(name) for name in choices.labels),
        }
        self.refuse(column, _("%(column)s “%(text)s” không có; chọn: %(names)s") % told)
        return ""

    def village(self, *, needed: bool = True) -> Village | None:
        code = self.text("village_code")
        if not code and not needed:
            return None
        found = self.known.villages.get(code)
        if found is None:
            why = _("không có thôn mã “%(code)s”") if code else _("thiếu mã thôn")
            self.refuse("village_code", why % {"code": code[:40]})
        return found

    def unit(self) -> Unit | None:
        code = self.text("unit_code")
        found = self.known.units.get(code)
        if found is None:
            why = _("không có đơn vị mã “%(code)s” đang hoạt động") if code else _("thiếu mã xã")
            self.refuse("unit_code", why % {"code": code[:40]})
        return found

    def office(self) -> Office | None:
        unit = self.unit()
        name = self.line("office", _("tên cơ quan"), 200)
        if unit is None or not name:
            return None
        found = self.known.offices.get((unit.pk, fold(name)))
        if found is None:
            told = {"name": name[:80], "unit": unit.name}
            self.refuse("office", _("danh bạ của %(unit)s không có cơ quan “%(name)s”") % told)
        return found

    def technologies(self, known: tuple[str, ...]) -> list[str]:
        text = self.text("technologies").upper()
        named = [part for part in re.split(r"[\s,;|/+&]+", text) if part]
        if not named:
            self.refuse("technologies", _("thiếu công nghệ (ví dụ: 2G, 4G)"))
        for part in named:
            if part not in known:
                told = {"text": part[:20], "names": ", ".join(known)}
                self.refuse(
                    "technologies", _("công nghệ “%(text)s” không có; chọn: %(names)s") % told
                )
        return [one for one in known if one in named]


@lru_cache(maxsize=64)
def _names(
    choices: type[TextChoices], also: tuple[tuple[Any, str], ...], language: str
) -> dict[str, str]:
    """What a list's values may be written as → their codes; `language` is that of the reader."""
    names: dict[str, str] = {}
    for one in {settings.LANGUAGE_CODE, language or settings.LANGUAGE_CODE}:
        # What tables give out is in the locality's language, whatever that of the pages.
        with override(one):
            names |= {fold(str(name)): code for code, name in choices.choices}
    names |= {fold(code): code for code in choices.values}
    for code, others in also:
        names |= {fold(other): str(code) for other in others.split("|") if other}
    return names
