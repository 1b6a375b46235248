"""This app's staff pages, inside Wagtail's admin (which asks for a sign-in)."""

from django.urls import path

from . import alert_page, drawing, home, key_page, others, standings, templates_page, writing

urlpatterns = [
    path("canh-bao/", home.home, name="alerts_home"),
    path("canh-bao/soan/", home.choose, name="alerts_choose"),
    path("canh-bao/soan/<int:pk>/", writing.compose, name="alerts_compose"),
    path("canh-bao/khoa/", key_page.key_page, name="alerts_key"),
    path("canh-bao/khoa/mang-theo/", key_page.carry, name="alerts_key_carry"),
    path("canh-bao/mau/", templates_page.templates, name="alerts_templates"),
    path("canh-bao/mau/<int:pk>/", templates_page.template, name="alerts_template"),
    path("canh-bao/nguon/", others.feeds, name="alerts_feeds"),
    path("canh-bao/nguon/<int:pk>/", others.feeds, name="alerts_feed"),
    path("canh-bao/uy-quyen/", standings.standings, name="alerts_standings"),
    path("canh-bao/uy-quyen/moi/", standings.new, name="alerts_standing_new"),
    path("canh-bao/uy-quyen/<str:pk>/", standings.standing, name="alerts_standing"),
    path("canh-bao/uy-quyen/<str:pk>/ky/", standings.give, name="alerts_standing_give"),
    path("canh-bao/uy-quyen/<str:pk>/thu-hoi/", standings.revoke, name="alerts_standing_revoke"),
    path("canh-bao/vung/", drawing.inside, name="alerts_inside"),
    path("canh-bao/vung/thon/", drawing.villages, name="alerts_villages"),
    path("canh-bao/tin/<int:pk>/", others.proposal, name="alerts_proposal"),
    path("canh-bao/<uuid:pk>/", alert_page.alert_page, name="alerts_alert"),
    path("canh-bao/<uuid:pk>/ky/", alert_page.sign, name="alerts_sign"),
    path("canh-bao/<uuid:pk>/ky-theo-uy-quyen/", alert_page.stand, name="alerts_stand"),
    path("canh-bao/<uuid:pk>/ky-thu-hai/", alert_page.second, name="alerts_second"),
    path("canh-bao/<uuid:pk>/bo/", alert_page.reject, name="alerts_reject"),
    path("canh-bao/<uuid:pk>/cap-nhat/", writing.update, name="alerts_update"),
    path("canh-bao/<uuid:pk>/an-toan/", writing.all_clear, name="alerts_all_clear"),
]
