"""This app's staff pages, inside Wagtail's admin (which asks for a sign-in)."""

from django.urls import path

from . import pages

urlpatterns = [
    path("can-ra-soat/", pages.home, name="upkeep_home"),
    path("can-ra-soat/de-nguyen/", pages.leave, name="upkeep_set_aside"),
    path("can-ra-soat/lien-ket/", pages.look, name="upkeep_look"),
]
