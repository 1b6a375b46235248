from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RunsConfig(AppConfig):
    name = "tiengmo.outreach.runs"
    label = "outreach_runs"
    verbose_name = _("chuyến loa lưu động")
