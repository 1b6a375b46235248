from django.db import models
from django.utils import timezone


class DailySalt(models.Model):
    """Makes one day's visitors tellable apart without anybody's address being kept.

    Deleted when its day is over: from then on nobody, we neither, can say who a hash was of.
    Personal data: none by itself; see FormPost and `visitors/README.md`.
    """

    day = models.DateField(unique=True)
    value = models.CharField(max_length=64)

    def __str__(self) -> str:
        return f"{self.day}"


class FormPost(models.Model):
    """One message that a public form took from somebody without an account.

    Personal data: a hash of the sender's address under the day's salt, good for counting on that
    day only; the row is erased after twelve hours (portal.guard.LONGEST).
    """

    form = models.CharField(max_length=40)
    who = models.CharField(max_length=24)
    stamp = models.CharField(max_length=24, unique=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [
            models.Index(fields=["form", "at"]),
            models.Index(fields=["who", "form", "at"]),
        ]

    def __str__(self) -> str:
        return f"{self.form} {self.at}"


class Seen(models.Model):
    """Somebody was here today; `about` names an article they opened, or is empty for the site.

    Personal data: a hash of address and browser under the day's salt, and under the article's name,
    so that two rows of one person cannot be told to be theirs. Counted and erased after midnight.
    """

    day = models.DateField()
    about = models.CharField(max_length=200, blank=True)
    who = models.CharField(max_length=24)
    # For "online now", and only in rows about the site: when somebody read what is kept nowhere.
    last_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["day", "about", "who"], name="seen_once_a_day")
        ]
        indexes = [models.Index(fields=["day", "last_at"])]

    def __str__(self) -> str:
        return f"{self.day} {self.about}"


class DayFigure(models.Model):
    """How many were here on a day that is over, and how many opened an article. No personal data.

    `about` is empty for the whole site.
    """

    day = models.DateField()
    about = models.CharField(max_length=200, blank=True)
    count = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["day", "about"], name="one_figure_a_day")]
        indexes = [models.Index(fields=["about", "day"])]

    def __str__(self) -> str:
        return f"{self.day} {self.about}: {self.count}"
