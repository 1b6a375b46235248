from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NewsroomConfig(AppConfig):
    name = "tiengmo.newsroom"
    label = "newsroom"
    verbose_name = _("toà soạn")
