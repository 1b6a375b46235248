"""Zalo's login for Official Accounts (OAuth v4), as published at developers.zalo.me.

An access token lasts about a day; it is renewed with a token that is good for one use.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

RENEW = "https://oauth.zaloapp.com/v4/oa/access_token"
# A refresh token that nobody used is worth nothing after three months.
REFRESH_LASTS_DAYS = 90


@dataclass(frozen=True, repr=False)
class Tokens:
    access: str
    refresh: str
    lasts_seconds: int


def renewal(refresh: str, app_id: str, secret_key: str) -> tuple[dict[str, str], dict[str, str]]:
    """The form and the headers of the request that renews."""
    form = {"refresh_token": refresh, "app_id": app_id, "grant_type": "refresh_token"}
    return form, {"secret_key": secret_key}


def tokens_of(body: Any) -> Tokens | str:
    """New tokens, or what was said instead. Raises what reading JSON of another shape raises."""
    if body.get("access_token") and body.get("refresh_token"):
        lasts = int(body["expires_in"])
        return Tokens(str(body["access_token"]), str(body["refresh_token"]), lasts)
    return f"Zalo {body.get('error', '?')}: {body.get('error_name', '')}"[:300]
