"""The lists of fields and levels: an administrator of the locality keeps them."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel

from tiengmo.one_stop.actions import save_list_row
from tiengmo.one_stop.models import ProcedureField, ProcedureLevel
from tiengmo.people.lists.screens import ListViewSet


class ProcedureListViewSet(ListViewSet):
    save_row = staticmethod(save_list_row)
    list_display = ["name", "code", "position", "is_used"]
    panels = [
        FieldPanel("name"),
        FieldRowPanel([FieldPanel("code"), FieldPanel("position")]),
        FieldPanel("is_used"),
    ]


class ProcedureFieldViewSet(ProcedureListViewSet):
    model = ProcedureField
    menu_label = _("Lĩnh vực thủ tục")
    menu_name = "linh-vuc-thu-tuc"
    menu_order = 125
    url_prefix = "linh-vuc-thu-tuc"
    url_namespace = "linh-vuc-thu-tuc"


class ProcedureLevelViewSet(ProcedureListViewSet):
    model = ProcedureLevel
    menu_label = _("Cấp thực hiện")
    menu_name = "cap-thuc-hien"
    menu_order = 126
    url_prefix = "cap-thuc-hien"
    url_namespace = "cap-thuc-hien"
