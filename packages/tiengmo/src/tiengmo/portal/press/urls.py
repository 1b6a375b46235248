from django.urls import path

from tiengmo.portal.press import pages, room, signing_in

urlpatterns = [
    path("", pages.home),
    path("rss.xml", pages.feed),
    path("tu-lieu/", pages.kit),
    path("tu-lieu/<uuid:pk>/<str:name>", pages.kit_file),
    path("dang-ky/", signing_in.apply),
    path("dang-ky/da-nhan/", signing_in.applied),
    path("dang-nhap/", signing_in.ask),
    path("dang-nhap/da-gui-thu/", signing_in.letter_sent),
    path("vao/<str:token>/", signing_in.enter),
    path("phong/", room.room),
    path("phong/ra/", room.leave),
    path("phong/thoi/", room.end),
    path("phong/da-ra/", room.left),
    path("phong/<uuid:pk>/", room.item),
    path("phong/<uuid:pk>/anh/", room.picture),
    path("<slug:slug>/", pages.item),
    path("<slug:slug>/anh/", pages.picture),
]
