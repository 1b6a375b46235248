from django.apps import AppConfig


class PartnersConfig(AppConfig):
    name = "tiengmo.channels.partners"
    label = "partners"

    def ready(self) -> None:
        from tiengmo.channels import health as board
        from tiengmo.channels import registry
        from tiengmo.channels.partners import health, listening, trail
        from tiengmo.channels.partners.channel import Partners
        from tiengmo.releases.events import released, withdrawn

        registry.register(Partners())
        registry.leave_trail(
            registry.Trail(Partners.code, Partners.label, trail.rows_of, trail.counted)
        )
        board.register(Partners.code, health.lines)
        withdrawn.connect(listening.on_withdrawn, dispatch_uid="partners.withdrawn")
        released.connect(listening.on_released, dispatch_uid="partners.released")
