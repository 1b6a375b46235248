"""Which account an address leads to, however it was copied: from a browser, an app, a message.

Pure. The key of an account is its network and its name there: facebook:ubnd.xa.a, zalo:1234567890.
"""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, unquote, urlsplit

from tiengmo.foundation.vietnamese import fold, nfc

if TYPE_CHECKING:
    from collections.abc import Iterable

FACEBOOK, ZALO = "facebook", "zalo"
LONGEST_ADDRESS = 500
# How alike two names are before somebody is told to look twice (1: the same).
ALIKE = 0.84

_HOSTS = {
    "facebook.com": FACEBOOK,
    "fb.com": FACEBOOK,
    "fb.me": FACEBOOK,
    "m.me": FACEBOOK,
    "zalo.me": ZALO,
    "zaloapp.com": ZALO,
}
# What anybody may put there is not the account of that name.
_APPS = "apps."
# What stands in Facebook's addresses before a post, a group, a picture: no page's own name.
_NO_PAGE = frozenset(
    {
        "groups",
        "events",
        "watch",
        "share",
        "sharer",
        "sharer.php",
        "photo",
        "photo.php",
        "story.php",
    }
    | {"permalink.php", "hashtag", "login", "login.php", "marketplace", "reel", "l.php", "help"}
)
_ID_AT_END = re.compile(r"-(\d{6,20})$")
_NAME = re.compile(r"[\w.\-]{2,100}")
_NUMBER = re.compile(r"\d{6,20}")


def key_of(typed: str) -> str:
    """The account that an address names; "" when it names none that we could know."""
    text = nfc(typed).strip()[:LONGEST_ADDRESS]
    # Browsers read a backslash as a slash; a name before the host is no host.
    if not text or any(letter.isspace() or letter == "\\" for letter in text):
        return ""
    if "://" not in text:
        text = f"https://{text}"
    try:
        parts = urlsplit(text)
        host = (parts.hostname or "").rstrip(".")
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https") or "@" in parts.netloc or host.startswith(_APPS):
        return ""
    network = next((n for own, n in _HOSTS.items() if host == own or host.endswith(f".{own}")), "")
    # Unquoted only now: what is written %2F divides nothing.
    steps = [unquote(step) for step in parts.path.split("/") if step]
    if network == FACEBOOK:
        name = _on_facebook(steps, parse_qs(parts.query))
    elif network == ZALO:
        name = _on_zalo(steps, parse_qs(parts.query))
    else:
        return ""
    return f"{network}:{name}" if name else ""


def key_of_id(network: str, external_id: str) -> str:
    """An account by the number its network gave it."""
    return f"{network}:{external_id.strip()}" if external_id.strip() else ""


def _on_facebook(steps: list[str], query: dict[str, list[str]]) -> str:
    first = steps[0].casefold() if steps else ""
    if first == "profile.php":
        return _number(query.get("id", [""])[0])
    if first in ("pages", "people", "pg", "p") and len(steps) > 1:
        # /pages/Name/123, /pages/category/Topic/Name-123, /people/Name/123, /p/Name-123, /pg/name
        last = next((step for step in reversed(steps) if _number(step)), "")
        if last:
            return last
        if found := _ID_AT_END.search(steps[-1]):
            return found[1]
        return _name(steps[1]) if first == "pg" else ""
    if not first or first in _NO_PAGE:
        return ""
    if found := _ID_AT_END.search(first):
        return found[1]  # Name-123456789: the name is for people, the number is the page
    # Dots and case make no difference there.
    return _name(first).replace(".", "")


def _on_zalo(steps: list[str], query: dict[str, list[str]]) -> str:
    if steps and steps[0].casefold() == "oa" and len(steps) > 1:
        steps = steps[1:]
    if not steps:
        return _number(query.get("oaid", query.get("id", [""]))[0])
    return _name(steps[0].casefold())


def _name(text: str) -> str:
    return text.casefold() if _NAME.fullmatch(text) else ""


def _number(text: str) -> str:
    return text if _NUMBER.fullmatch(text) else ""


def looks_like(key: str, known: Iterable[str]) -> str:
    """The known key that this one is nearly the same as, "" when it is like none (or is one).

    What is made to be mistaken for another: a letter more, a 0 for an o, an l for an I.
    """
    network, _, name = key.partition(":")
    bare, best, found = _bare(name), ALIKE, ""
    if not bare or bare.isdigit():
        return ""  # numbers are alike by chance
    for other in known:
        other_network, _, other_name = other.partition(":")
        if other == key or other_network != network or other_name.isdigit():
            continue
        likeness = SequenceMatcher(None, bare, _bare(other_name), autojunk=False).ratio()
        if likeness >= best:
            best, found = likeness, other
    return found


def _bare(name: str) -> str:
    plain = fold(name).translate(str.maketrans("01358", "oiesb"))
    return re.sub(r"[^a-z0-9]", "", plain.replace("l", "i").replace("vv", "w").replace("rn", "m"))
