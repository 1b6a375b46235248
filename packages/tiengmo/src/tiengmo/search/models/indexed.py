from django.db import models


class Indexed(models.Model):
    """One thing that can be found. Its key orders by date: see `tiengmo.search.keys`.

    Its words stand in the database's own full-text index under the same key (`engines/`). Only
    `actions` write here, so that the two never part. Personal data: what its owner published, such
    as the name and telephone of an official.
    """

    id = models.BigIntegerField(primary_key=True)
    ref = models.CharField(max_length=150, unique=True)
    shelf = models.ForeignKey("search.Shelf", on_delete=models.PROTECT, related_name="+")
    url = models.CharField(max_length=500)
    title = models.CharField(max_length=500)
    number = models.CharField(max_length=200, blank=True)
    keywords = models.TextField(blank=True)
    body = models.TextField(blank=True)
    date = models.DateTimeField(null=True)
    # Its words are counted by the worker, outside of the transaction that put it in.
    is_counted = models.BooleanField(default=False)

    class Meta:
        indexes = [
            models.Index(
                fields=["id"], name="search_uncounted", condition=models.Q(is_counted=False)
            ),
        ]

    def __str__(self) -> str:
        return self.ref
