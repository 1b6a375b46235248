from django.apps import AppConfig


class BroadcastingConfig(AppConfig):
    name = "tiengmo.broadcasting"
    label = "broadcasting"

    def ready(self) -> None:
        from tiengmo.broadcasting.actions import carry_stations_over
        from tiengmo.broadcasting.listeners import on_release_withdrawn, on_sound_ready
        from tiengmo.broadcasting.queries import allowed_for_boxes
        from tiengmo.places.events import unit_succeeded
        from tiengmo.releases.events import withdrawn
        from tiengmo.speakers.area_rules import let_say_what_is_allowed
        from tiengmo.voices.events import sound_ready

        unit_succeeded.connect(carry_stations_over, dispatch_uid="broadcasting.carry_over")
        withdrawn.connect(on_release_withdrawn, dispatch_uid="broadcasting.release_withdrawn")
        sound_ready.connect(on_sound_ready, dispatch_uid="broadcasting.sound_ready")
        let_say_what_is_allowed(allowed_for_boxes)
