"""The line to a provider for as long as one run lasts, whatever it speaks."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Protocol

from . import HTTP_FORMS, SMPP, exchange, smpp_link

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from .form import Account, Answer, HttpForm, Reply, Report, Sending

# So many requests stand open at once: at 200 ms each they make 80 a second.
AT_ONCE = 16


class Line(Protocol):
    def hand_over(self, account: Account, sendings: Sequence[Sending]) -> list[tuple[Answer, int]]:
        """What became of each, and in how many milliseconds. Raises nothing of the network's."""

    def listen(self, account: Account, seconds: float) -> bool:
        """Take reports, where they come over this line; True when there may be more of them."""

    def close(self) -> None: ...


class HttpLine:
    """Requests side by side. Threads only speak with the provider; the database is the caller's."""

    def __init__(self, form: HttpForm) -> None:
        self._form = form
        self._http = exchange.client()
        self._threads = ThreadPoolExecutor(AT_ONCE)

    def hand_over(self, account: Account, sendings: Sequence[Sending]) -> list[tuple[Answer, int]]:
        def go(one: Sending) -> tuple[Answer, int]:
            began = time.monotonic()
            answer = exchange.send(self._form, account, one, self._http)
            return answer, int((time.monotonic() - began) * 1000)

        return list(self._threads.map(go, sendings))

    def listen(self, account: Account, seconds: float) -> bool:
        del account, seconds
        return False  # reports come to our address

    def close(self) -> None:
        self._threads.shutdown()
        self._http.close()


class SmppLine:
    """One connection, bound when there is something to do."""

    def __init__(self, heard: Callable[[Report | Reply], None]) -> None:
        self._heard = heard
        self._link: smpp_link.Link | None = None

    def hand_over(self, account: Account, sendings: Sequence[Sending]) -> list[tuple[Answer, int]]:
        return self._to(account).hand_over(sendings)

    def listen(self, account: Account, seconds: float) -> bool:
        return self._to(account).listen(seconds)

    def close(self) -> None:
        if self._link is not None:
            self._link.close()

    def _to(self, account: Account) -> smpp_link.Link:
        if self._link is not None and self._link.account != account:
            self._link.close()
            self._link = None
        if self._link is None:
            self._link = smpp_link.Link(account, self._heard)
        return self._link


def open_line(form: str, heard: Callable[[Report | Reply], None]) -> Line:
    if form == SMPP.code:
        return SmppLine(heard)
    return HttpLine(HTTP_FORMS[form])
