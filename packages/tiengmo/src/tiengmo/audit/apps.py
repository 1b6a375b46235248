from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "tiengmo.audit"
    label = "audit"
