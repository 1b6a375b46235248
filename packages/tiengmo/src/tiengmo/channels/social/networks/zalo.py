"""Zalo Official Accounts, as published at developers.zalo.me (OA API, articles v2.0).

An article is made in two steps: it is taken with a ticket, and its number is asked for with that.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tiengmo.channels import zalo
from tiengmo.channels.social import rules

from .form import Access, Answer, Asked, Figures, Said

if TYPE_CHECKING:
    from tiengmo.channels.social.rules import Content

NEWEST = "10"

_OK = 0
_APP_LIMIT = -32
_QUOTA = frozenset({-211, -221})
_TOKEN = -216
# No right, no such account, not linked with the application, a package that does not allow it.
_NO_RIGHT = frozenset({-202, -205, -206, -209, -210, -217, -218, -224, -240})
_STILL_MAKING = -214
_INTERNAL = frozenset({-200, -100})
_GONE = re.compile(r"not (exist|found)", re.IGNORECASE)


class Zalo:
    code = "zalo"
    label = "Zalo OA"
    base_url = "https://openapi.zalo.me"
    secrets = (
        ("refresh_token", gettext_lazy("khoá làm mới (refresh token)")),
        ("access_token", gettext_lazy("khoá truy cập (access token), nếu có")),
    )
    app_secrets = (
        ("app_id", gettext_lazy("mã ứng dụng (app ID)")),
        ("secret_key", gettext_lazy("khoá bí mật của ứng dụng")),
    )
    needs_cover = True

    def publish(self, access: Access, content: Content) -> Asked:
        return Asked(
            "POST",
            "/v2.0/article/create",
            json=self._article(access, content),
            headers=_key(access),
        )

    def edit(self, access: Access, reference: str, content: Content) -> Asked:
        article = {"id": reference, **self._article(access, content)}
        return Asked("POST", "/v2.0/article/update", json=article, headers=_key(access))

    def remove(self, access: Access, reference: str) -> Asked:
        return Asked("POST", "/v2.0/article/remove", json={"id": reference}, headers=_key(access))

    def read(self, status: int, body: Any) -> Answer:
        del status  # 200 whatever it says
        if error := _error(body):
            return error
        given = body.get("data") or {}
        if ticket := given.get("token"):
            return Answer(Said.PROCESSING, ticket=str(ticket))
        return Answer(Said.DONE)

    def follow_up(self, access: Access, ticket: str) -> Asked:
        return Asked("POST", "/v2.0/article/verify", json={"token": ticket}, headers=_key(access))

    def read_follow_up(self, status: int, body: Any) -> Answer:
        del status
        if error := _error(body):
            return error
        number = (body.get("data") or {}).get("id")
        if not number:
            return Answer(Said.NOT_YET, "Zalo: …")
        return Answer(Said.DONE, reference=str(number))

    def look(self, access: Access) -> Asked:
        return Asked(
            "GET",
            "/v2.0/article/getslice",
            params={"offset": "0", "limit": NEWEST, "type": "normal"},
            headers=_key(access),
        )

    def find(self, body: Any, content: Content, since: datetime) -> Answer:
        if error := _error(body):
            return error
        title = _title(content)
        for one in body["data"]["medias"]:
            made = datetime.fromtimestamp(int(one["create_date"]) / 1000, tz=UTC)
            if one["title"].strip() == title and made >= since:
                return Answer(
                    Said.DONE, reference=str(one["id"]), address=str(one.get("link_view") or "")
                )
        return Answer(Said.NOT_THERE)

    def figures(self, access: Access, reference: str) -> Asked:
        del reference  # told for the newest ten of the account together
        return self.look(access)

    def read_figures(self, status: int, body: Any, reference: str) -> Answer:
        del status
        if error := _error(body):
            return error
        for one in body["data"]["medias"]:
            if str(one["id"]) == reference:
                return Answer(
                    Said.DONE,
                    address=str(one.get("link_view") or ""),
                    figures=Figures(
                        views=int(one["total_view"]), shares=int(one.get("total_share") or 0)
                    ),
                )
        return Answer(Said.NOT_THERE)

    def test(self, access: Access) -> Asked:
        return Asked("GET", "/v2.0/oa/getoa", headers=_key(access))

    def read_test(self, status: int, body: Any, access: Access) -> Answer:
        del status
        if error := _error(body):
            return error
        given = body["data"]
        if str(given.get("oa_id", "")) != access.account_id:
            return Answer(Said.TROUBLE, _("khoá này của một tài khoản khác"))
        followers = given.get("num_follower")
        return Answer(
            Said.DONE,
            str(given.get("name", ""))[:120],
            followers=followers if isinstance(followers, int) else None,
        )

    def renew(self, access: Access) -> Asked | None:
        refresh = access.credentials.get("refresh_token", "")
        if not refresh:
            return None
        form, headers = zalo.renewal(
            refresh, access.app.get("app_id", ""), access.app.get("secret_key", "")
        )
        return Asked("POST", zalo.RENEW, form=form, headers=headers)

    def read_renew(self, status: int, body: Any) -> Answer:
        del status
        told = zalo.tokens_of(body)
        if isinstance(told, str):
            return Answer(Said.TROUBLE, told)
        return Answer(Said.DONE, tokens=told)

    def _article(self, access: Access, content: Content) -> dict[str, Any]:
        return {
            "type": "normal",
            "title": _title(content),
            "author": rules.cut(content.author, rules.ZALO_AUTHOR),
            "cover": {
                "cover_type": "photo",
                "photo_url": content.picture_url or access.cover_url,
                "status": "show",
            },
            "description": rules.cut(content.lead or content.headline, rules.ZALO_DESCRIPTION),
            "body": [
                *rules.zalo_body(content),
                {"type": "text", "content": _("Xem trên cổng thông tin: %s") % content.link},
            ],
            "status": "show",
            "comment": "hide",
        }


def _title(content: Content) -> str:
    title = content.headline
    if content.is_correction:
        title = _("Đính chính: %(headline)s") % {"headline": title}
    return rules.cut(title, rules.ZALO_TITLE)


def _key(access: Access) -> dict[str, str]:
    return {"access_token": access.credentials.get("access_token", "")}


def _error(body: Any) -> Answer | None:
    code = int(body["error"])
    if code == _OK:
        return None
    detail = f"Zalo {code}: {body.get('message', '')}"[:300]
    if code == _APP_LIMIT:
        return Answer(Said.ALL_WAIT, detail)
    if code in _QUOTA:
        return Answer(Said.NOT_YET, detail)
    if code == _TOKEN or "access token" in detail.lower().replace("_", " "):
        return Answer(Said.TOKEN_ENDED, detail)
    if code in _NO_RIGHT:
        return Answer(Said.TROUBLE, detail)
    if code == _STILL_MAKING:
        return Answer(Said.NOT_YET, detail)
    if _GONE.search(detail):
        return Answer(Said.NOT_THERE, detail)
    if code in _INTERNAL:
        return Answer(Said.UNSURE, detail)
    return Answer(Said.REFUSED, detail)
