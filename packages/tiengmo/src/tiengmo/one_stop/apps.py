from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OneStopConfig(AppConfig):
    name = "tiengmo.one_stop"
    label = "one_stop"
    verbose_name = _("thủ tục hành chính")

    def ready(self) -> None:
        from tiengmo.people.lists.screens import administrators_keep
        from tiengmo.search import kinds, sources
        from tiengmo.upkeep.registry import PROCEDURES, register, register_texts

        from .entries import every_entry
        from .out_of_date import linking_procedures, unchecked_procedures

        kinds.register("procedure", "Thủ tục hành chính")
        sources.register("procedure", every_entry)
        # A procedure is confirmed on its own page.
        register(
            PROCEDURES, _("Thủ tục lâu chưa kiểm tra"), unchecked_procedures, may_set_aside=False
        )
        register_texts("one_stop", linking_procedures)
        administrators_keep(self.get_model("ProcedureField"), self.get_model("ProcedureLevel"))
