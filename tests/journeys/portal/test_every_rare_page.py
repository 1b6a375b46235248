"""Pages that a walk along the links does not meet: refusals, what was taken back, letters' links.

Each is looked at as the others are: axe at both widths, light and dark, one main heading, nothing
wider than the window. Together with the walk, every template of the portal is looked at: the last
test says which are not.
"""

from __future__ import annotations

import json
import re
import subprocess
import urllib.request
from dataclasses import dataclass, field
from functools import partial

import pytest
from axe_core_python.sync_playwright import Axe
from running_system import ROOT

from .stand_ins import act, warned

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("demos")]

WIDTHS, SCHEMES = (360, 1280), ("light", "dark")
TEMPLATES = ROOT / "packages/tiengmo/src/tiengmo/portal/templates/portal"
OK, BAD, NOT_FOUND, GONE, MANY = 200, 400, 404, 410, 429
FILES = ("403", "404", "410", "413", "429", "500", "bao-tri")

# One of each is taken back, asked or followed; `stand_down` puts everything as it was.
STAND_UP = """
from django.db import transaction
from django.utils import timezone
from tiengmo.channels.email_followers import sealing
from tiengmo.channels.email_followers.models import Follower, Following, Letter
from tiengmo.channels.messages import sealing as sealed_numbers
from tiengmo.channels.messages.models import Subscriber
from tiengmo.official_documents.models import OfficialDocument
from tiengmo.one_stop.models import Procedure
from tiengmo.outreach import rules
from tiengmo.places.models import Village
from tiengmo.outreach.models import Question
from tiengmo.portal.models import Page
now, why = timezone.now(), "Đăng nhầm bản chưa duyệt"
transaction.set_autocommit(False)  # all of it stands up, or nothing
page = Page.objects.filter(is_current=True).order_by("released_at").first()
document = OfficialDocument.objects.filter(state="published").order_by("pk").first()
question = Question.objects.filter(state="published").order_by("pk").first()
procedure = Procedure.objects.filter(withdrawn_at=None).order_by("pk").last()
Page.objects.filter(pk=page.pk).update(is_current=False, gone_at=now, gone_reason=why)
OfficialDocument.objects.filter(pk=document.pk).update(
    state="withdrawn", withdrawn_at=now, withdrawal_reason=why)
Question.objects.filter(pk=question.pk).update(state="withdrawn", reason=why)
Procedure.objects.filter(pk=procedure.pk).update(withdrawn_at=now, withdrawal_reason=why)
secret = rules.new_secret()
asked = Question.objects.create(
    topic=question.topic, unit=question.unit, title="Bao giờ sửa cầu?", text="Cầu hỏng đã lâu.",
    secret_hash=rules.secret_hash(secret), fingerprint="thu", due_on=now.date() + timedelta(14))
follower = Follower.objects.create(
    address_hash=sealing.hash_of("thu@example.vn"), sealed_address=sealing.seal("thu@example.vn"),
    confirmed_at=now)
Following.objects.create(follower=follower, kind="area", code="02701")
letter = Letter.objects.create(
    follower=follower, kind=Letter.Kind.CONFIRM, wanted=[["area", "02701"]], wanted_rhythm="at_once")
village = Village.objects.filter(unit__code="02701").order_by("pk").first()
texted, texting = (
    Subscriber.objects.create(
        village=village, sealed_number=sealed_numbers.seal(number),
        number_hash=sealed_numbers.hash_of(number), confirmed_at=confirmed_at)
    for number, confirmed_at in (("84900000001", now), ("84900000002", None)))
from tiengmo.channels.press import sealing as press_tokens
from tiengmo.channels.press.models import Journalist, Outlet, PressItem, RoomKey, RoomSession
from tiengmo.releases.models import Release, Rendition
outlet = Outlet.objects.create(name="Báo Thử", kind="paper")
journalist = Journalist.objects.create(
    full_name="Nhà Báo Thử", card_number="1", outlet=outlet, outlet_stated="Báo Thử",
    sealed_address=press_tokens.ADDRESSES.seal("bao@example.vn"), address_hash="thu",
    state="accredited", accredited_until=now.date() + timedelta(30))
pressed = []
for number, gone_at in ((1, None), (2, now)):
    release = Release.objects.create(
        source_type="thu", source_id=str(number), source_version="1", title="Cầu mới thông xe",
        slug=f"thu-bao-chi-{number}", unit=village.unit, release_at=now + timedelta(1),
        window_end_at=now + timedelta(2), author_name="A", cleared_by_id="1", cleared_by_name="B")
    Rendition.objects.create(release=release, language="vi", headline="Cầu mới thông xe",
        summary="Thông xe ngày mai.", body_html="<p>Cầu dài 120 m.</p>")
    PressItem.objects.create(release=release, slug=release.slug, source=f"thu:{number}",
        until=release.release_at, cleared_at=now, gone_at=gone_at, gone_reason=why)
    pressed.append(release)
in_room, key = press_tokens.new_token(), press_tokens.new_token()
RoomSession.objects.create(
    journalist=journalist, token_hash=press_tokens.token_hash(in_room), ends_at=now + timedelta(1))
RoomKey.objects.create(
    journalist=journalist, token_hash=press_tokens.token_hash(key), expires_at=now + timedelta(1))
transaction.commit()
print(json.dumps({
    "outlet": [outlet.pk, in_room],
    "key": [str(journalist.pk), f"/bao-chi/vao/{key}/"],
    "pressed": [str(pressed[0].pk), f"/bao-chi/phong/{pressed[0].pk}/"],
    "unpressed": [str(pressed[1].pk), f"/bao-chi/phong/{pressed[1].pk}/"],
    "texted": [str(texted.pk), f"/theo-doi/sms/{texted.link_key}/"],
    "texting": [
        str(texting.pk), f"/theo-doi/sms/xac-nhan/{sealed_numbers.asking_token(texting.pk)}/"],
    "page": [page.pk, f"/tin/{page.slug}/"],
    "document": [document.pk, document.address],
    "question": [question.pk, question.url],
    "procedure": [procedure.pk, procedure.address],
    "asked": [asked.pk, f"/hoi-dap/cua-toi/{secret}/"],
    "follower": [str(follower.pk), f"/theo-doi/cua-toi/{sealing.own_token(follower.pk)}/"],
    "letter": [letter.pk, f"/theo-doi/xac-nhan/{sealing.confirm_token(letter.pk)}/"],
}))
"""
STAND_DOWN = """
from tiengmo.channels.email_followers.models import Follower
from tiengmo.channels.messages.models import Subscriber
from tiengmo.official_documents.models import OfficialDocument
from tiengmo.one_stop.models import Procedure
from tiengmo.outreach.models import Question
from tiengmo.portal.models import Page
from tiengmo.portal.visitors.models import FormPost
rows = json.loads('''{rows}''')
Page.objects.filter(pk=rows["page"]).update(is_current=True, gone_at=None, gone_reason="")
OfficialDocument.objects.filter(pk=rows["document"]).update(
    state="published", withdrawn_at=None, withdrawal_reason="")
Question.objects.filter(pk=rows["question"]).update(state="published", reason="")
Procedure.objects.filter(pk=rows["procedure"]).update(withdrawn_at=None, withdrawal_reason="")
Question.objects.filter(pk=rows["asked"]).delete()
Follower.objects.filter(pk=rows["follower"]).delete()
Subscriber.objects.filter(pk__in=[rows["texted"], rows["texting"]]).delete()
from tiengmo.channels.press.models import Journalist, Outlet, PressItem
from tiengmo.releases.models import Release
Journalist.objects.filter(pk=rows["key"]).delete()
Outlet.objects.filter(pk=rows["outlet"]).delete()
PressItem.objects.filter(release__in=[rows["pressed"], rows["unpressed"]]).delete()
Release.objects.filter(pk__in=[rows["pressed"], rows["unpressed"]]).delete()
FormPost.objects.filter(who="thu").delete()
"""
# As many posts as the form takes from everybody together.
FILL_THE_FORM = """
from django.utils import timezone
from tiengmo.portal import guard
from tiengmo.portal.visitors.models import FormPost
now = timezone.now()
FormPost.objects.bulk_create(
    FormPost(form="theo-doi", who="thu", stamp=f"thu-{n}", at=now) for n in range(guard.ALL)
)
"""


@dataclass
class Look:
    """One page, how one comes to it, and what it answers with."""

    template: str
    path: str
    status: int = OK
    heading: str = ""
    # Labels to fill, and the button that sends the form.
    filled: dict[str, str] = field(default_factory=dict)
    button: str = ""


@pytest.fixture(scope="module")
def rows(system):
    made = act(system, STAND_UP)
    try:
        with warned(system, "Lũ quét ở suối Lũng Pô") as warning:
            yield {name: path for name, (_pk, path) in made.items()} | {"warning": warning}
    finally:
        ids = {name: pk for name, (pk, _path) in made.items()}
        act(system, STAND_DOWN.replace("{rows}", json.dumps(ids)))


@pytest.fixture(scope="module")
def looks(system, rows) -> list[Look]:
    with urllib.request.urlopen(f"{system.url}/tin/?trang=1") as answer:
        assert answer.status == OK
    a_letter = {"Địa chỉ thư điện tử": "thu@example.vn"}
    return [
        Look("message", "/khong-co-trang-nay/", NOT_FOUND, "Không có trang này"),
        Look("en/missing", "/en/communes/khong-co/", NOT_FOUND),
        Look("withdrawn", rows["page"], GONE, "Bản tin này đã được gỡ"),
        Look("documents/withdrawn", rows["document"], GONE),
        Look("answers/withdrawn", rows["question"], GONE),
        Look("procedures/withdrawn", rows["procedure"], GONE),
        Look("answers/own", rows["asked"]),
        Look("answers/ask", "/hoi-dap/gui/", BAD, button="Gửi câu hỏi"),
        Look("finding/search", "/tim-kiem/?q=zzxxqq", heading="Tìm kiếm"),
        Look("finding/search", "/tim-kiem/?q=dang+ky+khia+sinh"),
        Look("finding/search", "/tim-kiem/?q=khai+sinh&loai=procedure"),
        Look("finding/suggestions", "/tim-kiem/goi-y/?q=khai"),
        Look("following/follow", "/theo-doi/?xa=02701"),
        Look("following/follow", "/theo-doi/", BAD, button="Gửi thư xác nhận", filled=a_letter),
        Look("following/letter_sent", "/theo-doi/da-gui-thu/", heading="Xin mở hộp thư"),
        Look("following/confirm", rows["letter"], heading="Xác nhận theo dõi"),
        Look("following/own", rows["follower"], heading="Tin tôi theo dõi"),
        Look("following/own", f"{rows['follower']}?da-luu=1"),
        Look("following/too_late", "/theo-doi/xac-nhan/khong-dung/", GONE),
        Look("following/left", "/theo-doi/da-ngung/"),
        Look("following/texts", "/theo-doi/sms/?xa=02701", heading="Nhận tin bằng tin nhắn"),
        Look(
            "following/browser",
            "/theo-doi/trinh-duyet/?xa=02701",
            heading="Nhận thông báo trên máy này",
        ),
        Look("following/text_code", rows["texting"]),
        Look("following/text_own", rows["texted"]),
        Look("following/text_unknown", "/theo-doi/sms/khong-co/", NOT_FOUND),
        Look("following/text_link", "/theo-doi/sms/gui-lien-ket/"),
        Look("following/text_link_sent", "/theo-doi/sms/da-gui-lien-ket/"),
        Look("following/text_left", "/theo-doi/sms/da-ngung/"),
        Look(
            "accounts/register", "/tai-khoan-chinh-thuc/?dia-chi=facebook.com/trang.la.khong.quen"
        ),
        Look("accounts/register", "/tai-khoan-chinh-thuc/?q=khong-co-xa-nay"),
        Look("press/enter", rows["key"], heading="Vào phòng báo chí"),
        Look("press/too_late", "/bao-chi/vao/khong-dung/", GONE),
        Look("press/room", "/bao-chi/phong/", heading="Phòng báo chí"),
        Look("press/room_item", rows["pressed"], heading="Cầu mới thông xe"),
        Look("press/gone", rows["unpressed"], GONE),
        Look("press/end", "/bao-chi/phong/thoi/"),
        Look("press/apply", "/bao-chi/dang-ky/", BAD, button="Gửi đăng ký"),
        Look("press/applied", "/bao-chi/dang-ky/da-nhan/"),
        Look("press/letter_sent", "/bao-chi/dang-nhap/da-gui-thu/"),
        Look("press/left", "/bao-chi/phong/da-ra/"),
        Look("about/offline", "/ngoai-mang/"),
        Look("home", "/", heading="Huyện Bát Xát"),
        Look("alerts", "/canh-bao/"),
        Look("alert", rows["warning"], heading="Lũ quét ở suối Lũng Pô"),
        Look("about/khan-cap", "/khan-cap/"),
    ]


def faults_of(page, where: str) -> list[str]:
    found = Axe().run(page)
    assert found["passes"], "axe looked at nothing"
    faults = [
        f"{where}: {rule['id']} {node['target']} {node['html'][:160]}"
        for rule in found["violations"]
        for node in rule["nodes"]
    ]
    wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    if wide > 1:
        faults.append(f"{where}: {wide} px too wide")
    if page.locator("h1").count() != 1:
        faults.append(f"{where}: {page.locator('h1').count()} main headings")
    return faults


@pytest.fixture(params=[(w, s) for w in WIDTHS for s in SCHEMES], ids=lambda p: f"{p[0]}-{p[1]}")
def window(request, browser, system):
    """A page of this width and in these colours, and how to name it."""
    width, scheme = request.param
    context = browser.new_context(
        base_url=system.url,
        viewport={"width": width, "height": 800},
        color_scheme=scheme,
        reduced_motion="reduce",
        service_workers="block",
    )
    yield context.new_page(), f"{width}-{scheme}"
    context.close()


def test_no_rare_page_keeps_anybody_out(looks, rows, window, pictures, system):
    page, how = window
    # A journalist who came in by a letter: the only cookie of the portal.
    page.context.add_cookies(
        [{"name": "phong-bao-chi", "value": rows["outlet"], "url": f"{system.url}/bao-chi/phong/"}]
    )
    faults = []
    for number, look in enumerate(looks):
        answer = page.goto(look.path)
        if look.button:
            # Nothing chosen or written: the browser's own check would keep it from being sent.
            for label, value in look.filled.items():
                page.get_by_label(label).fill(value)
            page.evaluate("document.querySelectorAll('form').forEach((f) => f.noValidate = true)")
            with page.expect_navigation() as sent:
                page.get_by_role("button", name=look.button).click()
            answer = sent.value
        where = f"{look.path} ({look.template}) {how}"
        if answer.status != look.status:
            faults.append(f"{where}: {answer.status}")
        if look.heading and page.locator("h1").inner_text() != look.heading:
            faults.append(f"{where}: {page.locator('h1').inner_text()}")
        faults += faults_of(page, where)
        if how in ("360-light", "1280-light"):
            name = f"rare-{number:02}-{look.template.replace('/', '-')}-{how}.png"
            page.screenshot(path=pictures / name)
    assert not faults, f"{len(faults)} faults:\n" + "\n".join(faults[:60])


def test_pages_from_files_keep_nobody_out(system, window, pictures):
    """As nginx shows them: written by this installation, styled by its own style sheet."""
    page, how = window
    folder = system.home / "nginx" / "loi"
    if not folder.is_dir():
        subprocess.run(
            system.command("nginx-config"),
            env=system.environment,
            check=True,
            stdout=subprocess.DEVNULL,
        )
    assert sorted(one.stem for one in folder.iterdir()) == sorted(FILES)
    faults = []
    for name in FILES:
        address = f"{system.url}/loi-{name}"
        html = (folder / f"{name}.html").read_text(encoding="utf-8")
        page.route(address, partial(_answer_with, html=html))
        page.goto(address)
        assert page.evaluate("document.styleSheets.length") == 1
        faults += faults_of(page, f"{name} {how}")
        page.screenshot(path=pictures / f"rare-file-{name}-{how}.png")
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("window", [(360, "light"), (1280, "dark")], indirect=True, ids=str)
def test_too_many_letters_asked_for(system, rows, window):
    page, how = window
    act(system, FILL_THE_FORM)
    try:
        page.goto("/theo-doi/?muc=area:02701")
        page.get_by_label("Địa chỉ thư điện tử").fill("thu@example.vn")
        page.wait_for_timeout(2_100)
        with page.expect_navigation() as sent:
            page.get_by_role("button", name="Gửi thư xác nhận").click()
        assert sent.value.status == MANY
        assert page.get_by_role("alert").is_visible()
        assert page.get_by_label("Địa chỉ thư điện tử").input_value() == "thu@example.vn"
        faults = faults_of(page, f"429 {how}")
        assert not faults, "\n".join(faults)
    finally:
        act(
            system,
            "from tiengmo.portal.visitors.models import FormPost\n"
            "FormPost.objects.filter(who='thu').delete()",
        )


def _answer_with(route, html):
    route.fulfill(body=html, content_type="text/html; charset=utf-8")


# Met by test_every_public_page along the links.
WALKED = {
    "home",
    "bulletins",
    "bulletin",
    "archived",
    "about/so-do",
    "about/tro-nang",
    "about/rieng-tu",
    "about/trach-nhiem",
    "about/khan-cap",
    "alerts",
    "answers/list",
    "answers/answer",
    "answers/ask",
    "documents/list",
    "documents/document",
    "documents/programmes",
    "en/home",
    "en/communes",
    "en/commune",
    "en/emergency",
    "events/list",
    "events/event",
    "finding/search",
    "listening/all",
    "listening/station",
    "press/ask",
    "press/home",
    "press/item",
    "press/kit",
    "procedures/home",
    "procedures/field",
    "procedures/procedure",
    "units/home",
    "units/contacts",
    "units/schedule",
    "units/map",
    "units/directory",
    "visitors/figures",
}


def test_every_template_is_looked_at_somewhere(looks):
    there = {
        str(path.relative_to(TEMPLATES).with_suffix(""))
        for path in TEMPLATES.rglob("*.html")
        if not path.name.startswith("_")
        and re.search(r"extends \"portal/(en/)?base|<!doctype", path.read_text(encoding="utf-8"))
        and path.name != "base.html"
    }
    seen = {look.template for look in looks} | WALKED | {"refused"}
    # A screen in a hall is no page for a reader: it shows slides and takes no hand.
    there -= {"screens/player"}
    assert not sorted(there - seen), "nobody looks at these with axe"
    assert not sorted(seen - there), "there is no such template"
