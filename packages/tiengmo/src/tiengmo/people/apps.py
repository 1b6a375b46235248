from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "tiengmo.people"
    label = "people"
