from django.apps import AppConfig


class AlertsConfig(AppConfig):
    name = "tiengmo.alerts"
    label = "alerts"

    def ready(self) -> None:
        from tiengmo.channels.loudspeakers.channel import spoken_elsewhere
        from tiengmo.speakers.events import play_reported
        from tiengmo.speakers.revocations import let_revoke
        from tiengmo.voices.events import sound_ready
        from tiengmo.voices.publicity import let_decide

        from . import listeners

        sound_ready.connect(listeners.on_sound_ready, dispatch_uid="alerts.sound_ready")
        play_reported.connect(listeners.on_play_reported, dispatch_uid="alerts.play_reported")
        let_revoke(listeners.revoked_keys)
        let_decide(listeners.standing_of)
        spoken_elsewhere(listeners.SOURCE, listeners.reference_of)
