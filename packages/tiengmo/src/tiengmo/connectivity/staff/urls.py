from django.urls import path

from . import views

urlpatterns = [
    path("", views.home, name="connectivity_home"),
    path("nap/", views.load, name="connectivity_load"),
    path("<slug:code>/", views.table, name="connectivity_table"),
    path("<slug:code>/ghi/", views.enter, name="connectivity_enter"),
    path("<slug:code>/bo/<int:pk>/", views.take_back, name="connectivity_retract"),
]
