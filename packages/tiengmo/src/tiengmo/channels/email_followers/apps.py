from django.apps import AppConfig


class EmailFollowersConfig(AppConfig):
    name = "tiengmo.channels.email_followers"
    label = "email_followers"

    def ready(self) -> None:
        from django.utils.translation import gettext_lazy as _

        from tiengmo.channels import health as board
        from tiengmo.channels import registry
        from tiengmo.channels.email_followers import health, trail
        from tiengmo.channels.email_followers.listening import (
            on_deliveries_moved,
            on_released,
            on_unit_succeeded,
            on_withdrawn,
        )
        from tiengmo.places.events import unit_succeeded
        from tiengmo.releases.events import deliveries_moved, released, withdrawn

        deliveries_moved.connect(on_deliveries_moved, dispatch_uid="email_followers.delivered")
        registry.leave_trail(
            registry.Trail("email", _("Thư điện tử"), trail.rows_of, trail.counted)
        )
        board.register_alone("email", health.line)
        released.connect(on_released, dispatch_uid="email_followers.released")
        withdrawn.connect(on_withdrawn, dispatch_uid="email_followers.withdrawn")
        unit_succeeded.connect(on_unit_succeeded, dispatch_uid="email_followers.succeeded")
