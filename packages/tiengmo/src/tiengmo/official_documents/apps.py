from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OfficialDocumentsConfig(AppConfig):
    name = "tiengmo.official_documents"
    label = "official_documents"
    verbose_name = _("văn bản chỉ đạo, điều hành")

    def ready(self) -> None:
        from tiengmo.people.lists.screens import administrators_keep
        from tiengmo.search import kinds, sources
        from tiengmo.upkeep.registry import DOCUMENTS, register

        from .entries import every_entry
        from .out_of_date import ended_documents

        kinds.register("document", "Văn bản")
        sources.register("document", every_entry)
        register(DOCUMENTS, _("Văn bản hết hiệu lực"), ended_documents)
        administrators_keep(self.get_model("DocumentKind"), self.get_model("DocumentField"))
