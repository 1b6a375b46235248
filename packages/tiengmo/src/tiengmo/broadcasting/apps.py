from django.apps import AppConfig


class BroadcastingConfig(AppConfig):
    name = "tiengmo.broadcasting"
    label = "broadcasting"

    def ready(self) -> None:
        from tiengmo.broadcasting.actions import carry_stations_over
        from tiengmo.places.events import unit_succeeded

        unit_succeeded.connect(carry_stations_over, dispatch_uid="broadcasting.carry_over")
