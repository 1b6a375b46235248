from django.apps import AppConfig


class PlacesConfig(AppConfig):
    name = "tiengmo.places"
    label = "places"
