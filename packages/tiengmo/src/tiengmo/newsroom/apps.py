from django.apps import AppConfig
from django.db.models.signals import pre_save
from django.utils.translation import gettext_lazy as _


class NewsroomConfig(AppConfig):
    name = "tiengmo.newsroom"
    label = "newsroom"
    verbose_name = _("toà soạn")

    def ready(self) -> None:
        from wagtail.images import get_image_model

        from .pictures import remove_traces

        pre_save.connect(remove_traces, get_image_model(), dispatch_uid="newsroom.remove_traces")
