from django.apps import AppConfig


class MessagesConfig(AppConfig):
    name = "tiengmo.channels.messages"
    # Django's own notices to a page are "messages".
    label = "text_messages"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from tiengmo.channels import health as board
        from tiengmo.channels import registry
        from tiengmo.channels.messages import health, listening, receipts, trail
        from tiengmo.channels.messages.channel import SMS, SMS_PLAIN
        from tiengmo.releases.events import released, withdrawn
        from tiengmo.upkeep.registry import register

        for sms in (SMS, SMS_PLAIN):
            registry.register(sms)
            registry.leave_trail(
                registry.Trail(sms.code, sms.label, trail.rows_for(sms.code), trail.counted)
            )
        for method, text in receipts.METHODS.items():
            registry.explain_method(method, text)
        board.register(SMS.code, health.lines)
        register(health.EXPIRY, _("Khoá kết nối sắp hết hạn"), health.running_out)
        withdrawn.connect(listening.on_withdrawn, dispatch_uid="messages.withdrawn")
        released.connect(listening.on_released, dispatch_uid="messages.released")
