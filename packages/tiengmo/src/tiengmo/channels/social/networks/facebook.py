"""Pages on Facebook, as published at developers.facebook.com (Graph API, Pages API).

A post's own link to the portal is what it is found by when the answer was lost: the interface takes
no key that would make a second posting harmless.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tiengmo.channels.social import rules

from .form import Access, Answer, Asked, Figures, Said

if TYPE_CHECKING:
    from tiengmo.channels.social.rules import Content

VERSION = "v23.0"
# Insights of a post: how many people had it on their screen (it took the place of
# post_impressions_unique in November 2025), and how often.
VIEWERS, VIEWS = "post_total_media_view_unique", "post_media_view"
NEWEST = "25"
BAD_REQUEST = 400

# "Handling Errors" of the Graph API.
_APP_LIMIT = frozenset({4, 341})
_PAGE_LIMIT = frozenset({17, 32, 613, 80001, 80002, 368})
_TEMPORARY = frozenset({1, 2})
_LOGIN = frozenset({102, 190, 10, 200, 459, 464, 467})
_DUPLICATE = 506
_NO_SUCH_OBJECT_SUBCODE = 33
_PARAMETER = 100


class Facebook:
    code = "facebook"
    label = gettext_lazy("Trang Facebook")
    base_url = f"https://graph.facebook.com/{VERSION}"
    secrets = (("access_token", gettext_lazy("khoá truy cập trang (Page access token)")),)
    app_secrets = ()
    needs_cover = False

    def publish(self, access: Access, content: Content) -> Asked:
        return Asked(
            "POST",
            f"/{access.account_id}/feed",
            form={"message": self._message(content), "link": content.link},
            headers=_bearer(access),
        )

    def edit(self, access: Access, reference: str, content: Content) -> Asked:
        return Asked(
            "POST",
            f"/{reference}",
            form={"message": self._message(content)},
            headers=_bearer(access),
        )

    def remove(self, access: Access, reference: str) -> Asked:
        return Asked("DELETE", f"/{reference}", headers=_bearer(access))

    def read(self, status: int, body: Any) -> Answer:
        if error := _error(body):
            return error
        if isinstance(body, dict) and body.get("id"):
            return Answer(Said.DONE, reference=str(body["id"]), address=_address(body["id"]))
        if body is True or (isinstance(body, dict) and body.get("success") is True):
            return Answer(Said.DONE)
        del status
        return Answer(Said.UNSURE, "Facebook: ?")

    def follow_up(self, access: Access, ticket: str) -> Asked:
        return Asked("GET", f"/{ticket}", params={"fields": "id"}, headers=_bearer(access))

    def read_follow_up(self, status: int, body: Any) -> Answer:
        return self.read(status, body)

    def look(self, access: Access) -> Asked:
        return Asked(
            "GET",
            f"/{access.account_id}/feed",
            params={"fields": "id,message,created_time", "limit": NEWEST},
            headers=_bearer(access),
        )

    def find(self, body: Any, content: Content, since: datetime) -> Answer:
        if error := _error(body):
            return error
        for one in body["data"]:
            made = datetime.strptime(one["created_time"], "%Y-%m-%dT%H:%M:%S%z").astimezone(UTC)
            if content.link in one.get("message", "") and made >= since:
                return Answer(Said.DONE, reference=str(one["id"]), address=_address(one["id"]))
        return Answer(Said.NOT_THERE)

    def figures(self, access: Access, reference: str) -> Asked:
        return Asked(
            "GET",
            f"/{reference}",
            params={
                "fields": "shares,reactions.limit(0).summary(total_count),"
                "comments.limit(0).summary(total_count),"
                f"insights.metric({VIEWERS},{VIEWS}).period(lifetime)"
            },
            headers=_bearer(access),
        )

    def read_figures(self, status: int, body: Any, reference: str) -> Answer:
        del status, reference
        if error := _error(body):
            return error
        told = {
            one["name"]: _whole(one["values"][0]["value"])
            for one in body.get("insights", {}).get("data", [])
            if one.get("values")
        }
        figures = Figures(
            views=told.get(VIEWS),
            viewers=told.get(VIEWERS),
            reactions=_whole(body.get("reactions", {}).get("summary", {}).get("total_count")),
            comments=_whole(body.get("comments", {}).get("summary", {}).get("total_count")),
            # A post that nobody shared has no such field.
            shares=_whole(body.get("shares", {}).get("count", 0)),
        )
        return Answer(Said.DONE, figures=figures)

    def test(self, access: Access) -> Asked:
        return Asked(
            "GET",
            f"/{access.account_id}",
            params={"fields": "id,name,followers_count,link"},
            headers=_bearer(access),
        )

    def read_test(self, status: int, body: Any, access: Access) -> Answer:
        del status
        if error := _error(body):
            return error
        if str(body.get("id", "")) != access.account_id:
            return Answer(Said.TROUBLE, _("khoá này của một trang khác"))
        return Answer(
            Said.DONE,
            str(body.get("name", ""))[:120],
            followers=_whole(body.get("followers_count")),
        )

    def renew(self, access: Access) -> Asked | None:
        del access
        return None

    def read_renew(self, status: int, body: Any) -> Answer:
        del status, body
        return Answer(Said.REFUSED)

    def _message(self, content: Content) -> str:
        return rules.facebook_message(content, correction=_("Đính chính"))


def _bearer(access: Access) -> dict[str, str]:
    return {"Authorization": f"Bearer {access.credentials.get('access_token', '')}"}


def _address(post_id: object) -> str:
    return f"https://www.facebook.com/{post_id}"


def _whole(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def _error(body: Any) -> Answer | None:
    if not isinstance(body, dict) or "error" not in body:
        return None
    error = body["error"]
    code, subcode = int(error.get("code", 0)), int(error.get("error_subcode") or 0)
    detail = f"Facebook {code}/{subcode}: {error.get('message', '')}"[:300]
    said = Said.REFUSED
    if code in _APP_LIMIT:
        said = Said.ALL_WAIT
    elif code in _PAGE_LIMIT:
        said = Said.NOT_YET
    elif code in _LOGIN:
        said = Said.TROUBLE
    elif code in _TEMPORARY or error.get("is_transient") is True:
        # "Temporary", and it does not say whether before or after the post was made.
        said = Said.UNSURE
    elif code == _DUPLICATE:
        # The same words stand there already: the answer to an earlier try was lost.
        said = Said.UNSURE
    elif code == _PARAMETER and subcode == _NO_SUCH_OBJECT_SUBCODE:
        said = Said.NOT_THERE
    return Answer(said, detail)
