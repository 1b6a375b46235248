"""Facebook's and Zalo's side of the line, written from their published interfaces."""

from __future__ import annotations

import itertools
import json
import time
from datetime import UTC, datetime
from urllib.parse import parse_qs

import httpx

from tiengmo.channels.social.networks import exchange
from tiengmo.channels.tests.scripted_line import ScriptedLine

FACEBOOK, ZALO, ZALO_LOGIN = "graph.facebook.com", "openapi.zalo.me", "oauth.zaloapp.com"


def graph_error(code, subcode=0, message="…", **more):
    error = {"message": message, "type": "OAuthException", "code": code, "fbtrace_id": "x"}
    return {"error": error | ({"error_subcode": subcode} if subcode else {}) | more}


class Line(ScriptedLine):
    """Both networks. `posts`: what stands on which page now."""

    timeout = exchange.TIMEOUT

    def __init__(self):
        super().__init__()
        self.posts = {}
        self.removed = []
        self.refresh = "khoa-doi-1"
        self.access = "khoa-vao-1"
        self._making = {}
        self._ids = itertools.count(1)

    def accept(self, request):
        answer = {FACEBOOK: self._facebook, ZALO: self._zalo, ZALO_LOGIN: self._login}
        with self._lock:
            status, body = answer[request.url.host](request)
        return httpx.Response(status, json=body)

    def asked(self, path):
        return [one for one in self.requests if one.url.path.endswith(path)]

    def _facebook(self, request):
        if request.headers.get("authorization", "") in ("", "Bearer "):
            return 400, graph_error(190, message="Invalid OAuth access token.")
        _version, *steps = [step for step in request.url.path.split("/") if step]
        given = {k: v[0] for k, v in parse_qs(request.content.decode()).items()}
        if request.method == "POST" and steps[-1] == "feed":
            number = f"{steps[0]}_{next(self._ids)}"
            made = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S+0000")
            self.posts[number] = {"id": number, "created_time": made, **given}
            return 200, {"id": number}
        if request.method == "GET" and steps[-1] == "feed":
            rows = [one for n, one in self.posts.items() if n.startswith(f"{steps[0]}_")]
            keys = ("id", "message", "created_time")
            return 200, {"data": [{k: one[k] for k in keys} for one in rows]}
        if "_" not in steps[0]:
            return 200, {"id": steps[0], "name": "UBND xã thử", "followers_count": 1234}
        if steps[0] not in self.posts:
            return 400, graph_error(100, 33, "Object does not exist")
        if request.method == "DELETE":
            self.removed.append(steps[0])
            del self.posts[steps[0]]
            return 200, {"success": True}
        if request.method == "POST":
            self.posts[steps[0]]["message"] = given["message"]
            return 200, {"success": True}
        named = (("post_total_media_view_unique", 321), ("post_media_view", 540))
        insights = [{"name": n, "period": "lifetime", "values": [{"value": v}]} for n, v in named]
        return 200, {
            "id": steps[0],
            "reactions": {"data": [], "summary": {"total_count": 17}},
            "comments": {"data": [], "summary": {"total_count": 3}},
            "insights": {"data": insights},
        }

    def _zalo(self, request):
        if request.headers.get("access_token") != self.access:
            return 200, {"error": -216, "message": "Access token is invalid"}
        act = request.url.path.removeprefix("/v2.0/")
        given = json.loads(request.content) if request.content else {}
        if act in ("article/create", "article/update"):
            if act == "article/update" and given["id"] not in self.posts:
                return 200, {"error": -233, "message": "Article not exist"}
            number = given.get("id") or f"bai{next(self._ids)}"
            ticket = f"ve-{next(self._ids)}=="
            now = int(time.time() * 1000)
            self.posts[number] = {"id": number, "create_date": now, **given}
            self._making[ticket] = number
            return 200, {"data": {"token": ticket}, "error": 0, "message": "Success"}
        if act == "article/verify":
            return 200, {"data": {"id": self._making[given["token"]]}, "error": 0}
        if act == "article/remove":
            if given["id"] not in self.posts:
                return 200, {"error": -233, "message": "Article not exist"}
            self.removed.append(given["id"])
            del self.posts[given["id"]]
            return 200, {"error": 0, "message": "Success"}
        if act == "article/getslice":
            rows = [
                {
                    "id": number,
                    "type": "normal",
                    "title": one["title"],
                    "status": "show",
                    "total_view": 88,
                    "total_share": 2,
                    "create_date": one["create_date"],
                    "link_view": f"https://officialaccount.me/d?id={number}",
                }
                for number, one in self.posts.items()
                if "title" in one
            ]
            return 200, {"data": {"medias": rows, "total": len(rows)}, "error": 0}
        about = {"oa_id": "2859123456789", "name": "OA xã thử", "num_follower": 456}
        return 200, {"data": about, "error": 0}

    def _login(self, request):
        given = {k: v[0] for k, v in parse_qs(request.content.decode()).items()}
        if given["refresh_token"] != self.refresh or not request.headers.get("secret_key"):
            return 200, {"error": -14014, "error_name": "Invalid refresh token"}
        number = next(self._ids)
        self.refresh, self.access = f"khoa-doi-m{number}", f"khoa-vao-m{number}"
        return 200, {
            "access_token": self.access,
            "refresh_token": self.refresh,
            "expires_in": "90000",
        }
