"""{% once %}: what stands the same on every page is rendered once a process."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import template
from django.conf import settings
from django.utils.safestring import SafeString, mark_safe

if TYPE_CHECKING:
    from django.template.base import NodeList, Parser, Token
    from django.template.context import Context

register = template.Library()

# A locality's name changes seldom: the few frames of one process fit in any memory.
MOST = 64


class Once(template.Node):
    """Keeps what its content gave for one set of shared facts.

    Its content may use the locality's name, the demo's note and `{% static %}`, and nothing that
    belongs to one page.
    """

    def __init__(self, nodelist: NodeList) -> None:
        self.nodelist = nodelist
        self.kept: dict[tuple[object, object], SafeString] = {}

    def render(self, context: Context) -> SafeString:
        key = (context.get("site_name"), context.get("is_demo"))
        found = self.kept.get(key)
        # While developing, an edited style sheet must show.
        if found is None or settings.DEBUG:
            if len(self.kept) >= MOST:
                self.kept.clear()
            found = self.kept[key] = mark_safe(self.nodelist.render(context))  # noqa: S308
        return found


@register.tag
def once(parser: Parser, _token: Token) -> Once:
    nodelist = parser.parse(("endonce",))
    parser.delete_first_token()
    return Once(nodelist)
