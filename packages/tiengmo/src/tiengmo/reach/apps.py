from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

BY_WORKER_TEXT = _("số hộ do người đi ghi lại (độ tin cậy vừa: không ký nhận)")

BY_TRACK_TEXT = _(
    "xe loa vào tầm đã khai của điểm giữa thôn ít nhất 30 giây trong lúc phát, theo vết đường đi: "
    "từ không đến mọi hộ (độ tin cậy vừa: không biết nhà nào ở gần đường)"
)
BY_CREW_TEXT = _(
    "xe loa qua thôn trong lúc phát, do tổ xe ghi, không có vết đường đi: từ không đến mọi hộ "
    "(độ tin cậy thấp)"
)


class ReachConfig(AppConfig):
    name = "tiengmo.reach"
    label = "reach"

    def ready(self) -> None:
        from django.db.models.signals import post_delete, post_save

        from tiengmo.channels import registry
        from tiengmo.connectivity.events import stated
        from tiengmo.newsroom.panels import AUDIENCE, HOME, RELEASE, register_panel
        from tiengmo.outreach.runs.events import run_noted
        from tiengmo.places.events import villages_changed
        from tiengmo.releases.events import deliveries_moved, released, withdrawn
        from tiengmo.releases.models import Receipt

        from . import listeners, rules
        from .models import Assignment
        from .panels import audience_panel, home_panel, release_panel

        register_panel(AUDIENCE, audience_panel)
        register_panel(RELEASE, release_panel)
        register_panel(HOME, home_panel)
        registry.explain_method(rules.BY_WORKER, BY_WORKER_TEXT)
        registry.explain_method(rules.BY_TRACK, BY_TRACK_TEXT)
        registry.explain_method(rules.BY_CREW, BY_CREW_TEXT)
        stated.connect(listeners.on_connectivity, dispatch_uid="reach.connectivity")
        run_noted.connect(listeners.on_run, dispatch_uid="reach.run")
        withdrawn.connect(listeners.on_withdrawn, dispatch_uid="reach.withdrawn")
        released.connect(listeners.on_released, dispatch_uid="reach.released")
        deliveries_moved.connect(listeners.on_moved, dispatch_uid="reach.moved")
        post_save.connect(listeners.on_receipt, sender=Receipt, dispatch_uid="reach.receipt")
        post_delete.connect(listeners.on_retracted, sender=Receipt, dispatch_uid="reach.retracted")
        villages_changed.connect(listeners.on_villages_changed, dispatch_uid="reach.villages")
        post_save.connect(listeners.on_work, sender=Assignment, dispatch_uid="reach.work")
