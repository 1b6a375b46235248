from django.apps import AppConfig


class PrintedConfig(AppConfig):
    name = "tiengmo.channels.printed"
    label = "printed"

    def ready(self) -> None:
        from tiengmo.channels import registry
        from tiengmo.channels.printed import receipts, trail
        from tiengmo.channels.printed.channel import Printed

        registry.register(Printed())
        registry.leave_trail(
            registry.Trail(Printed.code, Printed.label, trail.rows_of, trail.counted)
        )
        for method, text in receipts.METHODS.items():
            registry.explain_method(method, text)
