"""Every text of ours that goes through gettext, read from the sources, without GNU xgettext."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, NamedTuple

from django.utils.translation.template import templatize

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_SINGULAR = {"_", "gettext", "gettext_lazy", "gettext_noop"}
_PLURAL = {"ngettext", "ngettext_lazy"}
_LITERAL = r"""u?('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")"""
# What Django's own templatize writes for {% translate %}, {% blocktranslate %} and _().
_IN_TEMPLATE = re.compile(rf"\b(n?gettext|_)\({_LITERAL}(?:,\s*{_LITERAL})?")


class Text(NamedTuple):
    """A text, its plural where it has one, and the app whose it is."""

    msgid: str
    plural: str | None
    app: str
    file: str


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
        for msgid, plural in found:
            yield Text(msgid, plural, app, file)


def _in_python(source: str) -> Iterator[tuple[str, str | None]]:
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        function = node.func
        name = function.id if isinstance(function, ast.Name) else getattr(function, "attr", "")
        given = [a.value if isinstance(a, ast.Constant) else None for a in node.args[:2]]
        if name in _SINGULAR and isinstance(given[0], str):
            yield given[0], None
        elif name in _PLURAL and isinstance(given[0], str) and isinstance(given[1], str):
            yield given[0], given[1]


def _in_template(source: str, name: str) -> Iterator[tuple[str, str | None]]:
    for function, first, second in _IN_TEMPLATE.findall(templatize(source, origin=name)):
        plural = ast.literal_eval(second) if function == "ngettext" and second else None
        yield ast.literal_eval(first), plural
