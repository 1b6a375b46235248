"""The lists of kinds and fields: an administrator of the locality keeps them."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel

from tiengmo.official_documents.actions import save_list_row
from tiengmo.official_documents.models import DocumentField, DocumentKind
from tiengmo.people.lists.screens import ListViewSet


class DocumentKindViewSet(ListViewSet):
    model = DocumentKind
    save_row = staticmethod(save_list_row)
    menu_label = _("Loại văn bản")
    menu_name = "loai-van-ban"
    menu_order = 120
    url_prefix = "loai-van-ban"
    url_namespace = "loai-van-ban"
    list_display = ["name", "code", "position", "is_programme", "is_used"]
    panels = [
        FieldPanel("name"),
        FieldRowPanel([FieldPanel("code"), FieldPanel("position")]),
        FieldPanel("is_programme"),
        FieldPanel("is_used"),
    ]


class DocumentFieldViewSet(ListViewSet):
    model = DocumentField
    save_row = staticmethod(save_list_row)
    menu_label = _("Lĩnh vực văn bản")
    menu_name = "linh-vuc-van-ban"
    menu_order = 121
    url_prefix = "linh-vuc-van-ban"
    url_namespace = "linh-vuc-van-ban"
    list_display = ["name", "code", "position", "is_used"]
    panels = [
        FieldPanel("name"),
        FieldRowPanel([FieldPanel("code"), FieldPanel("position")]),
        FieldPanel("is_used"),
    ]
