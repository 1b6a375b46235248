"""This app's staff pages, inside Wagtail's admin (which asks for a sign-in)."""

from django.urls import path

from . import gatherings, questions

urlpatterns = [
    path("hoi-dap/", questions.questions, name="outreach_questions"),
    path("hoi-dap/tu-choi/", questions.refuse_many, name="outreach_refuse_many"),
    path("hoi-dap/<int:pk>/", questions.question, name="outreach_question"),
    path("hoi-dap/<int:pk>/<slug:verb>/", questions.act, name="outreach_act"),
    path("su-kien/", gatherings.events, name="outreach_events"),
    path("su-kien/moi/", gatherings.write, name="outreach_event_new"),
    path("su-kien/<int:pk>/", gatherings.event, name="outreach_event"),
    path("su-kien/<int:pk>/sua/", gatherings.write, name="outreach_event_edit"),
    path("su-kien/<int:pk>/<slug:verb>/", gatherings.act, name="outreach_event_act"),
]
