"""One request and what its answer means, whatever comes back: the only place that uses HTTP."""

from __future__ import annotations

import json
import math
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

import httpx
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from .console import WRITE
from .form import Account, Answer, Asked, Said

if TYPE_CHECKING:
    from tiengmo.channels.zalo import Tokens

    from .form import HttpForm, Sending

TIMEOUT = httpx.Timeout(10.0, connect=5.0)
LONGEST_WAIT_SECONDS = 3600.0
SUCCESS, SERVER_ERROR = 200, 500
# Certainly not taken: no byte of the request was read by the other side.
_NEVER_SENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.UnsupportedProtocol,
    httpx.ProxyError,
)


def client() -> httpx.Client:
    """Nothing is followed: a provider that answers with another address has moved."""
    return httpx.Client(timeout=TIMEOUT, follow_redirects=False)


def send(form: HttpForm, account: Account, sending: Sending, http: httpx.Client) -> Answer:
    """Hand one message over and say what became of it. Raises nothing that the network can do."""
    asked = form.send(account, sending)
    if account.base_url == WRITE:
        _write(asked.json)
        return form.read(SUCCESS, None)
    try:
        response = _ask(asked, account, http)
    except UnicodeEncodeError:
        return Answer(Said.TROUBLE, _odd_key())
    except (*_NEVER_SENT, httpx.InvalidURL) as error:
        return Answer(Said.NOT_YET, _of(error))
    except httpx.HTTPError as error:
        return Answer(Said.UNSURE, _of(error))
    status = response.status_code
    if status in (401, 403):
        return Answer(Said.TROUBLE, f"HTTP {status}")
    if status in (408, 425, 429, 503):
        return Answer(Said.NOT_YET, f"HTTP {status}", wait_seconds=wait_of(response))
    if status >= SERVER_ERROR:
        return Answer(Said.UNSURE, f"HTTP {status}")
    is_moved = 300 <= status < 400  # noqa: PLR2004
    if is_moved:
        return Answer(Said.TROUBLE, f"HTTP {status}")
    try:
        body = response.json()
    except (ValueError, RecursionError):
        # A page in place of an answer: of a portal in between, or after the message was taken.
        said = Said.UNSURE if status < 300 else Said.TROUBLE  # noqa: PLR2004
        return Answer(said, f"HTTP {status}: {response.headers.get('content-type', '?')[:40]}")
    try:
        return form.read(status, body)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        # JSON, and nothing like what was published.
        return Answer(Said.UNSURE, _of(error))


def test(form: HttpForm, account: Account, http: httpx.Client) -> tuple[bool, str]:
    """Prove the credentials without sending anything: are they good, and what was said."""
    asked = form.test(account)
    if account.base_url == WRITE:
        return form.read_test(SUCCESS, None, account)
    try:
        response = _ask(asked, account, http)
    except UnicodeEncodeError:
        return False, _odd_key()
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        return False, _of(error)
    try:
        is_good, said = form.read_test(response.status_code, response.json(), account)
    except (AttributeError, KeyError, TypeError, ValueError, RecursionError):
        return False, f"HTTP {response.status_code}: ?"
    return is_good and response.is_success, f"HTTP {response.status_code} {said}".strip()


def renew(form: HttpForm, asked: Asked, account: Account, http: httpx.Client) -> Tokens | Answer:
    """Ask for new credentials: these, or why there are none."""
    try:
        response = _ask(asked, account, http)
    except UnicodeEncodeError:
        return Answer(Said.TROUBLE, _odd_key())
    except httpx.InvalidURL as error:
        return Answer(Said.TROUBLE, _of(error))
    except httpx.HTTPError as error:
        return Answer(Said.NOT_YET, _of(error))
    try:
        return form.read_renew(response.status_code, response.json())
    except (AttributeError, KeyError, TypeError, ValueError, RecursionError):
        return Answer(Said.NOT_YET, f"HTTP {response.status_code}: ?")


def wait_of(response: httpx.Response) -> float | None:
    """Seconds to wait as the answer says: Retry-After (RFC 9110, 10.2.3) or X-Rate-Limit-Reset."""
    given = response.headers.get("retry-after") or response.headers.get("x-rate-limit-reset", "")
    try:
        seconds = float(given)
    except ValueError:
        try:
            seconds = (parsedate_to_datetime(given) - timezone.now()).total_seconds()
        except (ValueError, TypeError):
            return None
    if not math.isfinite(seconds):
        return None
    return min(max(seconds, 1.0), LONGEST_WAIT_SECONDS)


def _ask(asked: Asked, account: Account, http: httpx.Client) -> httpx.Response:
    basic = httpx.BasicAuth(*asked.basic) if asked.basic else None
    is_whole = asked.url.startswith("https://")
    return http.request(
        asked.method,
        asked.url if is_whole else account.base_url.rstrip("/") + asked.url,
        json=asked.json,
        data=asked.form,
        headers=dict(asked.headers),
        auth=basic,
    )


def _write(given: Any) -> None:
    folder = settings.HOME / "sms"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    line = json.dumps(
        {"at": f"{timezone.localtime():%d/%m/%Y %H:%M:%S}"} | given, ensure_ascii=False
    )
    with (folder / "tin-nhan-thu.log").open("a", encoding="utf-8") as file:
        file.write(line + "\n")


def _odd_key() -> str:
    """Only credentials stand in headers, and headers are ASCII."""
    return _("khoá có ký tự lạ, hãy chép lại")


def _of(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:200]
