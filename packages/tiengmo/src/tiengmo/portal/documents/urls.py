from django.urls import path

from . import feed, views

urlpatterns = [
    path("", views.documents),
    path("chien-luoc-ke-hoach/", views.programmes),
    path("rss.xml", feed.feed),
    path("<slug:slug>/", views.document),
    path("<slug:slug>/tep/<int:pk>/", views.file),
]
