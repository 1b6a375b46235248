from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.snippets.views.snippets import SnippetViewSet

from .models import Abbreviation


class AbbreviationViewSet(SnippetViewSet):
    """How abbreviations are spoken: staff add the ones only this locality uses."""

    model = Abbreviation
    icon = "openquote"
    menu_label = _("Chữ viết tắt khi đọc")
    menu_name = "abbreviations"
    url_prefix = "chu-viet-tat"
    list_display = ["abbreviation", "spoken", "is_case_sensitive"]
    search_fields = ["abbreviation", "spoken"]
    ordering = ["abbreviation"]
    list_per_page = 50
    copy_view_enabled = False
    panels = [
        FieldPanel("abbreviation"),
        FieldPanel("spoken"),
        FieldPanel("is_case_sensitive"),
    ]
