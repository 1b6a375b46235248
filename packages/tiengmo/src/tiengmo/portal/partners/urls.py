from django.urls import path

from tiengmo.portal.partners import views

urlpatterns = [
    path("hub", views.hub),
    path("tin.atom", views.everything),
    path("xa/<str:code>.atom", views.of_unit),
    path("chuyen-muc/<slug:code>.atom", views.of_category),
]
