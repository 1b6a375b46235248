from django.apps import AppConfig


class PressConfig(AppConfig):
    name = "tiengmo.channels.press"
    label = "press"

    def ready(self) -> None:
        from tiengmo.channels import registry
        from tiengmo.channels.press import trail
        from tiengmo.channels.press.channel import Press
        from tiengmo.channels.press.listening import on_made, on_released, on_withdrawn
        from tiengmo.releases.events import made, released, withdrawn

        registry.register(Press())
        registry.leave_trail(registry.Trail(Press.code, Press.label, trail.rows_of, trail.counted))
        made.connect(on_made, dispatch_uid="press.made")
        released.connect(on_released, dispatch_uid="press.released")
        withdrawn.connect(on_withdrawn, dispatch_uid="press.withdrawn")
