from django.apps import AppConfig


class VisitorsConfig(AppConfig):
    name = "tiengmo.portal.visitors"
    label = "visitors"
