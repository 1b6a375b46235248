from django.urls import path

from tiengmo.portal.listening import views

urlpatterns = [
    path("nghe/", views.listening),
    path("nghe/<str:code>/truc-tiep.mp3", views.live),
    path("nghe/<str:code>/<slug:language>/truc-tiep.mp3", views.live),
    path("nghe/<str:code>/dang-phat/", views.on_air),
    path("nghe/<str:code>/", views.station),
    path("nghe/<str:code>/<slug:language>/", views.station),
    path("nghe/<str:code>/<slug:language>/podcast.xml", views.podcast),
]
