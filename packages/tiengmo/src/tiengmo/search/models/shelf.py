from django.db import models


class Shelf(models.Model):
    """Things alike in all that a reader may narrow by, but the year: few, and counted quickly.

    Personal data: none.
    """

    kind = models.CharField(max_length=30)
    unit_code = models.CharField(max_length=30, blank=True)
    unit_name = models.CharField(max_length=200, blank=True)
    category = models.CharField(max_length=60, blank=True)
    category_name = models.CharField(max_length=200, blank=True)
    language = models.CharField(max_length=12)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=[
                    "kind", "unit_code", "unit_name", "category", "category_name", "language",
                ],
                name="search_one_shelf",
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.kind} · {self.unit_code} · {self.category}"
