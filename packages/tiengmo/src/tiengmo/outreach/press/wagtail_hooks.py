from django.urls import URLPattern, path
from wagtail import hooks

from .staff import dealings, views


@hooks.register("register_admin_urls")
def press_relations_urls() -> list[URLPattern]:
    return [
        path("bao-chi/tin-bai/", views.mentions, name="press_mentions"),
        path("bao-chi/tin-bai/<int:pk>/bo/", views.remove, name="press_mention_remove"),
        path("bao-chi/gap-mat/", dealings.meetings, name="press_meetings"),
        path("bao-chi/gap-mat/them/", dealings.meeting, name="press_meeting_add"),
        path("bao-chi/gap-mat/<int:pk>/", dealings.meeting, name="press_meeting"),
        path("bao-chi/thoa-thuan/", dealings.agreements, name="press_agreements"),
        path("bao-chi/thoa-thuan/them/", dealings.agreement, name="press_agreement_add"),
        path("bao-chi/thoa-thuan/<int:pk>/", dealings.agreement, name="press_agreement"),
    ]
