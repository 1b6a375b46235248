from django.urls import path

from tiengmo.portal import feeds

from . import article, lists

urlpatterns = [
    path("tin/", lists.bulletins),
    path("tin/<slug:slug>/", article.bulletin),
    path("tin/<slug:slug>/qr.svg", article.qr),
    path("tin/<slug:slug>/ban-luu/", article.archived),
    path("tin/<slug:slug>/<str:language>/", article.bulletin),
    path("chuyen-muc/<slug:code>/", lists.category),
    path("chuyen-muc/<slug:code>/rss.xml", feeds.category_feed),
    path("rss.xml", feeds.feed),
    path("xa/<str:code>/rss.xml", feeds.feed),
]
