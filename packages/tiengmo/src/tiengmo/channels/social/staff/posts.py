"""Staff's page of posts: where each stands, what the network tells of it, what needs somebody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from tiengmo.channels.social import actions
from tiengmo.channels.social.errors import SocialError
from tiengmo.channels.social.models import Post
from tiengmo.channels.social.queries import accounts_seen
from tiengmo.channels.social.sending.recovering import UNTRUE
from tiengmo.channels.social.staff.register import ICON
from tiengmo.people.models import Role
from tiengmo.people.queries import units_below, units_where, works_somewhere
from tiengmo.people.staff import carry_out, page

if TYPE_CHECKING:
    from uuid import UUID

    from django.db.models import QuerySet
    from django.http import HttpResponse

    from tiengmo.people.models import User
    from tiengmo.people.staff import StaffRequest

A_PAGE = 50
# What somebody must look at: on the page itself, nobody else can say.
OPEN = Q(state__in=(Post.State.IN_DOUBT, Post.State.FAILED)) | Q(
    act=Post.Act.REMOVE, state=Post.State.WAITING
)


def _seen(user: User) -> QuerySet[Post]:
    return Post.objects.filter(account__in=accounts_seen(user)).select_related(
        "account__unit", "release"
    )


def posts(request: StaffRequest) -> HttpResponse:
    """Posts on the pages of this person's units, newest first; `xem=can` only what needs one."""
    if not works_somewhere(request.user):
        raise PermissionDenied
    rows = _seen(request.user).order_by("-release__released_at", "account__name")
    waits = request.GET.get("xem") == "can"
    if waits:
        rows = rows.filter(OPEN)
    if request.user.is_superuser:
        edited = None
    else:
        edited = units_below(units_where(request.user, Role.EDITOR))
    found = Paginator(rows, A_PAGE).get_page(request.GET.get("trang"))
    shown = [post.pk for post in found]
    untrue = set(Post.objects.filter(UNTRUE, pk__in=shown).values_list("pk", flat=True))
    for post in found:
        is_mine = edited is None or post.account.unit_id in edited
        is_live = post.pk not in untrue
        is_open = post.state in (Post.State.IN_DOUBT, Post.State.FAILED)
        is_leaving = post.act == Post.Act.REMOVE and post.state != Post.State.DONE
        post.may_post_again = (  # type: ignore[attr-defined]
            is_mine and is_open and is_live and post.act != Post.Act.REMOVE
        )
        post.may_note_gone = (  # type: ignore[attr-defined]
            is_mine and (is_leaving or (is_open and not is_live))
        )
    return page(
        request,
        "social/posts.html",
        title=_("Bài trên Facebook, Zalo"),
        icon=ICON,
        trail=[(_("Trang Facebook, Zalo"), reverse("social_accounts"))],
        found=found,
        waits=waits,
    )


@require_POST
def settle(request: StaffRequest, pk: UUID, verb: str) -> HttpResponse:
    """Somebody looked at the page: post again, or it is gone."""
    verbs = {
        "dang-lai": (actions.publish_again, _("Bài đang được đăng lại.")),
        "da-go": (actions.note_gone, _("Đã ghi: bài không còn trên trang.")),
    }
    if verb not in verbs:
        raise Http404
    post = get_object_or_404(_seen(request.user), pk=pk)
    act, done = verbs[verb]
    carry_out(request, lambda: act(post, by=request.user), done, (SocialError,))
    return redirect("social_posts")
