from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "tiengmo.portal"
    label = "portal"

    def ready(self) -> None:
        from tiengmo.portal.actions import on_delivery_moved, on_withdrawn
        from tiengmo.portal.sounds import standing_on_pages
        from tiengmo.releases.events import delivery_moved, withdrawn
        from tiengmo.voices.publicity import let_decide

        delivery_moved.connect(on_delivery_moved, dispatch_uid="portal.follow_release")
        withdrawn.connect(on_withdrawn, dispatch_uid="portal.withdrawn")
        let_decide(standing_on_pages)
