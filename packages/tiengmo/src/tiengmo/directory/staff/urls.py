"""This app's staff pages, inside Wagtail's admin (which asks for a sign-in)."""

from django.urls import path, re_path

from . import pages

urlpatterns = [
    path("danh-ba/", pages.home, name="directory_home"),
    path("danh-ba/<str:code>/", pages.unit, name="directory_unit"),
    path("danh-ba/<str:code>/co-quan/moi/", pages.office, name="directory_office_new"),
    path("danh-ba/<str:code>/co-quan/<int:pk>/", pages.office, name="directory_office"),
    path("danh-ba/<str:code>/can-bo/moi/", pages.official, name="directory_official_new"),
    path("danh-ba/<str:code>/can-bo/<int:pk>/", pages.official, name="directory_official"),
    re_path(
        r"^danh-ba/(?P<code>[^/]+)/(?P<what>co-quan|can-bo)/(?P<pk>[0-9]{1,18})/"
        r"(?P<verb>con-dung|ngung|thoi)/$",
        pages.act,
        name="directory_act",
    ),
]
