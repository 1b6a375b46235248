from django.urls import path

from . import views

urlpatterns = [
    path("", views.search),
    path("goi-y/", views.suggestions),
]
