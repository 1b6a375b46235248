from django.apps import AppConfig


class ChannelsConfig(AppConfig):
    """The frame for all channels, and one folder for each. It has no models: releases has them."""

    name = "tiengmo.channels"
    label = "channels"

    def ready(self) -> None:
        from tiengmo.channels import registry
        from tiengmo.channels.loudspeakers import reports
        from tiengmo.channels.loudspeakers import trail as boxes
        from tiengmo.channels.loudspeakers.channel import Loudspeakers
        from tiengmo.channels.portal_page import trail as portal
        from tiengmo.channels.portal_page.channel import PortalPage
        from tiengmo.speakers import events

        registry.register(PortalPage())
        registry.register(Loudspeakers())
        for code, label, told in (
            (PortalPage.code, PortalPage.label, portal),
            (Loudspeakers.code, Loudspeakers.label, boxes),
        ):
            registry.leave_trail(registry.Trail(code, label, told.rows_of, told.counted))
        events.schedules_taken.connect(boxes.on_schedules_taken, dispatch_uid="loudspeakers.taken")
        events.sound_held.connect(reports.on_sound_held, dispatch_uid="loudspeakers.held")
        events.play_reported.connect(reports.on_play_reported, dispatch_uid="loudspeakers.played")
        events.box_refused.connect(reports.on_box_refused, dispatch_uid="loudspeakers.refused")
