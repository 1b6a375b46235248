from django.db import models


class Page(models.Model):
    """What citizens see of a release: frozen when it went out, and all that public pages read.

    Its address stays. A corrected page moves on to the newer one, a withdrawn one says so with its
    reason. Personal data: the printed names of the author and of the one who cleared it.
    """

    release = models.OneToOneField(
        "releases.Release", on_delete=models.PROTECT, related_name="portal_page"
    )
    slug = models.SlugField(max_length=200, unique=True)
    source = models.CharField(max_length=130, db_index=True)  # "newsroom.bulletin:7"
    headline = models.CharField(max_length=120)
    summary = models.TextField(blank=True)
    unit_name = models.CharField(max_length=200)
    priority = models.CharField(max_length=12)
    category = models.CharField(max_length=40, blank=True)
    category_name = models.CharField(max_length=60, blank=True)
    closes_on = models.DateField(null=True)
    picture = models.JSONField(default=dict)
    # Its file, "<sha256>.<suffix>": portal.pictures; its smaller sizes are named after it.
    picture_name = models.CharField(max_length=72, blank=True, db_index=True)
    mp3_sha256 = models.CharField(max_length=64, blank=True)
    mp3_bytes = models.PositiveBigIntegerField(null=True)
    sound_duration_ms = models.PositiveIntegerField(null=True)
    released_at = models.DateTimeField()
    # The article in each language, rendered and sanitised when it was frozen: {"vi": "<article…"}.
    articles = models.JSONField(default=dict)
    # How lists and the top of the home page show it, rendered when it was frozen.
    teaser = models.TextField()
    lead = models.TextField()
    main_language = models.CharField(max_length=12)
    # What this version corrected in the one before it, rendered; "" for a first version.
    changes = models.TextField(blank=True)
    is_current = models.BooleanField(default=True)
    gone_at = models.DateTimeField(null=True)
    gone_reason = models.TextField(blank=True)

    class Meta:
        ordering = ["-released_at"]
        indexes = [
            models.Index(
                fields=["-released_at"], name="portal_current", condition=models.Q(is_current=True)
            ),
            models.Index(
                fields=["category", "-released_at"],
                name="portal_category",
                condition=models.Q(is_current=True),
            ),
            models.Index(
                fields=["closes_on"],
                name="portal_closing",
                condition=models.Q(is_current=True, closes_on__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.headline


class PageArea(models.Model):
    """An area whose page lists this bulletin: one it is addressed to, or above or below such a one.

    Personal data: none.
    """

    page = models.ForeignKey(Page, on_delete=models.CASCADE, related_name="areas")
    code = models.CharField(max_length=30)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["page", "code"], name="one_page_area")]
        indexes = [models.Index(fields=["code", "page"])]

    def __str__(self) -> str:
        return f"{self.code}: {self.page_id}"
