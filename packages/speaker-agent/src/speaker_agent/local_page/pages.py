"""The page's HTML, a few kilobytes, in the language of the people at the box."""
# ruff: noqa: E501 - lines of HTML

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta, timezone
from html import escape

from speaker_agent.local_page.drafts import Draft
from speaker_agent.local_page.issuing import HOURS, MINUTES_TO_SPEAK, REPEATS_MINUTES, Issued

VIETNAM = timezone(timedelta(hours=7))
KINDS = {"Alert": "Cảnh báo", "Update": "Cập nhật", "Cancel": "Báo yên"}


def page(title: str, body: str, *, serial: str, place: str, status: str) -> bytes:
    """A whole page; `body` and `status` are HTML, the rest is text."""
    return f"""<!doctype html>
<html lang="vi"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>{escape(title)} – loa {escape(serial)}</title><link rel="stylesheet" href="/tinh/page.css">
<link rel="icon" href="data:,"><script src="/tinh/page.js" defer></script></head>
<body><header><p><b><a href="/">Loa {escape(serial)}</a></b></p><p>Địa bàn {escape(place)}</p></header>
<main><h1>{escape(title)}</h1>{status}{body}</main>
<footer><p>Trang của chính chiếc loa này, dùng khi mất liên lạc với máy chủ. Mọi việc ở đây đều được ghi lại và
báo về khi có mạng trở lại.</p></footer></body></html>""".encode()


def note(text: str, kind: str = "") -> str:
    """A line that must be seen."""
    role = ' role="alert"' if kind == "bad" else ""
    return f'<p class="note {kind}"{role}>{escape(text)}</p>'


def status(link_down_seconds: int | None, *, is_time_trusted: bool) -> str:
    """How the link is, and whether the box knows the time."""
    if link_down_seconds is None:
        line = note(
            "Loa đang có liên lạc với máy chủ. Nếu vào được trang quản trị, hãy phát cảnh báo từ đó "
            "để mọi loa cùng phát."
        )
    else:
        line = note(
            f"Mất liên lạc với máy chủ {_spell(link_down_seconds)}. Loa vẫn phát được từ trang này."
        )
    if not is_time_trusted:
        line += note(
            "Loa chưa biết giờ (vừa mất điện). Cảnh báo vẫn phát được, tính giờ từ lúc ký."
        )
    return line


def _spell(seconds: int) -> str:
    if seconds < 120:  # noqa: PLR2004 - two minutes
        return f"{seconds} giây"
    return f"{seconds // 60} phút" if seconds < 7200 else f"{seconds // 3600} giờ"  # noqa: PLR2004


def home(drafts: Iterable[Draft], issued: Iterable[Issued], *, now: datetime) -> str:
    """What there is to do."""
    waiting = "".join(
        f'<li><a href="/ky/{escape(one.name)}">{escape(what_it_is(one))}: '
        f"{escape(one.message.body.title)}</a> – {escape(person(one.first.holder))} đã ký</li>"
        for one in drafts
    )
    out = "".join(
        f'<li><a href="/da-phat/{escape(one.message.body.alert)}">'
        f"{KINDS[one.message.body.msg_type]}: {escape(one.message.body.title)}</a> – "
        f"{'còn hiệu lực' if _is_on(one, now) else 'đã hết'}</li>"
        for one in issued
    )
    return f"""
<p>Cần <b>hai người</b> có khoá ký (người duyệt, trực đài), mỗi người mang khoá trong điện thoại của mình.</p>
<p><a class="button" href="/canh-bao">Phát cảnh báo</a>
<a class="button" href="/noi">Nói trực tiếp</a>
<a class="button quiet" href="/mang-sang">Phát cảnh báo mang từ loa khác</a></p>
{f"<h2>Đang chờ người thứ hai ký</h2><ul>{waiting}</ul>" if waiting else ""}
{f"<h2>Đã phát tại loa này</h2><ul>{out}</ul>" if out else ""}"""


def _is_on(one: Issued, now: datetime) -> bool:
    return bool(one.message.body.msg_type != "Cancel" and one.message.body.until > now)


def what_it_is(draft: Draft) -> str:
    """Alert, all-clear, or a voice."""
    body = draft.message.body
    return KINDS.get(getattr(body, "msg_type", ""), "Nói trực tiếp")


def person(holder: str) -> str:
    """A holder's name without the number that tells namesakes apart."""
    return holder.split(" (#", 1)[0]


def key_fields(which: str) -> str:
    """Whose key, and what opens it."""
    return f"""
<h2>{which}</h2>
<label for="key">Tệp khoá ký (.tmkey)</label><input id="key" type="file" name="key" required>
<p class="help">Lưu từ trang “Khoá ký của tôi” khi còn mạng.</p>
<label for="passphrase">Mật khẩu ký</label>
<input id="passphrase" type="password" name="passphrase" required autocomplete="off">
<input type="hidden" name="time" value="">"""


def _select(name: str, label: str, options: Iterable[tuple[str, str]]) -> str:
    inner = "".join(f'<option value="{escape(v)}">{escape(text)}</option>' for v, text in options)
    return f'<label for="{name}">{label}</label><select id="{name}" name="{name}">{inner}</select>'


def area_field(areas: list[str]) -> str:
    """Which of the box's areas is addressed."""
    last = len(areas) - 1
    words = {0: "cả xã, phường", last: "chỉ thôn, bản này"}
    named = [(code, f"{words.get(at, 'khu vực')} ({code})") for at, code in enumerate(areas)]
    return _select("area", "Địa bàn", named)


RECORDER = """
<div data-recorder hidden data-none="Không mở được micrô. Hãy cho phép dùng micrô, hoặc chọn tệp ghi âm."
 data-stop="Dừng ghi" data-again="Ghi lại"><button type="button" class="quiet" data-record>Ghi âm ngay</button>
<span data-tell role="status"></span><audio data-heard controls hidden></audio></div>"""


def alert_form(areas: list[str], held: Mapping[str, str]) -> str:
    """The first person's form."""
    choices = [("", "bản ghi âm ở trên"), *held.items()]
    sounds = (
        _select("sound", "Hoặc âm thanh loa đang giữ", choices)
        if held
        else '<p><a href="/dang-giu">Dùng âm thanh loa đang giữ</a> (cần khoá ký để xem)</p>'
    )
    hours = [(str(h), f"{h} giờ") for h in HOURS]
    repeats = [(str(m), f"mỗi {m} phút" if m else "chỉ một lần") for m in REPEATS_MINUTES]
    return f"""<form method="post" action="/canh-bao" enctype="multipart/form-data">
<label for="title">Cảnh báo điều gì</label>
<input id="title" name="title" required maxlength="200" placeholder="Lũ quét suối Lũng Pô: rời ngay khỏi bờ suối">
<label for="recording">Lời cảnh báo (ghi âm, không quá 3 phút)</label>{RECORDER}
<input id="recording" type="file" name="recording" accept="audio/*" capture>
{sounds}{area_field(areas)}{_select("repeat", "Nhắc lại", repeats)}{_select("hours", "Có hiệu lực trong", hours)}
{key_fields("Người thứ nhất ký")}
<button>Ký</button></form>"""


def held_form() -> str:
    """Titles are shown to who may sign here."""
    return f"""<p>Tên các bản tin loa đang giữ chỉ cho người có khoá ký xem.</p>
<form method="post" action="/dang-giu" enctype="multipart/form-data">
{key_fields("Người thứ nhất")}<button>Xem</button></form>"""


def speak_form(areas: list[str]) -> str:
    """The first person's form for a voice."""
    minutes = [(str(m), f"{m} phút") for m in MINUTES_TO_SPEAK]
    return f"""<p>Chỉ loa này phát lời nói. Muốn các loa khác cùng phát, hãy ghi âm thành cảnh báo rồi mang sang.</p>
<form method="post" action="/noi" enctype="multipart/form-data">
<label for="title">Nói về việc gì</label><input id="title" name="title" required maxlength="200">
{area_field(areas)}{_select("minutes", "Nói trong", minutes)}
{key_fields("Người thứ nhất ký")}<button>Ký</button></form>"""


def draft_page(draft: Draft) -> str:
    """What the second person hears and signs."""
    body = draft.message.body
    sounds = "".join(
        f'<audio controls src="/am-thanh/{escape(sha256)}"></audio>' for sha256 in draft.sounds
    )
    repeat = getattr(body, "repeat_ms", 0)
    facts = [
        f"Địa bàn: {', '.join(draft.message.areas or [])}",
        f"Người thứ nhất: {person(draft.first.holder)}",
        f"Hiệu lực đến {_local(body.until)}"
        if hasattr(body, "alert")
        else f"Nói {draft.minutes} phút",
    ]
    if repeat:
        facts.append(f"Nhắc lại mỗi {round(repeat / 60_000)} phút")
    lines = "".join(f"<li>{escape(one)}</li>" for one in facts)
    hint = (
        ""
        if hasattr(body, "alert")
        else "<p>Điện thoại của người ký thứ hai là điện thoại để nói.</p>"
    )
    return f"""<p><b>{escape(what_it_is(draft))}: {escape(body.title)}</b></p>{sounds}<ul>{lines}</ul>
<p>Người thứ hai hãy mở trang này trên điện thoại của mình, nghe lại rồi ký trong vòng 30 phút. Ký xong là phát ngay.</p>{hint}
<form method="post" action="/ky/{escape(draft.name)}" enctype="multipart/form-data">
{key_fields("Người thứ hai ký")}<button>Ký và phát</button></form>
<form method="post" action="/bo/{escape(draft.name)}" enctype="multipart/form-data">
<details><summary>Bỏ, không phát</summary>{key_fields("Một trong hai người ký để bỏ").replace('id="', 'id="drop-').replace('for="', 'for="drop-')}<button class="quiet">Bỏ</button></details></form>"""


def _local(instant: datetime) -> str:
    return instant.astimezone(VIETNAM).strftime("%H:%M ngày %d/%m/%Y")


def issued_page(issued: Issued, *, is_on: bool, played: list[str]) -> str:
    """What went out, and what can be done with it."""
    body = issued.message.body
    name = escape(body.alert)
    heard = "".join(f"<li>{escape(line)}</li>" for line in played)
    end = f"""<h2>Báo yên</h2><form method="post" action="/bao-yen/{name}" enctype="multipart/form-data">
<label for="recording">Lời báo yên (không bắt buộc)</label>{RECORDER}
<input id="recording" type="file" name="recording" accept="audio/*" capture>
{key_fields("Người thứ nhất ký")}<button>Ký báo yên</button></form>"""
    return f"""<p><b>{KINDS[body.msg_type]}: {escape(body.title)}</b></p>
<ul>{heard or "<li>Đang chờ phát</li>"}</ul>
<p><a class="button quiet" href="/mang-di/{name}" download>Lưu vào điện thoại để mang sang loa khác</a></p>
<p class="help">Ở loa bên cạnh: mở trang của loa đó, chọn “Phát cảnh báo mang từ loa khác”. Không cần ký lại.</p>
{end if is_on else ""}"""


def hand_in_form() -> str:
    """For an alert that two people signed elsewhere."""
    return """<form method="post" action="/mang-sang" enctype="multipart/form-data">
<label for="bundle">Tệp cảnh báo (.tmalert)</label><input id="bundle" type="file" name="bundle" required>
<button>Phát ở loa này</button></form>"""


def air_page(token: str) -> str:
    """The microphone."""
    return f"""<div data-air data-url="/noi/{escape(token)}" data-live="Đang phát. Còn" data-over="Đã kết thúc."
 data-lost="Mất sóng với loa, đang thử lại…" data-none="Không mở được micrô. Hãy cho phép trang này dùng micrô.">
<label for="level">Mức tiếng</label><meter id="level" data-level min="0" max="1" low=".05" high=".95" optimum=".4" value="0"></meter>
<p data-tell role="status">Bấm nút rồi nói. Loa phát sau khoảng một giây.</p>
<button type="button" data-speak>Bắt đầu nói</button><button type="button" data-stop hidden>Kết thúc</button></div>
<noscript><p class="note bad">Trình duyệt này không nói trực tiếp được. Hãy ghi âm thành cảnh báo.</p></noscript>"""


def utc(seconds: float) -> datetime:
    """An instant."""
    return datetime.fromtimestamp(seconds, UTC)
