from django.urls import path

from . import english, installed, sitemaps, statements

urlpatterns = [
    path("khan-cap/", statements.emergency),
    path("thong-tin/so-do/", statements.map_of_site),
    path("thong-tin/<slug:name>/", statements.statement),
    path("en/", english.home),
    path("en/communes/", english.communes),
    path("en/communes/<str:code>/", english.commune),
    path("en/emergency/", english.emergency),
    path("ung-dung.webmanifest", installed.manifest),
    path("ngoai-mang.js", installed.worker),
    path("ngoai-mang/", installed.offline),
    path("sitemap.xml", sitemaps.index),
    path("sitemap-<slug:name>-<int:number>.xml", sitemaps.part),
]
