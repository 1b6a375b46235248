from django.apps import AppConfig


class SpeakersConfig(AppConfig):
    name = "tiengmo.speakers"
    label = "speakers"
