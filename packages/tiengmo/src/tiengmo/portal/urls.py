from django.urls import path

from tiengmo.portal import feeds, views

urlpatterns = [
    path("", views.home),
    path("tin/", views.bulletins),
    path("tin/<slug:slug>/", views.bulletin),
    path("tin/<slug:slug>/<str:language>/", views.bulletin),
    path("xa/<str:code>/", views.commune),
    path("rss.xml", feeds.feed),
    path("xa/<str:code>/rss.xml", feeds.feed),
    path("robots.txt", views.robots),
    path("sitemap.xml", views.sitemap),
]
