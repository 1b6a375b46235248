"""This app's staff pages, inside Wagtail's admin (which asks for a sign-in)."""

from django.urls import path

from . import acts, pages

urlpatterns = [
    path("thu-tuc/", pages.home, name="procedures_home"),
    path("thu-tuc/moi/", pages.new, name="procedures_new"),
    path("thu-tuc/<int:pk>/", pages.procedure, name="procedures_procedure"),
    path("thu-tuc/<int:pk>/ban/<int:version_pk>/", pages.edit, name="procedures_edit"),
    path("thu-tuc/<int:pk>/ban-moi/", acts.begin, name="procedures_begin"),
    path("thu-tuc/<int:pk>/cong-bo/", acts.publish, name="procedures_publish"),
    path("thu-tuc/<int:pk>/kiem-tra/", acts.check, name="procedures_check"),
    path("thu-tuc/<int:pk>/bai-bo/", acts.abolish, name="procedures_abolish"),
    path("thu-tuc/<int:pk>/go/", acts.withdraw, name="procedures_withdraw"),
    path("thu-tuc/<int:pk>/xoa/", acts.discard, name="procedures_discard"),
    path("thu-tuc/<int:pk>/xem-truoc/", acts.preview, name="procedures_preview"),
]
