"""Every text of ours that goes through gettext, read from the sources, without GNU xgettext."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, NamedTuple

from django.utils.translation.template import templatize

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# Which of a call's arguments are the context, the text and its plural.
_PLACES: dict[str, tuple[int | None, int, int | None]] = {
    **dict.fromkeys(("_", "gettext", "gettext_lazy", "gettext_noop"), (None, 0, None)),
    **dict.fromkeys(("ngettext", "ngettext_lazy"), (None, 0, 1)),
    **dict.fromkeys(("pgettext", "pgettext_lazy"), (0, 1, None)),
    **dict.fromkeys(("npgettext", "npgettext_lazy"), (0, 1, 2)),
}
_LITERAL = r"""u?('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")"""
# What Django's own templatize writes for {% translate %}, {% blocktranslate %} and _().
_IN_TEMPLATE = re.compile(rf"\b(n?p?gettext|_)\({_LITERAL}(?:,\s*{_LITERAL})?(?:,\s*{_LITERAL})?")


class Text(NamedTuple):
    """A text, its plural and context where it has them, and the app whose it is."""

    context: str | None
    msgid: str
    plural: str | None
    app: str
    file: str

    @property
    def key(self) -> tuple[str | None, str]:
        return self.context, self.msgid


def texts_in(package: Path) -> Iterator[Text]:
    """Read every source of the package but its tests."""
    for path in sorted(package.rglob("*")):
        inside = path.relative_to(package)
        if {"tests", "migrations", "locale"} & set(inside.parts) or not path.is_file():
            continue
        app, file = inside.parts[0], inside.as_posix()
        if path.suffix == ".py":
            found = _in_python(path.read_text(encoding="utf-8"))
        elif path.suffix in {".html", ".txt", ".xml"} and "templates" in inside.parts:
            found = _in_template(path.read_text(encoding="utf-8"), file)
        else:
            continue
        for context, msgid, plural in found:
            yield Text(context, msgid, plural, app, file)


def _in_python(source: str) -> Iterator[tuple[str | None, str, str | None]]:
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        function = node.func
        name = function.id if isinstance(function, ast.Name) else getattr(function, "attr", "")
        given = [a.value if isinstance(a, ast.Constant) else None for a in node.args]
        if name in _PLACES and (found := _placed(name, given)) is not None:
            yield found


def _in_template(source: str, name: str) -> Iterator[tuple[str | None, str, str | None]]:
    for function, *literals in _IN_TEMPLATE.findall(templatize(source, origin=name)):
        given = [ast.literal_eval(literal) for literal in literals if literal]
        if (found := _placed(function, given)) is not None:
            yield found


def _placed(name: str, given: list[object]) -> tuple[str | None, str, str | None] | None:
    context, text, plural = (
        given[place] if place is not None and place < len(given) else None
        for place in _PLACES[name]
    )
    if not isinstance(text, str):
        return None
    return (
        context if isinstance(context, str) else None,
        text,
        plural if isinstance(plural, str) else None,
    )
