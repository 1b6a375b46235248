from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Meeting(models.Model):
    """A meeting with the press, as a rule one a half-year. Personal data: the name of who wrote it
    down; who came is counted by outlet, what was asked by topic."""

    on = models.DateField(_("ngày"))
    place = models.CharField(_("nơi họp"), max_length=200)
    agenda = models.TextField(_("nội dung"))
    noted_by_name = models.CharField(max_length=200)
    noted_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-on", "-pk"]

    def __str__(self) -> str:
        return f"{_('Gặp mặt báo chí')} {self.on:%d/%m/%Y}"


class Attendance(models.Model):
    """How many of an outlet came to a meeting. Personal data: none."""

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="attendances")
    outlet = models.ForeignKey("press.Outlet", on_delete=models.PROTECT, related_name="+")
    people = models.PositiveSmallIntegerField(_("số người dự"))

    class Meta:
        ordering = ["outlet__name"]
        constraints = [
            models.UniqueConstraint(fields=["meeting", "outlet"], name="outlet_once_a_meeting")
        ]

    def __str__(self) -> str:
        return f"{self.outlet_id}: {self.people}"


class AskedTopic(models.Model):
    """How often a topic was asked about at a meeting. Personal data: none; never who asked."""

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="topics")
    topic = models.CharField(_("chủ đề"), max_length=120)
    questions = models.PositiveSmallIntegerField(_("số câu hỏi"))
    answer = models.TextField(_("đã trả lời"), blank=True)

    class Meta:
        ordering = ["-questions", "topic"]
        constraints = [
            models.UniqueConstraint(fields=["meeting", "topic"], name="topic_once_a_meeting")
        ]

    def __str__(self) -> str:
        return f"{self.topic}: {self.questions}"


class Agreement(models.Model):
    """What an outlet owes for what money. Personal data: none."""

    outlet = models.ForeignKey(
        "press.Outlet",
        verbose_name=_("cơ quan báo chí"),
        on_delete=models.PROTECT,
        related_name="agreements",
    )
    subject = models.CharField(_("nội dung thoả thuận"), max_length=300)
    document = models.CharField(_("số văn bản"), max_length=60, blank=True)
    money = models.PositiveBigIntegerField(_("kinh phí (đồng)"))
    starts_on = models.DateField(_("từ ngày"))
    ends_on = models.DateField(_("đến ngày"))
    products_owed = models.PositiveSmallIntegerField(_("số tin bài phải có"))

    class Meta:
        ordering = ["-ends_on", "-pk"]

    def __str__(self) -> str:
        return f"{self.outlet}: {self.subject}"


class Mention(models.Model):
    """Something an outlet printed or sent about us, as anybody can look it up. Personal data: none
    beyond a title."""

    outlet = models.ForeignKey(
        "press.Outlet",
        verbose_name=_("cơ quan báo chí"),
        on_delete=models.PROTECT,
        related_name="mentions",
    )
    title = models.CharField(_("tên tin bài"), max_length=300)
    on = models.DateField(_("ngày đăng"))
    link = models.URLField(_("liên kết"), max_length=500, blank=True)
    # Counts as one of the products that this agreement owes.
    agreement = models.ForeignKey(
        Agreement,
        verbose_name=_("thuộc thoả thuận"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="products",
    )
    noted_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-on", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["outlet", "on", "title"], name="one_mention")
        ]
        indexes = [models.Index(fields=["on"])]

    def __str__(self) -> str:
        return self.title
