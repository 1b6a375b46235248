from django.apps import AppConfig


class WebPushConfig(AppConfig):
    name = "tiengmo.channels.web_push"
    label = "web_push"

    def ready(self) -> None:
        from tiengmo.channels import health as board
        from tiengmo.channels import registry
        from tiengmo.channels.web_push import health, listening, receipts, trail
        from tiengmo.channels.web_push.channel import WebPush
        from tiengmo.releases.events import released, withdrawn

        registry.register(WebPush())
        registry.leave_trail(
            registry.Trail(WebPush.code, WebPush.label, trail.rows_of, trail.counted)
        )
        for method, text in receipts.METHODS.items():
            registry.explain_method(method, text)
        board.register(WebPush.code, health.lines)
        withdrawn.connect(listening.on_withdrawn, dispatch_uid="web_push.withdrawn")
        released.connect(listening.on_released, dispatch_uid="web_push.released")
