from django.apps import AppConfig


class NewsroomConfig(AppConfig):
    name = "tiengmo.newsroom"
    label = "newsroom"
