from django.urls import path, re_path

from tiengmo.portal.screens import device, views

urlpatterns = [
    path("", views.player),
    path("nhip/", views.pulse),
    path("tho.js", views.worker),
    re_path(r"^anh/([0-9a-f]{64})\.webp$", views.picture),
    re_path(r"^phim/([0-9a-f]{64})(\.mp4|\.webm)$", views.video),
    path("dang-ky/", device.enrol),
    path("may/danh-sach/", device.playlist),
    path("may/bao-cao/", device.report),
]
