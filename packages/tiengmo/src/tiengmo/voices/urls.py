from django.urls import re_path

from .web import public

app_name = "voices"
urlpatterns = [
    re_path(r"^am-thanh/([0-9a-f]{64})\.(mp3|opus)$", public.sound, name="sound"),
]
