"""The phone's page stands beside Wagtail's interface and not in it: one bar of signal is little."""

from django.urls import path

from . import device, views

urlpatterns = [
    path("", views.page, name="outreach_phone"),
    path("tho.js", views.worker, name="outreach_phone_worker"),
    path("du-lieu/", device.given, name="outreach_phone_given"),
    path("gui/", device.take, name="outreach_phone_take"),
]
