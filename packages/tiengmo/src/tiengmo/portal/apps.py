from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "tiengmo.portal"
    label = "portal"
