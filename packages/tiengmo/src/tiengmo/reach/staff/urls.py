from django.urls import path

from . import leader, panel, release, work

urlpatterns = [
    path("", leader.leader, name="reach_leader"),
    path("bao-cao.pdf", leader.leader_pdf, name="reach_pdf"),
    path("bao-cao.xlsx", leader.leader_xlsx, name="reach_xlsx"),
    path("nhieu-lan/", leader.again, name="reach_again"),
    path("chi-tieu/", leader.goal, name="reach_goal"),
    path("<uuid:pk>/", panel.panel, name="reach_panel"),
    path("<uuid:pk>/thon/", release.release, name="reach_release"),
    path("<uuid:pk>/giao/", release.give, name="reach_give"),
    path("viec/", work.work, name="reach_work"),
    path("viec/<uuid:pk>/xong/", work.report, name="reach_report"),
    path("viec/<uuid:pk>/huy/", work.cancel, name="reach_cancel"),
]
