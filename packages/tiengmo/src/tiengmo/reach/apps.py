from django.apps import AppConfig


class ReachConfig(AppConfig):
    name = "tiengmo.reach"
    label = "reach"
