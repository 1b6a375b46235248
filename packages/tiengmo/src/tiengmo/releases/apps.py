from django.apps import AppConfig


class ReleasesConfig(AppConfig):
    name = "tiengmo.releases"
    label = "releases"
