from django.urls import path, re_path

from tiengmo.portal import alerts, feeds, views

urlpatterns = [
    path("", views.home),
    path("tin/", views.bulletins),
    path("tin/<slug:slug>/", views.bulletin),
    path("tin/<slug:slug>/<str:language>/", views.bulletin),
    path("xa/<str:code>/", views.commune),
    re_path(r"^anh/([0-9a-f]{64}\.[a-z]{3,4})$", views.picture),
    path("rss.xml", feeds.feed),
    path("xa/<str:code>/rss.xml", feeds.feed),
    path("canh-bao/", alerts.alerts),
    path("canh-bao/dang-phat/", alerts.on_now),
    path("canh-bao/cap.atom", alerts.atom),
    path("canh-bao/cap.rss", alerts.rss),
    path("canh-bao/chung-thu.pem", alerts.certificate),
    path("canh-bao/cap/<str:identifier>.xml", alerts.cap),
    path("canh-bao/<str:identifier>/", alerts.alert),
    path("robots.txt", views.robots),
    path("sitemap.xml", views.sitemap),
]
