from django.apps import AppConfig


class SocialConfig(AppConfig):
    name = "tiengmo.channels.social"
    label = "social"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from tiengmo.channels import health as board
        from tiengmo.channels import registry
        from tiengmo.channels.social import health, listening, settling, trail
        from tiengmo.channels.social.channel import FACEBOOK, ZALO
        from tiengmo.places.events import unit_succeeded
        from tiengmo.releases.events import released, withdrawn
        from tiengmo.upkeep.registry import register

        for channel, lines in ((FACEBOOK, health.facebook_lines), (ZALO, health.zalo_lines)):
            registry.register(channel)
            board.register(channel.code, lines)
            registry.leave_trail(
                registry.Trail(
                    channel.code, channel.label, trail.rows_for(channel.code), trail.counted
                )
            )
        for method, text in settling.METHODS.items():
            registry.explain_method(method, text)
        register(health.EXPIRY, _("Khoá trang Facebook, Zalo sắp hết hạn"), health.running_out)
        withdrawn.connect(listening.on_withdrawn, dispatch_uid="social.withdrawn")
        released.connect(listening.on_released, dispatch_uid="social.released")
        unit_succeeded.connect(listening.on_unit_succeeded, dispatch_uid="social.succeeded")
