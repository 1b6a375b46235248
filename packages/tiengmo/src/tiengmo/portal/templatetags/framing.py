"""{% once %}: what stands the same on every page is rendered once a process."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import template
from django.conf import settings
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from tiengmo.portal.prepared import moment as as_moment

if TYPE_CHECKING:
    from datetime import date, datetime

    from django.template.base import NodeList, Parser, Token
    from django.template.context import Context

register = template.Library()

# A locality's name changes seldom: the few frames of one process fit in any memory.
MOST = 64


class Once(template.Node):
    """Keeps what its content gave for one set of shared facts.

    Its content may use the locality's name, its office, the demo's note and
    `{% static %}`, and nothing that belongs to one page.
    """

    def __init__(self, nodelist: NodeList) -> None:
        self.nodelist = nodelist
        self.kept: dict[tuple[object, ...], SafeString] = {}

    def render(self, context: Context) -> SafeString:
        key = (context.get("site_name"), context.get("is_demo"), context.get("answerable"))
        found = self.kept.get(key)
        # While developing, an edited style sheet must show.
        if found is None or settings.DEBUG:
            if len(self.kept) >= MOST:
                self.kept.clear()
            found = self.kept[key] = mark_safe(self.nodelist.render(context))  # noqa: S308
        return found


@register.simple_tag
def stylesheet_if_there() -> SafeString:
    """The link to the style sheet; nothing where files were not collected yet.

    A page that says what went wrong must not itself go wrong.
    """
    try:
        address = static("portal/portal.css")
    except ValueError:
        return mark_safe("")
    return format_html('<link rel="stylesheet" href="{}">', address)


@register.simple_tag
def moment(value: object) -> date | datetime:
    """A day or an instant of a prepared query, as the `date` filter takes it."""
    return as_moment(value)


@register.tag
def once(parser: Parser, _token: Token) -> Once:
    nodelist = parser.parse(("endonce",))
    parser.delete_first_token()
    return Once(nodelist)
