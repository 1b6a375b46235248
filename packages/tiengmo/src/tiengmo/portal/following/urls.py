from django.urls import path

from tiengmo.portal.following import browsers, feeds, texts, views

urlpatterns = [
    path("", views.follow),
    path("da-gui-thu/", views.letter_sent),
    path("xac-nhan/<str:token>/", views.confirm),
    path("cua-toi/<str:token>/", views.own),
    path("da-ngung/", views.left),
    path("thon/<str:code>/rss.xml", feeds.village),
    path("trinh-duyet/", browsers.subscribe),
    path("trinh-duyet/cua-may/", browsers.own),
    path("trinh-duyet/da-hien/", browsers.shown),
    path("trinh-duyet/tho.js", browsers.worker),
    path("sms/", texts.subscribe),
    path("sms/xac-nhan/<str:token>/", texts.confirm),
    path("sms/gui-lien-ket/", texts.send_link),
    path("sms/da-gui-lien-ket/", texts.link_sent),
    path("sms/da-ngung/", texts.left),
    path("sms/<str:key>/", texts.own),
]
