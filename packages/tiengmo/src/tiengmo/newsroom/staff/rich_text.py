"""Wagtail's rich text field, where what is no rich text is refused and does not fail."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.exceptions import BadRequest
from wagtail.admin.rich_text import DraftailRichTextArea

if TYPE_CHECKING:
    from collections.abc import Mapping


class CheckedDraftail(DraftailRichTextArea):
    """The editor always sends its own JSON; anything else was not sent by it."""

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> Any:
        try:
            return super().value_from_datadict(data, files, name)
        except (ValueError, KeyError, IndexError, TypeError, AttributeError) as error:
            raise BadRequest(f"{name}: no rich text") from error
