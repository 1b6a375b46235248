"""The list of topics of questions: an administrator of the locality keeps it."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel

from tiengmo.outreach.actions.save_topic import save_topic
from tiengmo.outreach.models import Topic
from tiengmo.people.lists.screens import ListViewSet


class TopicViewSet(ListViewSet):
    model = Topic
    save_row = staticmethod(save_topic)
    menu_label = _("Chủ đề hỏi đáp")
    menu_name = "chu-de-hoi-dap"
    menu_order = 128
    url_prefix = "chu-de-hoi-dap"
    url_namespace = "chu-de-hoi-dap"
    list_display = ["name", "code", "order", "is_closed"]
    panels = [
        FieldPanel("name"),
        FieldRowPanel([FieldPanel("code"), FieldPanel("order")]),
        FieldPanel("is_closed"),
    ]
