"""The list of categories: an administrator of the locality keeps it."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel

from tiengmo.newsroom.actions import save_category
from tiengmo.newsroom.models import Category
from tiengmo.people.lists.screens import ListViewSet


class CategoryViewSet(ListViewSet):
    model = Category
    save_row = staticmethod(save_category)
    menu_label = _("Chuyên mục")
    menu_name = "chuyen-muc"
    menu_order = 115
    url_prefix = "chuyen-muc"
    url_namespace = "chuyen-muc"
    list_display = ["name", "code", "position", "has_closing_date", "is_used"]
    ordering = ["position", "name"]
    panels = [
        FieldRowPanel([FieldPanel("name"), FieldPanel("name_en")]),
        FieldRowPanel([FieldPanel("code"), FieldPanel("position")]),
        FieldPanel("has_closing_date"),
        FieldPanel("is_used"),
    ]
