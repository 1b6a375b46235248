"""An issue on paper: masthead, contents with page numbers, foreword, bulletins by section."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import nh3
from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone, translation

from tiengmo.channels.printed.pictures import picture_data
from tiengmo.channels.printed.sheets import PRINTED_TAGS
from tiengmo.foundation.printing import CannotPrint, typeset
from tiengmo.newsroom.monthly.errors import IssueError
from tiengmo.newsroom.monthly.queries import MAIN
from tiengmo.newsroom.monthly.rules import in_sections

if TYPE_CHECKING:
    from weasyprint import Document

    from tiengmo.newsroom.monthly.models import Issue
    from tiengmo.releases.models import Release, Rendition

STYLE = Path(__file__).parent / "static" / "monthly" / "issue.css"


@dataclass
class Row:
    """One bulletin as it is printed."""

    pk: int
    section: str
    position: int
    release: Release
    text: Rendition
    body: str
    picture: str
    credit: str


def laid_out(issue: Issue, *, is_draft: bool) -> Document:
    """The pages. A draft says so on each of them. Raises IssueError: nothing here can print."""
    rows: list[Row] = []
    items = issue.items.select_related("release__unit").prefetch_related("release__renditions")
    for item in items:
        text = next(one for one in item.release.renditions.all() if one.language == MAIN)
        rows.append(
            Row(
                pk=item.pk,
                section=item.section,
                position=item.position,
                release=item.release,
                text=text,
                body=nh3.clean(text.body_html, tags=PRINTED_TAGS),
                picture=picture_data(text.picture),
                credit=str(text.picture.get("credit", "")),
            )
        )
    context = {
        "issue": issue,
        "sections": in_sections(rows),
        "is_draft": is_draft,
        "is_demo": settings.IS_DEMO,
        "today": timezone.localdate(),
    }
    try:
        # Kept for everybody: never in the language of whoever asked first.
        with translation.override("vi"):
            return typeset(render_to_string("monthly/issue.html", context), str(STYLE))
    except CannotPrint as error:
        raise IssueError(str(error)) from error
