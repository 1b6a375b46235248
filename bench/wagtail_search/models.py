"""The same bulletin as a site built on Wagtail would index it."""

from django.db import models
from wagtail.search import index


class PlainBulletin(index.Indexed, models.Model):
    """Title and text, searched by Wagtail's database backend."""

    title = models.CharField(max_length=500)
    body = models.TextField()
    date = models.DateTimeField()

    search_fields = [
        index.SearchField("title", boost=2),
        index.SearchField("body"),
        index.AutocompleteField("title"),
        index.FilterField("date"),
    ]

    def __str__(self) -> str:
        return self.title
