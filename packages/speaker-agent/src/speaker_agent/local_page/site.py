"""What each address of the page does."""

from __future__ import annotations

import asyncio
import json
import logging
import re
from pathlib import Path
from typing import TYPE_CHECKING

from speaker_link.key_files import MAX_KEY_FILE_BYTES
from speaker_link.kinds import Kind
from speaker_link.messages import Takeover

from speaker_agent.local_page import pages
from speaker_agent.local_page.bundles import MAX_BUNDLE_BYTES, SUFFIX
from speaker_agent.local_page.forms import BadForm, Form, read_form
from speaker_agent.local_page.http import Answer, Request
from speaker_agent.local_page.issuing import (
    HOURS,
    MINUTES_TO_SPEAK,
    REPEATS_MINUTES,
    Issued,
    IssuingDesk,
    Wish,
)
from speaker_agent.local_page.microphone import MAX_BLOCK_BYTES, Microphone
from speaker_agent.local_page.turned_away import TurnedAway

if TYPE_CHECKING:
    from speaker_agent.box import Box
    from speaker_agent.local_page.drafts import Draft

log = logging.getLogger(__name__)

STATIC = Path(__file__).with_name("static")
TYPES = {".css": "text/css", ".js": "text/javascript"}
MAX_RECORDING_BYTES = 4 * 1024 * 1024
FORM_BYTES = 16_384
STATUS = {"no_such_draft": 404, "too_many_tries": 429, "too_many_drafts": 429, "too_large": 413}
STAGES = {
    "waiting": "sắp phát",
    "started": "đang phát",
    "interrupted": "bị ngắt, sẽ phát tiếp",
    "done": "đã xong",
}


class Site:
    """One box's page."""

    def __init__(self, box: Box) -> None:
        self.box = box
        self.desk = IssuingDesk(box)
        self.microphone: Microphone | None = None
        self._one_voice = asyncio.Lock()

    @staticmethod
    def limit_for(path: str) -> int:
        """How many bytes an address takes."""
        if path.endswith("/am"):
            return MAX_BLOCK_BYTES
        if path == "/mang-sang":
            return MAX_BUNDLE_BYTES + FORM_BYTES
        if path == "/canh-bao" or path.startswith("/bao-yen/"):
            return MAX_RECORDING_BYTES + MAX_KEY_FILE_BYTES + FORM_BYTES
        return MAX_KEY_FILE_BYTES + FORM_BYTES

    async def answer(self, request: Request) -> Answer:
        """Whatever is asked."""
        try:
            return await self._route(request)
        except BadForm as error:
            turned = TurnedAway("bad_form", str(error))
        except TurnedAway as error:
            turned = error
        if turned.is_reported:
            detail = f"{request.peer} {request.path}: {turned.detail}"
            await self.box.reporter.turn_away(turned.reason, detail)
        back = '<p><a class="button quiet" href="/">Về trang đầu</a></p>'
        answer = self._page("Chưa được", pages.note(turned.text, "bad") + back)
        answer.status = STATUS.get(turned.reason, 403)
        return answer

    async def _route(self, request: Request) -> Answer:
        parts = [part for part in request.path.split("/") if part]
        match request.method, parts:
            case "GET" | "HEAD", []:
                return self._home()
            case "GET" | "HEAD", ["tinh", name]:
                return _static(name)
            case "GET", ["canh-bao"]:
                return self._page("Phát cảnh báo", pages.alert_form(self.desk.areas(), {}))
            case "GET", ["dang-giu"]:
                return self._page("Âm thanh loa đang giữ", pages.held_form())
            case "POST", ["dang-giu"]:
                return await self._show_held(_form(request))
            case "POST", ["canh-bao"]:
                return await self._compose(_form(request))
            case "GET", ["noi"]:
                return self._page("Nói trực tiếp", pages.speak_form(self.desk.areas()))
            case "POST", ["noi"]:
                return await self._compose_takeover(_form(request))
            case "GET", ["ky", name]:
                return self._page("Chờ ký", pages.draft_page(self.desk.drafts.get(name)))
            case "POST", ["ky", name]:
                return await self._second(self.desk.drafts.get(name), _form(request))
            case "POST", ["bo", name]:
                return await self._drop(self.desk.drafts.get(name), _form(request))
            case "GET", ["am-thanh", sha256]:
                return self._sound(sha256)
            case "GET", ["da-phat", name]:
                return self._issued(self.desk.issued_as(name))
            case "POST", ["bao-yen", name]:
                return await self._all_clear(self.desk.issued_as(name), _form(request))
            case "GET", ["mang-di", name]:
                return self._carry(self.desk.issued_as(name))
            case "GET", ["mang-sang"]:
                return self._page("Cảnh báo mang từ loa khác", pages.hand_in_form())
            case "POST", ["mang-sang"]:
                bundle = _form(request).files.get("bundle", b"")
                message = await self.desk.hand_in(bundle)
                return _go(f"/da-phat/{message.body.alert}")
            case method, ["noi", token, *rest]:
                return await self._speak(method, token, rest, request)
        return self._page("Không có trang này", '<p><a href="/">Về trang đầu</a></p>', code=404)

    def _page(self, title: str, body: str, *, code: int = 200) -> Answer:
        assignment = self.box.assignment
        status = pages.status(
            self.desk.link_down_seconds(), is_time_trusted=self.box.clock.is_trusted
        )
        place = ", ".join(assignment.areas[:2]) if assignment else "chưa gắn"
        whole = pages.page(title, body, serial=self.box.serial, place=place, status=status)
        return Answer(whole, code)

    def _home(self) -> Answer:
        body = pages.home(self.desk.drafts.all(), self.desk.issued, now=self.box.inbox.now())
        return self._page("Khi mất liên lạc", body)

    # Signing

    async def _compose(self, form: Form) -> Answer:
        wish = Wish(
            title=_title(form),
            area=form.text("area"),
            hours=_one_of(form, "hours", HOURS),
            repeat_minutes=_one_of(form, "repeat", REPEATS_MINUTES),
        )
        sound: bytes | str = form.text("sound") or form.files.get("recording", b"")
        if not sound:
            raise TurnedAway("bad_upload", is_reported=False)
        draft = await self.desk.compose_alert(wish, sound, *_key(form), told_time=form.text("time"))
        return _go(f"/ky/{draft.name}")

    async def _show_held(self, form: Form) -> Answer:
        """What is to be said tomorrow is nobody's business who merely joined the network."""
        await self.desk.keys.open(*_key(form), kind=Kind.ALERT)
        held = {
            sha256: f"{title} ({edition.language}, {edition.duration_ms // 1000} giây)"
            for sha256, (title, edition) in list(self.desk.held_sounds().items())[:40]
        }
        if not held:
            return self._page("Âm thanh loa đang giữ", pages.note("Loa không giữ âm thanh nào."))
        return self._page("Phát cảnh báo", pages.alert_form(self.desk.areas(), held))

    async def _compose_takeover(self, form: Form) -> Answer:
        wish = Wish(
            title=_title(form),
            area=form.text("area"),
            minutes=_one_of(form, "minutes", MINUTES_TO_SPEAK),
        )
        draft = await self.desk.compose_takeover(wish, *_key(form), told_time=form.text("time"))
        return _go(f"/ky/{draft.name}")

    async def _all_clear(self, issued: Issued, form: Form) -> Answer:
        draft = await self.desk.compose_all_clear(
            issued, form.files.get("recording") or None, *_key(form), told_time=form.text("time")
        )
        return _go(f"/ky/{draft.name}")

    async def _second(self, draft: Draft, form: Form) -> Answer:
        if isinstance(draft.message.body, Takeover):
            # Opening a key takes a second, in which another voice might begin.
            async with self._one_voice:
                return await self._begin_voice(draft, form)
        message, _ = await self.desk.second(draft, *_key(form))
        return _go(f"/da-phat/{message.body.alert}")

    async def _begin_voice(self, draft: Draft, form: Form) -> Answer:
        if self.microphone is not None and not self.microphone.is_over:
            raise TurnedAway("is_speaking", is_reported=False)
        message, text = await self.desk.second(draft, *_key(form))
        stream = await self.box.desk.speak_here(message, text)
        if stream is None:
            raise TurnedAway("expired")
        self.microphone = Microphone(self.box, stream, seconds=draft.minutes * 60)
        self.box.spawn(self.microphone.watch())
        return _go(f"/noi/{self.microphone.token}")

    async def _drop(self, draft: Draft, form: Form) -> Answer:
        await self.desk.keys.open(*_key(form), kind=Kind.ALERT)
        self.desk.drafts.drop(draft.name)
        return _go("/")

    # What went out

    def _issued(self, issued: Issued) -> Answer:
        body = issued.message.body
        is_on = body.msg_type != "Cancel" and body.until > self.box.inbox.now()
        text = pages.issued_page(issued, is_on=is_on, played=self._played(issued))
        return self._page("Đã phát", text)

    def _played(self, issued: Issued) -> list[str]:
        body = issued.message.body
        prefix = f"{body.alert}.{body.version}."
        found = [
            entry
            for entry in self.box.book.entries.values()
            if entry.is_alert and entry.item.id.startswith(prefix)
        ]
        return [
            f"Lần {int(entry.item.id.rsplit('.', 1)[1]) + 1}: {_stage(entry.progress.stage)}"
            for entry in found
        ]

    def _carry(self, issued: Issued) -> Answer:
        name = f"canh-bao-{issued.message.body.alert}{SUFFIX}"
        return Answer(
            self.desk.bundle(issued).write(),
            content_type="application/octet-stream",
            headers=[("Content-Disposition", f'attachment; filename="{name}"')],
        )

    def _sound(self, sha256: str) -> Answer:
        """Only what waits to be signed may be listened to here."""
        if sha256 not in self.desk.drafts.sounds():
            raise TurnedAway("no_such_draft", is_reported=False)
        return Answer(self.box.host.store.verified(sha256).read_bytes(), content_type="audio/ogg")

    # The microphone

    async def _speak(self, method: str, token: str, rest: list[str], request: Request) -> Answer:
        microphone = self.microphone
        if microphone is None or microphone.token != token:
            raise TurnedAway("no_such_draft", is_reported=False)
        match method, rest:
            case "GET", []:
                return self._page("Nói trực tiếp", pages.air_page(token))
            case "POST", ["am"]:
                rate = request.query.get("rate", "")
                microphone.take(request.body, int(rate) if re.fullmatch(r"\d{4,6}", rate) else 0)
                return _json({"left": microphone.seconds_left, "peak": round(microphone.peak, 3)})
            case "POST", ["het"]:
                self.box.spawn(microphone.end())
                return _json({"left": 0})
        return Answer(b"", 405)


def _stage(stage: object) -> str:
    return STAGES[str(stage)]


def _form(request: Request) -> Form:
    return read_form(request.content_type, request.body)


def _key(form: Form) -> tuple[bytes, str]:
    key = form.files.get("key", b"")
    if not key:
        raise TurnedAway("bad_key_file", "none")
    # A passphrase is used as it was typed, spaces included.
    return key, form.texts.get("passphrase", "")


def _title(form: Form) -> str:
    title = " ".join(form.text("title").split())
    if not title or len(title) > 200:  # noqa: PLR2004 - as the form says
        raise TurnedAway("bad_form", "no title", is_reported=False)
    return title


def _one_of(form: Form, name: str, known: tuple[int, ...]) -> int:
    text = form.text(name)
    if not re.fullmatch(r"\d{1,3}", text) or int(text) not in known:
        raise TurnedAway("bad_form", name)
    return int(text)


def _static(name: str) -> Answer:
    path = STATIC / name
    if path.parent != STATIC or path.suffix not in TYPES or not path.is_file():
        raise TurnedAway("no_such_draft", is_reported=False)
    return Answer(path.read_bytes(), content_type=TYPES[path.suffix] + "; charset=utf-8")


def _go(where: str) -> Answer:
    return Answer(b"", 303, headers=[("Location", where)])


def _json(what: dict[str, float]) -> Answer:
    return Answer(json.dumps(what).encode(), content_type="application/json")
