from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from tiengmo.audit.actions import record
from tiengmo.newsroom import review, workflow
from tiengmo.newsroom.errors import NobodyQualifies, SaveConflict
from tiengmo.newsroom.forms_of import problems_of
from tiengmo.newsroom.models.bulletin import WHOLE_OBJECT_FIELDS
from tiengmo.newsroom.permissions import standing
from tiengmo.newsroom.workflow import Stage
from tiengmo.people.actions import require_role
from tiengmo.people.models import Role

from .choose_sound import choose_sounds
from .locking import latest_version, locked, set_stage

if TYPE_CHECKING:
    from wagtail.models import Revision

    from tiengmo.newsroom.models import Bulletin
    from tiengmo.people.models import User


@dataclass(frozen=True)
class Edit:
    """What a save came to: the version, and what it did to a review under way."""

    revision: Revision
    review_restarted: bool = False
    review_stopped_because: str = ""


def edit_bulletin(bulletin: Bulletin, *, by: User, based_on: int | None = None) -> Edit:
    """Save this bulletin, new or changed, as its next version.

    based_on: the revision the writer started from; when someone saved meanwhile, nothing is
    written and SaveConflict names theirs. During a review any edit starts the review again from
    the first step of the route that the new audience asks for.

    Raises ValidationError for texts, NotAllowed, NotPossible, SaveConflict.
    """
    is_new = bulletin.pk is None
    before: dict[str, int | None] = {}
    _check_fields(bulletin)
    with transaction.atomic():
        if is_new:
            require_role(by, Role.EDITOR, standing(bulletin.unit))
        else:
            before = _take_over_whole_object(bulletin, by=by, based_on=based_on)
        sounds = choose_sounds(bulletin, before, by=by)
        if is_new or not bulletin.live:
            bulletin.save()
        revision = bulletin.save_revision(user=by, clean=False, log_action=not is_new)
        restarted, because = _go_on(bulletin, by=by)
        record(
            "bulletin.written" if is_new else "bulletin.edited",
            by=by,
            subject=bulletin,
            detail={
                "revision": revision.pk,
                "audience": bulletin.audience,
                "sounds": sounds,
                "review_restarted": restarted,
            },
        )
    return Edit(revision, restarted, because)


def _check_fields(bulletin: Bulletin) -> None:
    bulletin.full_clean()
    seen = set()
    for edition in bulletin.editions.all():
        edition.full_clean(exclude=["bulletin"], validate_unique=False, validate_constraints=False)
        if edition.language in seen:
            raise ValidationError(_("Mỗi ngôn ngữ chỉ có một bản."))
        seen.add(edition.language)


def _take_over_whole_object(
    bulletin: Bulletin, *, by: User, based_on: int | None
) -> dict[str, int | None]:
    """Lock the row and keep what belongs to it and not to a version.

    Returns the sounds of the version before, by language.
    """
    row = locked(bulletin)
    require_role(by, Role.EDITOR, standing(row.unit))
    workflow.require(row.stage, "edit")
    lock = row.get_lock()
    if lock is not None and lock.for_user(by):
        raise SaveConflict(
            _("Bài đang được khoá bởi %(who)s nên chưa lưu được.")
            % {"who": row.locked_by or _("quy trình duyệt")},
            theirs=row.latest_revision,
        )
    if based_on is not None and based_on != row.latest_revision_id:
        theirs = row.latest_revision
        raise SaveConflict(
            _("%(who)s đã lưu một bản khác trong lúc bạn đang sửa. Chưa có gì bị ghi đè.")
            % {"who": theirs.user},
            theirs=theirs,
        )
    for name in (
        *WHOLE_OBJECT_FIELDS,
        "live",
        "has_unpublished_changes",
        "first_published_at",
        "last_published_at",
        "latest_revision_id",
        "live_revision_id",
        "locked",
        "locked_at",
        "locked_by_id",
    ):
        setattr(bulletin, name, getattr(row, name))
    return {v.language: v.sound_id for v in latest_version(row).language_versions()}


def _go_on(bulletin: Bulletin, *, by: User) -> tuple[bool, str]:
    """Set the stage that follows the edit; start a review under way again."""
    if bulletin.stage in (Stage.CLEARED, Stage.WITHDRAWN):
        set_stage(bulletin, Stage.DRAFT)
    if bulletin.stage != Stage.IN_REVIEW:
        return False, ""
    state = bulletin.current_workflow_state
    asked_by = state.requested_by if state is not None and state.requested_by else by
    because = "\n".join(problems_of(bulletin, at_clearing=False))
    if not because:
        try:
            with transaction.atomic():
                review.start(bulletin, bulletin, by=asked_by)
        except NobodyQualifies as error:
            because = str(error)
        else:
            return True, ""
    review.stop(bulletin, by=by)
    set_stage(bulletin, Stage.DRAFT)
    return False, because
