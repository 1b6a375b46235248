from django.apps import AppConfig


class OutboxConfig(AppConfig):
    name = "tiengmo.outbox"
    label = "outbox"
