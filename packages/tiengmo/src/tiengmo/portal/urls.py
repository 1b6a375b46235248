from django.urls import include, path, re_path

from tiengmo.portal import alerts, security, views
from tiengmo.portal.following import reports
from tiengmo.portal.visitors import views as visits

urlpatterns = [
    path("", views.home),
    path("", include("tiengmo.portal.bulletins.urls")),
    path("", include("tiengmo.portal.units.urls")),
    path("", include("tiengmo.portal.listening.urls")),
    path("", include("tiengmo.portal.events.urls")),
    path("", include("tiengmo.portal.answers.urls")),
    re_path(r"^anh/([0-9a-f]{64}(?:-(?:whole|wide)-[0-9]{1,4})?\.[a-z]{3,4})$", views.picture),
    path("canh-bao/", alerts.alerts),
    path("canh-bao/dang-phat/", alerts.on_now),
    path("canh-bao/cap.atom", alerts.atom),
    path("canh-bao/cap.rss", alerts.rss),
    path("canh-bao/chung-thu.pem", alerts.certificate),
    path("canh-bao/cap/<str:identifier>.xml", alerts.cap),
    path("canh-bao/<str:identifier>/", alerts.alert),
    path("thu-tuc/", include("tiengmo.portal.procedures.urls")),
    path("van-ban/", include("tiengmo.portal.documents.urls")),
    path("theo-doi/", include("tiengmo.portal.following.urls")),
    path("bao-chi/", include("tiengmo.portal.press.urls")),
    path("he-thong-ban/", include("tiengmo.portal.partners.urls")),
    path("tin-nhan/bao/<str:token>/", reports.report),
    path("tim-kiem/", include("tiengmo.portal.finding.urls")),
    path("tai-khoan-chinh-thuc/", include("tiengmo.portal.accounts.urls")),
    path("thong-ke/", visits.figures),
    path("thong-ke/so-lieu/", visits.in_a_line),
    path("man-hinh/", include("tiengmo.portal.screens.urls")),
    path("dem.gif", visits.dot),
    path(".well-known/security.txt", security.contact),
    path("robots.txt", views.robots),
    path("", include("tiengmo.portal.about.urls")),
]
