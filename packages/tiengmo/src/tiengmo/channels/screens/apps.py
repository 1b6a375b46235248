from django.apps import AppConfig


class ScreensConfig(AppConfig):
    name = "tiengmo.channels.screens"
    label = "screens"

    def ready(self) -> None:
        from tiengmo.channels import registry
        from tiengmo.channels.screens import listening, receipts, trail
        from tiengmo.channels.screens.channel import Screens
        from tiengmo.places.events import unit_succeeded, villages_changed, villages_moved
        from tiengmo.releases.events import withdrawn

        registry.register(Screens())
        registry.leave_trail(
            registry.Trail(Screens.code, Screens.label, trail.rows_of, trail.counted)
        )
        for method, text in receipts.METHODS.items():
            registry.explain_method(method, text)
        withdrawn.connect(listening.on_withdrawn, dispatch_uid="screens.withdrawn")
        unit_succeeded.connect(listening.on_unit_succeeded, dispatch_uid="screens.succeeded")
        for signal in (villages_moved, villages_changed):
            signal.connect(listening.on_villages_moved, dispatch_uid="screens.villages")
