from django.apps import AppConfig


class ReachConfig(AppConfig):
    name = "tiengmo.reach"
    label = "reach"

    def ready(self) -> None:
        from tiengmo.newsroom.panels import AUDIENCE, RELEASE, register_panel

        from .panels import audience_panel, release_panel

        register_panel(AUDIENCE, audience_panel)
        register_panel(RELEASE, release_panel)
