"""A television in a commune's office: let in by a code, plays through an outage, proves it once."""

from __future__ import annotations

import re
import sqlite3
import time
from contextlib import closing

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("journeys")]

HEADLINE = "Mời bà con nhận giống ngô tại nhà văn hoá xã"
SHORT = "Từ 7 giờ sáng thứ sáu. Mang theo sổ hộ khẩu hoặc căn cước."
# The other bulletins of the commune come round first, 15 s each, the more the later this runs.
ROUND_MS = 400_000
# What the device still has to report.
QUEUED = """new Promise((resolve) => {
  const opening = indexedDB.open('man-hinh');
  opening.onsuccess = () => {
    const counting = opening.result.transaction('plays').objectStore('plays').count();
    counting.onsuccess = () => { opening.result.close(); resolve(counting.result); };
  };
})"""


def until(look, *, seconds=150):
    """The player's page forbids code from texts, which the browser's own waiting would need."""
    deadline = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.2)
    return found


def released(sign_in, title):
    """A bulletin of this title that stands on the commune's screens; the approver, its page of review."""
    editor, approver = sign_in("bientap.yty"), sign_in("duyet.yty")
    editor.write(headline=title, article="Ủy ban nhân dân xã cấp giống ngô.", short=SHORT)
    editor.choose_area("Xã Y Tý")
    editor.choose_channels("Cổng thông tin điện tử", "Màn hình")
    review = editor.send_for_review()
    expect(editor.page.locator(".mh-stage .mh-headline").first).to_have_text(title)
    approver.clear(review)
    return approver, review


def let_alerts_end(system):
    """Another journey's all-clear may stand in this commune: it is over now."""
    with closing(sqlite3.connect(system.home / "tiengmo.sqlite3", timeout=30)) as database:
        database.execute(
            "UPDATE alerts_alert SET expires_at = datetime('now', '-1 minute')"
            " WHERE state = 'issued' AND expires_at > datetime('now')"
        )
        database.commit()


def test_plays_on_without_a_network_and_drops_what_is_taken_back(
    browser, system, sign_in, pictures, attempt
):
    let_alerts_end(system)
    title = HEADLINE + attempt
    approver, review = released(sign_in, title)
    technician = sign_in("trucdai")
    technician.open("/quan-tri/man-hinh/")
    technician.page.get_by_role("link", name="Sảnh bộ phận một cửa").first.click()
    technician.page.get_by_role("button", name="Tạo mã mới").click()
    code = technician.page.locator(".mh-code-text").inner_text()
    technician.look("screen-code")

    context = browser.new_context(base_url=system.url, viewport={"width": 1280, "height": 720})
    television = context.new_page()
    errors = []
    television.on("pageerror", lambda error: errors.append(error.stack))
    television.goto("/man-hinh/")
    television.locator("#mh-code").fill(code.lower())
    television.keyboard.press("Enter")
    headline = television.locator(".mh-headline")
    expect(headline).to_have_text(title, timeout=ROUND_MS)
    expect(television.locator(".mh-text")).to_have_text(SHORT)
    expect(television.locator(".mh-qr")).to_be_visible()
    television.screenshot(path=pictures / "screen-playing.png")
    television.evaluate("navigator.serviceWorker.ready.then(() => true)")
    technician.open("/quan-tri/man-hinh/")
    row = technician.page.get_by_role("row", name="Sảnh bộ phận một cửa")
    until(lambda: technician.page.reload() and "đang chạy" in row.inner_text())
    technician.look("screens-board")

    # The line goes and the bulletin is taken back meanwhile.
    context.set_offline(offline=True)
    approver.open(review)
    approver.page.locator("#reason").fill("Sai ngày cấp giống")
    approver.page.get_by_role("button", name="Gỡ khỏi mọi kênh").click()
    expect(approver.page.get_by_text(re.compile("Đã gỡ lúc"))).to_be_visible()

    # The power goes too; it comes up by itself and goes on with what it has.
    television.goto("/man-hinh/")
    expect(headline).to_have_text(title, timeout=ROUND_MS)
    expect(television.locator(".mh-offline")).to_be_visible()
    television.screenshot(path=pictures / "screen-offline.png")
    queued = until(lambda: television.evaluate(QUEUED))
    screen = "SELECT count(*) FROM screens_play p JOIN screens_screen s ON s.id = p.screen_id"
    before = system.rows(f"{screen} WHERE s.name LIKE 'Sảnh%'")[0][0]

    # The first answer is lost on its way: what it confirmed is sent again.
    lost = []

    def lose_the_first(route):
        if lost:
            route.continue_()
            return
        lost.append(route.fetch().json()["taken"])
        route.abort()

    context.route("**/man-hinh/may/bao-cao/", lose_the_first)
    back_at = time.monotonic()
    context.set_offline(offline=False)
    expect(headline).not_to_have_text(title)
    print(f"taken from the screen {time.monotonic() - back_at:.1f} s after the line was back")
    until(lambda: television.evaluate(QUEUED) == 0)
    assert len(lost[0]) >= queued
    named = ",".join(f"'{one.replace('-', '')}'" for one in lost[0])
    (arrived,), (told,) = (
        system.rows(f"{screen} WHERE s.name LIKE 'Sảnh%'")[0],
        system.rows(f"SELECT count(*) FROM screens_play WHERE play_id IN ({named})")[0],
    )
    assert told == len(lost[0])
    assert arrived >= before + told
    approver.open(review)
    approver.page.get_by_role("link", name="Xem bản phát hành").click()
    channels = approver.page.locator("#tm-channels")
    expect(channels).to_contain_text(re.compile(r"Đã chiếu \d+ lượt trên 1 màn hình"))
    approver.look("release-on-screens")
    assert not errors
    context.close()


def now_ms():
    return round(time.time() * 1000)


def test_a_warning_comes_while_a_long_film_is_still_being_fetched(browser, system):
    """The server's answers are played here, so that the film never arrives."""
    context = browser.new_context(base_url=system.url, service_workers="block")
    television = context.new_page()
    asked, alerts = [], []
    always = {"from": now_ms() - 3_600_000, "until": now_ms() + 3_600_000}
    slide = always | {
        "id": "s:1", "release": None, "language": "vi", "headline": "Phim dài", "text": "",
        "picture": None, "video": {"url": "/man-hinh/phim/dai.mp4", "bytes": 40_000_000},
        "qr": "", "unit": "Xã", "weekdays": [], "hours": None, "seconds": 30,
    }  # fmt: skip

    def playlist(route):
        route.fulfill(
            json={
                "screen": {"id": "1", "name": "a", "place": "Xã", "unit": "Xã"},
                "heart": "u1", "beat": 0, "now": now_ms(), "good_until": always["until"],
                "zone": "Asia/Ho_Chi_Minh", "opens": "00:00", "closes": "00:00",
                "listens": ["*"], "items": [slide], "ticker": [],
            }
        )  # fmt: skip

    def pulse(route):
        route.fulfill(
            json={"version": version, "beats": {"u1": 0}, "taken": [], "alerts": list(alerts)}
        )

    def film(route):
        asked.append(route)  # and is never answered

    told = {"taken": [], "known": [], "refused": {}}
    television.route("**/man-hinh/phim/**", film)
    television.route("**/man-hinh/dang-ky/", lambda route: route.fulfill(json={}))
    television.route("**/man-hinh/may/bao-cao/", lambda route: route.fulfill(json=told))
    television.route("**/man-hinh/may/danh-sach/", playlist)
    television.route("**/man-hinh/nhip/", pulse)
    television.goto("/man-hinh/")
    version = television.locator("body").get_attribute("data-version")
    television.locator("#mh-code").fill("22223333")
    television.keyboard.press("Enter")
    expect(television.locator(".mh-headline")).to_have_text("Phim dài", timeout=60_000)
    until(lambda: television.wait_for_timeout(100) or asked)
    warning = always | {
        "id": "c", "release": "", "kind": "warning", "is_exercise": False, "by": "Xã",
        "area": "Xã", "areas": ["*"],
        "texts": [{
            "language": "vi", "language_name": "", "headline": "Lũ ống", "description": "",
            "instruction": "",
        }],
    }  # fmt: skip
    alerts.append(warning)
    expect(television.locator("#mh-alert .mh-alert-headline")).to_have_text(
        "Lũ ống", timeout=60_000
    )
    context.close()


RULES = """async () => {
  const lists = await import(document.body.dataset.playlist);
  const { startClock } = await import(document.body.dataset.clock);
  const zone = 'Asia/Ho_Chi_Minh';
  const at = (text) => Date.parse(`${text}+07:00`);
  const item = {
    id: 'a', release: 'r', from: at('2026-11-22T00:00'), until: at('2026-11-24T00:00'),
    weekdays: [6], hours: ['22:00', '02:00'],
  };
  const on = (text) => lists.isOn(item, at(text), zone);
  const list = (fields) => ({ items: [item], zone, good_until: at('2026-11-23T00:00'), ...fields });
  const shown = (now, taken = [], fields = {}) => lists
    .current(list(fields), 'items', now, new Set(taken)).length;
  const asleep = (clock) => startClock({ get: async () => clock, set: async () => {} });
  const honest = await asleep({ offset: 5_000, last: Date.now() });
  const reset = await asleep({ offset: 5_000, last: Date.now() + 365 * 86_400_000 });
  const learning = await asleep(undefined);
  const knewNothing = learning.now();
  await learning.learn(at('2026-11-22T12:00'), performance.now());
  return {
    sundayNight: on('2026-11-22T23:30'), sundayNoon: on('2026-11-22T12:00'),
    mondayNight: on('2026-11-23T23:30'), over: on('2026-11-29T23:30'),
    listed: shown(at('2026-11-22T23:30')), taken: shown(at('2026-11-22T23:30'), ['r']),
    tooLongAlone: shown(at('2026-11-22T23:30'), [], { good_until: at('2026-11-22T23:00') }),
    withoutTime: shown(null), nothingYet: lists.current(null, 'items', 1, new Set()).length,
    next: [[], [['a', 1]], [['a', 1], ['b', 2]], [['gone', 9], ['b', 3], ['a', 4]]]
      .map((turns) => lists.following([{ id: 'a' }, { id: 'b' }], new Map(turns)).id),
    alerts: [['02701'], ['02702'], ['*']].map((listens) => lists
      .standing([{ areas: ['02701'], until: 9 }, { areas: ['02701'], until: 5 }], listens, 7).length),
    clear: [[{}, 7], [{ c: 0 }, 299_999], [{ c: 0 }, 300_000], [{ c: 0 }, null]].map(([heard, now]) => {
      const { whole, lines } = lists.yielding([{ id: 'c', kind: 'clear' }, { id: 'w', kind: 'warning' }], heard, now);
      return [whole.length, lines.length];
    }),
    honest: Math.abs(honest.now() - Date.now() - 5_000) < 1_000, reset: reset.now(), knewNothing,
    learned: Math.abs(learning.now() - at('2026-11-22T12:00')) < 1_000,
  };
}"""


def test_the_player_knows_what_may_show_and_when_it_knows_no_hour(visit):
    page = visit()
    page.goto("/man-hinh/")
    assert page.evaluate(RULES) == {
        "sundayNight": True,
        "sundayNoon": False,
        "mondayNight": False,
        "over": False,
        "listed": 1,
        "taken": 0,
        "tooLongAlone": 0,
        "withoutTime": 0,
        "nothingYet": 0,
        # Whatever has waited longest; what was never shown has waited longer than all.
        "next": ["a", "b", "a", "b"],
        "alerts": [1, 0, 1],
        # An all-clear gives way five minutes after this screen first showed it; a warning never.
        "clear": [[2, 0], [2, 0], [1, 1], [2, 0]],
        "honest": True,
        # The device's clock fell back by a year while it had no power.
        "reset": None,
        "knewNothing": None,
        "learned": True,
    }


def test_a_second_tab_waits_for_the_first_and_a_wrong_code_is_refused(visit, citizen):
    first = citizen.page
    citizen.open("/man-hinh/")
    expect(first.locator("#mh-code")).to_be_focused()
    citizen.look("screen-enrol")
    first.locator("#mh-code").fill("2222 3333")
    first.keyboard.press("Enter")
    expect(first.locator("#mh-refusal")).to_contain_text("Mã không đúng")
    second = first.context.new_page()
    second.goto("/man-hinh/")
    expect(second.locator("#mh-elsewhere")).to_be_visible()
    first.close()
    expect(second.locator("#mh-code")).to_be_visible()
