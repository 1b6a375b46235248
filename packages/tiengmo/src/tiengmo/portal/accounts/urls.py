from django.urls import path

from . import views

urlpatterns = [
    path("", views.register),
    path("danh-sach.json", views.as_json),
    path("danh-sach.csv", views.as_csv),
]
