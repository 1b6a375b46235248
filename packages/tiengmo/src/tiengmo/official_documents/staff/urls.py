"""This app's staff pages, inside Wagtail's admin (which asks for a sign-in)."""

from django.urls import path

from . import acts, pages

urlpatterns = [
    path("van-ban/", pages.home, name="documents_home"),
    path("van-ban/moi/", pages.new, name="documents_new"),
    path("van-ban/<int:pk>/", pages.document, name="documents_document"),
    path("van-ban/<int:pk>/sua/", pages.edit, name="documents_edit"),
    path("van-ban/<int:pk>/dinh-chinh/", pages.correct, name="documents_correct"),
    path("van-ban/<int:pk>/cong-bo/", acts.publish, name="documents_publish"),
    path("van-ban/<int:pk>/go/", acts.withdraw, name="documents_withdraw"),
    path("van-ban/<int:pk>/xoa/", acts.discard, name="documents_discard"),
    path("van-ban/<int:pk>/xem-truoc/", acts.preview, name="documents_preview"),
    path("van-ban/<int:pk>/tep/<int:file_pk>/", acts.file, name="documents_file"),
]
