from django.urls import path

from tiengmo.portal.units import views

urlpatterns = [
    path("danh-ba/", views.directory),
    path("xa/<str:code>/", views.home),
    path("xa/<str:code>/lien-he/", views.contacts),
    path("xa/<str:code>/lich-phat-thanh/", views.schedule),
    path("xa/<str:code>/ban-do/", views.map_page),
    path("xa/<str:code>/ban-do.geojson", views.geojson),
]
