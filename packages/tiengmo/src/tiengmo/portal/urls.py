from django.urls import path, re_path

from tiengmo.portal import feeds, views

urlpatterns = [
    path("", views.home),
    path("tin/", views.bulletins),
    path("tin/<slug:slug>/", views.bulletin),
    path("tin/<slug:slug>/<str:language>/", views.bulletin),
    path("xa/<str:code>/", views.commune),
    re_path(r"^anh/([0-9a-f]{64}\.[a-z]{3,4})$", views.picture),
    path("rss.xml", feeds.feed),
    path("xa/<str:code>/rss.xml", feeds.feed),
    path("robots.txt", views.robots),
    path("sitemap.xml", views.sitemap),
]
