from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from tiengmo.audit.actions import record
from tiengmo.channels.social.errors import SocialError
from tiengmo.channels.social.models import Post
from tiengmo.channels.social.sending.posting import post_soon
from tiengmo.channels.social.sending.recovering import UNTRUE
from tiengmo.channels.social.settling import settle
from tiengmo.people.actions import require_role
from tiengmo.people.models import Role, User
from tiengmo.releases.models import Release

if TYPE_CHECKING:
    from tiengmo.audit.actors import Actor

Act, State = Post.Act, Post.State


def _locked(post: Post, by: Actor) -> Post:
    if isinstance(by, User) and not by.is_superuser:
        require_role(by, Role.EDITOR, post.account.unit)
    return Post.objects.select_for_update(of=("self",)).select_related("delivery").get(pk=post.pk)


def publish_again(post: Post, *, by: Actor) -> Post:
    """Post again what was in doubt or refused: somebody looked, and it is not on the page.

    Raises NotAllowed, SocialError.
    """
    with transaction.atomic():
        locked = _locked(post, by)
        if locked.act == Act.REMOVE or locked.state not in (State.IN_DOUBT, State.FAILED):
            raise SocialError(_("Bài này không ở tình trạng chưa rõ hay bị từ chối."))
        if locked.release.status != Release.Status.RELEASED:
            raise SocialError(_("Bản tin đã gỡ: không đăng lại."))
        if locked.release.replaced_by.filter(released_at__isnull=False).exists():
            raise SocialError(_("Bản tin đã có bản đính chính: không đăng lại bản cũ."))
        now = timezone.now()
        Post.objects.filter(pk=locked.pk).update(
            act=Act.PUBLISH,
            state=State.WAITING,
            attempts=0,
            looks=0,
            due_at=now,
            expires_at=max(locked.expires_at, now + timedelta(hours=1)),
        )
        record("social.posted_again", by=by, subject=locked, detail={"account": locked.account_id})
        post_soon()
    locked.refresh_from_db()
    return locked


def note_gone(post: Post, *, by: Actor) -> Post:
    """Note that somebody looked: the post is not on the page (any more).

    Closes a removal that the network refused, and a doubt about what was withdrawn or corrected.
    Raises NotAllowed, SocialError.
    """
    with transaction.atomic():
        locked = _locked(post, by)
        is_untrue = Post.objects.filter(UNTRUE, pk=locked.pk).exists()
        is_open = locked.act == Act.REMOVE and locked.state != State.DONE
        if not is_open and not (is_untrue and locked.state == State.IN_DOUBT):
            raise SocialError(_("Bài này không chờ gỡ."))
        Post.objects.filter(pk=locked.pk).update(
            act=Act.REMOVE, state=State.DONE, ended_at=timezone.now(), detail=""
        )
        locked.refresh_from_db()
        settle(locked)
        record("social.noted_gone", by=by, subject=locked, detail={"account": locked.account_id})
    return locked
