from django.apps import AppConfig


class SpeakersConfig(AppConfig):
    name = "tiengmo.speakers"
    label = "speakers"

    def ready(self) -> None:
        from tiengmo.places import events

        from . import listeners

        events.unit_succeeded.connect(
            listeners.on_unit_succeeded, dispatch_uid="speakers.unit_succeeded"
        )
        for signal in (events.villages_moved, events.villages_changed):
            signal.connect(listeners.on_villages_moved, dispatch_uid="speakers.villages")
