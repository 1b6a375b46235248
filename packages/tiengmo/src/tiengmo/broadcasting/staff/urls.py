"""The programme's staff pages, inside Wagtail's admin (which asks for a sign-in)."""

from django.urls import path

from . import area, episodes, grid, log, shows

urlpatterns = [
    path("", grid.week, name="broadcasting_week"),
    path("chep-tuan/", grid.copy, name="broadcasting_copy"),
    path("lich.ics", grid.calendar, name="broadcasting_calendar"),
    path("in/", grid.printed, name="broadcasting_print"),
    path("tung-phut/<str:code>/<str:day>/", grid.minutes, name="broadcasting_minutes"),
    path("so-phat/them/<str:code>/", episodes.new, name="broadcasting_new_episode"),
    path("so-phat/<uuid:pk>/", episodes.episode, name="broadcasting_episode"),
    path("so-phat/<uuid:pk>/doi-gio/", grid.move, name="broadcasting_move"),
    path("so-phat/<uuid:pk>/huy/", episodes.cancel, name="broadcasting_cancel"),
    path("so-phat/<uuid:pk>/thu/", episodes.add_recording, name="broadcasting_add_recording"),
    path("so-phat/<uuid:pk>/ban-tin/", episodes.add_release, name="broadcasting_add_release"),
    path("phan/<int:pk>/bo/", episodes.remove, name="broadcasting_remove_segment"),
    path("phan/<int:pk>/doi-cho/", episodes.reorder, name="broadcasting_move_segment"),
    path("chuong-trinh/", shows.index, name="broadcasting_shows"),
    path("chuong-trinh/them/<str:code>/", shows.new, name="broadcasting_new_show"),
    path("chuong-trinh/<uuid:pk>/", shows.edit, name="broadcasting_show"),
    path("chuong-trinh/<uuid:pk>/dung/", shows.close, name="broadcasting_close_show"),
    path("chuong-trinh/<uuid:pk>/gio-phat/", shows.new_rule, name="broadcasting_new_rule"),
    path("gio-phat/<int:pk>/", shows.rule, name="broadcasting_rule"),
    path("gio-phat/<int:pk>/bo/", shows.drop_rule, name="broadcasting_drop_rule"),
    path("kho/them/<str:code>/", shows.new_pool, name="broadcasting_new_pool"),
    path("kho/<int:pk>/", shows.pool, name="broadcasting_pool"),
    path("kho/am-thanh/<int:pk>/bo/", shows.drop_sound, name="broadcasting_drop_sound"),
    path("lap-cho-trong/them/<str:code>/", shows.new_fill, name="broadcasting_new_fill"),
    path("lap-cho-trong/<int:pk>/bo/", shows.drop_fill, name="broadcasting_drop_fill"),
    path("gio-duoc-phep/", area.index, name="broadcasting_areas"),
    path("gio-duoc-phep/<str:code>/", area.area, name="broadcasting_area"),
    path("da-phat/", log.log, name="broadcasting_log"),
    path("da-phat/nhat-ky.csv", log.as_csv_file, name="broadcasting_log_csv"),
    path("da-phat/nhat-ky.pdf", log.as_pdf_file, name="broadcasting_log_pdf"),
]
