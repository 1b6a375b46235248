from django.urls import path

from tiengmo.portal.events import views

urlpatterns = [
    path("su-kien/", views.upcoming),
    path("su-kien/da-qua/", views.past),
    path("su-kien/lich.ics", views.calendar_of_all),
    path("su-kien/<slug:slug>/", views.event),
    path("su-kien/<slug:slug>/lich.ics", views.calendar_of_one),
]
