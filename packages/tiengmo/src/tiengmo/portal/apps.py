from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "tiengmo.portal"
    label = "portal"

    def ready(self) -> None:
        from tiengmo.portal.accounts import listeners as accounts
        from tiengmo.portal.actions import on_deliveries_moved, on_withdrawn
        from tiengmo.portal.answers import listeners as answers
        from tiengmo.portal.documents import listeners as documents
        from tiengmo.portal.events import listeners as events
        from tiengmo.portal.finding import bulletins as finding
        from tiengmo.portal.press import listeners as press
        from tiengmo.portal.procedures import listeners as procedures
        from tiengmo.portal.sounds import standing_on_pages
        from tiengmo.portal.units import listeners as units
        from tiengmo.releases.events import deliveries_moved, withdrawn
        from tiengmo.voices.publicity import let_decide

        deliveries_moved.connect(on_deliveries_moved, dispatch_uid="portal.follow_release")
        withdrawn.connect(on_withdrawn, dispatch_uid="portal.withdrawn")
        let_decide(standing_on_pages)
        finding.connect()
        documents.connect()
        procedures.connect()
        for listeners in (accounts, answers, events, press, units):
            listeners.connect()
