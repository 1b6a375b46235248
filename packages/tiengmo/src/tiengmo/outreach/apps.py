from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OutreachConfig(AppConfig):
    name = "tiengmo.outreach"
    label = "outreach"
    verbose_name = _("hỏi đáp và sự kiện")

    def ready(self) -> None:
        from tiengmo.people.lists.screens import administrators_keep
        from tiengmo.places.events import unit_succeeded
        from tiengmo.search import kinds, sources
        from tiengmo.upkeep.registry import EVENTS, register

        from .entries import ANSWER, EVENT, event_entries, question_entries
        from .listeners import on_unit_succeeded
        from .out_of_date import events_without_minutes

        unit_succeeded.connect(on_unit_succeeded, dispatch_uid="outreach.unit_succeeded")
        kinds.register(ANSWER, "Hỏi đáp")
        kinds.register(EVENT, "Sự kiện")
        sources.register(ANSWER, question_entries)
        sources.register(EVENT, event_entries)
        register(EVENTS, _("Sự kiện đã qua"), events_without_minutes)
        administrators_keep(self.get_model("Topic"))
