from django.apps import AppConfig


class StudioConfig(AppConfig):
    name = "tiengmo.studio"
    label = "studio"
