from django.apps import AppConfig


class BroadcastingConfig(AppConfig):
    name = "tiengmo.broadcasting"
    label = "broadcasting"
