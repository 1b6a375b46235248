"""The newsroom's own staff pages, inside Wagtail's admin (which asks for a sign-in)."""

from django.urls import path

from . import endpoints, import_page, queue, release_page, review_page

urlpatterns = [
    path("cho-duyet/", queue.queue, name="newsroom_queue"),
    path("ban-tin/nhap-tu-tep/", import_page.import_text, name="newsroom_import"),
    path("ban-tin/de-xuat-loi-doc/", endpoints.propose_script, name="newsroom_propose_script"),
    path("ban-tin/<int:pk>/", review_page.review_page, name="newsroom_review"),
    path("ban-tin/<int:pk>/duyet/", review_page.clear, name="newsroom_clear"),
    path("ban-tin/<int:pk>/tra-lai/", review_page.send_back, name="newsroom_send_back"),
    path("ban-tin/<int:pk>/go/", review_page.withdraw, name="newsroom_withdraw"),
    path("ban-tin/<int:pk>/rut/", review_page.recall, name="newsroom_recall"),
    path("phat-hanh/", release_page.releases, name="newsroom_releases"),
    path("phat-hanh/<uuid:pk>/", release_page.release_page, name="newsroom_release"),
]
