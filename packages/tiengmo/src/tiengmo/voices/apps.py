from django.apps import AppConfig


class VoicesConfig(AppConfig):
    name = "tiengmo.voices"
    label = "voices"
