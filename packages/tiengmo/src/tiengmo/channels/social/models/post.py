import uuid

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Post(models.Model):
    """One release on one account: what must be done next, and what came of it. Personal data: none.

    It holds no text: that is made from the frozen release when it goes. No network takes a key that
    would make a second handing over harmless, so what may have been taken is looked for on the
    account's own page, and never posted a second time without somebody's word.
    """

    class Act(models.TextChoices):
        PUBLISH = "publish", _("đăng")
        EDIT = "edit", _("sửa bài đã đăng")
        REMOVE = "remove", _("gỡ bài")

    class State(models.TextChoices):
        WAITING = "waiting", _("chờ")
        SENDING = "sending", _("đang gửi")
        # Taken; the network makes the article and tells its number when asked again.
        PROCESSING = "processing", _("mạng đang xử lý")
        DONE = "done", _("xong")
        FAILED = "failed", _("không được")
        IN_DOUBT = "in_doubt", _("chưa rõ")
        CANCELLED = "cancelled", _("đã huỷ trước khi đăng")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    account = models.ForeignKey("social.Account", on_delete=models.PROTECT, related_name="posts")
    release = models.ForeignKey(
        "releases.Release", on_delete=models.CASCADE, related_name="social_posts"
    )
    delivery = models.OneToOneField(
        "releases.Delivery", on_delete=models.CASCADE, related_name="social_post"
    )
    act = models.CharField(max_length=10, choices=Act.choices, default=Act.PUBLISH)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    # The post that this one puts its own text in the place of.
    corrects = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, related_name="corrected_by"
    )
    reference = models.CharField(max_length=120, blank=True)  # the network's id of the post
    ticket = models.TextField(blank=True)  # what the network gave to ask for that id with
    address = models.URLField(max_length=500, blank=True)
    reason = models.CharField(max_length=40, blank=True)  # releases.rules
    detail = models.CharField(max_length=300, blank=True)  # what the network said last
    urgency = models.PositiveSmallIntegerField(default=2)  # 0 removal, 1 emergency, 2 news
    attempts = models.PositiveSmallIntegerField(default=0)
    looks = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    claimed_at = models.DateTimeField(null=True)
    # When it was handed over for the first time: a post older than that is not this one.
    tried_at = models.DateTimeField(null=True)
    posted_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    # As the network last told; None: it did not say.
    views = models.PositiveIntegerField(null=True)
    viewers = models.PositiveIntegerField(null=True)
    reactions = models.PositiveIntegerField(null=True)
    comments = models.PositiveIntegerField(null=True)
    shares = models.PositiveIntegerField(null=True)
    figures_at = models.DateTimeField(null=True)
    figures_due_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            # Whatever runs twice, one release stands once on one account.
            models.UniqueConstraint(fields=["release", "account"], name="posted_once")
        ]
        indexes = [
            models.Index(fields=["state", "urgency", "due_at"], name="post_waiting"),
            models.Index(fields=["figures_due_at"], name="post_figures"),
        ]

    def __str__(self) -> str:
        return f"{self.act} {self.pk}: {self.state}"
