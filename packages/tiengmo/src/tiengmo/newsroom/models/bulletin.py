from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from modelcluster.models import ClusterableModel
from wagtail.fields import RichTextField
from wagtail.models import (
    DraftStateMixin,
    LockableMixin,
    PreviewableMixin,
    RevisionMixin,
    WorkflowMixin,
)

from tiengmo.newsroom import languages, texts
from tiengmo.newsroom.workflow import Stage

from .spoken import SpokenForms

if TYPE_CHECKING:
    from wagtail.models import Workflow

    from .edition import Edition

BODY_FEATURES = ["h3", "bold", "italic", "ol", "ul", "blockquote", "link"]

# What belongs to the bulletin as a whole and not to one version of it.
WHOLE_OBJECT_FIELDS = ("stage", "unit_id", "author_id", "created_at")


class BulletinPriority(models.TextChoices):
    """The two urgencies of a bulletin; an emergency is an alert, not a bulletin."""

    ROUTINE = "routine", _("thường")
    PRIORITY = "priority", _("ưu tiên: ngắt bài thường đang phát")


class PictureRights(models.TextChoices):
    """By what right a picture is shown."""

    OWN = "own", _("ảnh của đơn vị chụp")
    PERMITTED = "permitted", _("tác giả cho phép dùng")
    FREE = "free", _("giấy phép tự do (Creative Commons…)")
    OFFICIAL = "official", _("cơ quan nhà nước cung cấp")


class Bulletin(
    PreviewableMixin,
    WorkflowMixin,
    DraftStateMixin,
    LockableMixin,
    RevisionMixin,
    SpokenForms,
    ClusterableModel,
):
    """One message as it is written, in every form that channels need. Its own fields are the
    Vietnamese edition; other languages are `editions`.

    The row is the last cleared version once there is one; the newest version is the latest
    revision. Personal data: its author; whatever its text says of people; kept as a record of what
    was published.
    """

    language = languages.MAIN
    live: models.BooleanField[bool, bool]  # DraftStateMixin's; Wagtail ships no types

    summary = models.TextField(
        _("tóm tắt"), blank=True, help_text=_("Một hai câu, hiện dưới tiêu đề trên cổng thông tin.")
    )
    body = RichTextField(_("bài viết"), features=BODY_FEATURES, blank=True)
    picture = models.ForeignKey(
        "wagtailimages.Image",
        verbose_name=_("ảnh"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
    )
    picture_alt = models.CharField(
        _("mô tả ảnh"),
        max_length=200,
        blank=True,
        help_text=_("Đọc cho người không nhìn thấy ảnh."),
    )
    picture_rights = models.CharField(
        _("quyền dùng ảnh"), max_length=12, choices=PictureRights.choices, blank=True
    )
    picture_credit = models.CharField(
        _("nguồn ảnh"),
        max_length=200,
        blank=True,
        help_text=_("Tên người chụp hoặc nơi cung cấp, hiện dưới ảnh."),
    )
    category = models.ForeignKey(
        "newsroom.Category",
        verbose_name=_("chuyên mục"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="bulletins",
    )
    closes_on = models.DateField(
        _("hạn chót"),
        null=True,
        blank=True,
        help_text=_("Ngày cuối nhận hồ sơ hoặc còn hiệu lực: thông báo, đấu thầu, mời gọi đầu tư."),
    )
    audience = models.JSONField(_("gửi tới đâu"), default=list, blank=True)  # area codes
    channels = models.JSONField(_("qua kênh nào"), default=list, blank=True)  # channel codes
    priority = models.CharField(
        _("mức độ"),
        max_length=12,
        choices=BulletinPriority.choices,
        default=BulletinPriority.ROUTINE,
    )
    release_at = models.DateTimeField(
        _("phát hành lúc"),
        null=True,
        blank=True,
        help_text=_("Để trống: phát hành ngay khi được duyệt."),
    )
    window_end_at = models.DateTimeField(
        _("phát muộn nhất đến"),
        null=True,
        blank=True,
        help_text=_("Loa mất kết nối nếu trở lại trước lúc này vẫn phát."),
    )
    unit = models.ForeignKey(
        "places.Unit",
        verbose_name=_("đơn vị"),
        on_delete=models.PROTECT,
        related_name="bulletins",
        editable=False,
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("người viết"),
        on_delete=models.PROTECT,
        related_name="bulletins",
        editable=False,
    )
    stage = models.CharField(
        _("trạng thái"),
        max_length=12,
        choices=Stage.choices,
        default=Stage.DRAFT,
        editable=False,
        db_index=True,
    )
    created_at = models.DateTimeField(_("tạo lúc"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("bản tin")
        verbose_name_plural = _("bản tin")
        ordering = ["-created_at"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self._state.adding and self.pk is None:
            # Wagtail's default is a thing that is live from the start; here nothing is out
            # before it was cleared.
            self.live = False

    def __str__(self) -> str:
        return self.headline or str(_("(chưa có tiêu đề)"))

    def clean(self) -> None:
        super().clean()
        self.normalise()
        problems: dict[str, list[str]] = {}
        for problem in self.text_problems():
            problems.setdefault(problem.field, []).append(problem.message)
        if self.picture_id and not self.picture_alt:
            problems.setdefault("picture_alt", []).append(str(_("Ảnh cần một câu mô tả.")))
        if self.picture_id and not self.picture_rights:
            problems.setdefault("picture_rights", []).append(
                str(_("Hãy ghi rõ vì sao được dùng ảnh này."))
            )
        elif (
            self.picture_id and not self.picture_credit and self.picture_rights != PictureRights.OWN
        ):
            problems.setdefault("picture_credit", []).append(
                str(_("Ảnh của người khác cần ghi nguồn."))
            )
        if self.category is not None and self.category.has_closing_date != bool(self.closes_on):
            problems.setdefault("closes_on", []).append(
                str(
                    _("Chuyên mục này cần ngày hạn chót.")
                    if self.category.has_closing_date
                    else _("Chuyên mục này không có hạn chót: hãy để trống.")
                )
            )
        if self.release_at and self.window_end_at and self.window_end_at <= self.release_at:
            problems.setdefault("window_end_at", []).append(
                str(_("Giờ phát muộn nhất phải sau giờ phát hành."))
            )
        if problems:
            raise ValidationError(problems)

    def normalise(self) -> None:
        super().normalise()
        self.summary = texts.clean_text(self.summary)
        self.body = texts.clean_markup(self.body)
        self.picture_alt = texts.clean_line(self.picture_alt)
        self.picture_credit = texts.clean_line(self.picture_credit)
        self.audience = list(dict.fromkeys(self.audience or []))
        self.channels = list(dict.fromkeys(self.channels or []))

    def text_problems(self) -> list[texts.TextProblem]:
        return [
            *super().text_problems(),
            *texts.judge(
                "summary",
                str(_("Tóm tắt")),
                self.summary,
                limit=texts.SUMMARY_CHARACTERS,
                required=False,
            ),
            *texts.judge(
                "body",
                str(_("Bài viết")),
                texts.plain(self.body) if len(self.body) <= texts.BODY_CHARACTERS else self.body,
                limit=texts.BODY_CHARACTERS,
                required=False,
            ),
        ]

    def language_versions(self) -> list[Bulletin | Edition]:
        """Return the Vietnamese forms and those of every other edition."""
        return [self, *self.editions.all()]

    # Wagtail's machinery

    def get_workflow(self) -> Workflow | None:
        """Return the workflow of the route that this version's audience asks for."""
        from tiengmo.newsroom.review import workflow_of

        return workflow_of(self)

    @classmethod
    def get_default_workflow(cls) -> Workflow | None:
        # The create page has no object yet to choose a route for: it offers to save, and the
        # review is asked for afterwards, by `submit_bulletin`.
        return None

    def with_content_json(self, content: dict[str, Any]) -> Bulletin:
        version: Bulletin = super().with_content_json(content)
        for name in WHOLE_OBJECT_FIELDS:
            setattr(version, name, getattr(self, name))
        version.live_revision_id = self.live_revision_id
        version.last_published_at = self.last_published_at
        return version

    def save_revision(self, *args: Any, **kwargs: Any) -> Any:
        # A version that someone may be reading, or has cleared, is never overwritten in place.
        kwargs["overwrite_revision"] = None
        return super().save_revision(*args, **kwargs)

    @property
    def preview_modes(self) -> list[tuple[str, str]]:
        from tiengmo.channels import registry

        return [(channel.code, str(channel.label)) for channel in registry.channels()] or [
            ("", str(_("Bài viết")))
        ]

    def make_preview_request(
        self,
        original_request: Any = None,
        preview_mode: str | None = None,
        extra_request_attrs: Any = None,
    ) -> Any:
        # Wagtail would send a made-up visitor's request to "/" through all middleware, where the
        # public pages answer first; these forms are the staff interface's own.
        request = original_request or HttpRequest()
        for name, value in (extra_request_attrs or {}).items():
            setattr(request, name, value)
        response = self.serve_preview(request, preview_mode or self.default_preview_mode)
        return response.render() if hasattr(response, "render") else response

    def get_preview_template(self, request: Any, mode_name: str) -> str:  # noqa: ARG002
        return "newsroom/preview.html"

    def get_preview_context(self, request: Any, mode_name: str) -> dict[str, Any]:
        from tiengmo.newsroom.forms_of import previews

        return {
            "request": request,
            "bulletin": self,
            "previews": previews(self, only=[mode_name] if mode_name else None),
        }
