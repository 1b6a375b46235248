from django.db import models


class Word(models.Model):
    """A word without marks that stands in something, and in how many: for slips of the finger.

    Counted by the worker, so a word may be some seconds late and a count too high after a
    correction; `tiengmo search rebuild` counts anew. Personal data: none.
    """

    folded = models.CharField(max_length=40, unique=True)
    # As it is mostly written: "duong" is shown as "đường".
    shown = models.CharField(max_length=40)
    entries = models.PositiveIntegerField(default=0)
    titles = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return self.folded
