from django.apps import AppConfig
from django.db.models.signals import pre_save
from django.utils.translation import gettext_lazy as _


class NewsroomConfig(AppConfig):
    name = "tiengmo.newsroom"
    label = "newsroom"
    verbose_name = _("toà soạn")

    def ready(self) -> None:
        from wagtail.images import get_image_model

        from tiengmo.people.lists.screens import administrators_keep
        from tiengmo.upkeep.registry import CLOSED, register, register_texts
        from tiengmo.upkeep.staff.pages import home_panel

        from .out_of_date import closed_notices, linking_bulletins
        from .panels import HOME, register_panel
        from .pictures import remove_traces

        administrators_keep(self.get_model("Category"))
        register(CLOSED, _("Thông báo đã hết hạn"), closed_notices)
        register_texts("newsroom", linking_bulletins)
        register_panel(HOME, home_panel)
        pre_save.connect(remove_traces, get_image_model(), dispatch_uid="newsroom.remove_traces")
