"""Drawing the area of an alert on a phone, and trusting another authority's warnings."""

from __future__ import annotations

import http.server
import re
import threading
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from lxml import etree
from playwright.sync_api import expect
from signxml import XMLSigner, methods
from tiengmo.config.demo.locality import PASSPHRASE

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("journeys")]

COMMUNE = "02701"
NARROW = {"width": 360, "height": 740}
SENDER = "kttv@example.vn"


def write(staff, *, template):
    staff.open("/quan-tri/canh-bao/soan/")
    staff.page.get_by_role("link", name=template, exact=True).click()


def test_the_area_is_drawn_with_a_finger(sign_in):
    staff = sign_in("duyet.yty")
    page = staff.page
    page.set_viewport_size(NARROW)
    write(staff, template="Lũ quét")
    page.get_by_text("Vẽ vùng trên bản đồ").click()
    area = page.locator(".tm-draw__map")
    expect(area.locator("canvas")).to_be_visible()
    expect(page.locator(".tm-draw__told")).to_contain_text("Chạm vào bản đồ")
    page.wait_for_function(
        "() => document.querySelector('[data-area-villages]').textContent !== '0'"
    )
    box = area.bounding_box()
    middle, half = (box["width"] / 2, box["height"] / 2), box["width"] / 3
    for x, y in ((-half, -half), (half, -half), (half, half), (-half, half)):
        area.click(position={"x": middle[0] + x, "y": middle[1] + y})
    told = page.locator(".tm-draw__told")
    expect(told).to_contain_text("trong vùng vẽ")
    before = told.text_content()
    # What is in the drawing is ticked in the list, and nothing else.
    count = int(re.search(r"(\d+) thôn,", before)[1])
    assert count > 0
    expect(page.locator("[data-area-villages]")).to_have_text(str(count))
    # A corner is moved: to the middle, so that fewer villages are inside.
    corner = page.locator(".tm-draw__corner").nth(2)
    corner.hover()
    page.mouse.down()
    box = area.bounding_box()
    page.mouse.move(box["x"] + middle[0], box["y"] + middle[1], steps=10)
    page.mouse.up()
    expect(told).not_to_have_text(before)
    page.get_by_role("button", name="Bỏ góc cuối").click()
    page.get_by_role("button", name="Đặt góc ở giữa bản đồ").click()
    expect(page.locator(".tm-draw__corner")).to_have_count(4)
    page.get_by_role("button", name="Xoá vùng vẽ").click()
    expect(page.locator("input[name=polygon]")).to_have_value("")
    area.scroll_into_view_if_needed()
    for x, y in ((-half, -half), (half, -half), (half, half), (-half, half)):
        area.click(position={"x": middle[0] + x, "y": middle[1] + y})
    expect(told).to_have_text(before)
    staff.glance("draw-an-area")
    page.set_viewport_size(NARROW)
    page.get_by_role("button", name="Nghe thử và ký").click()
    expect(page.locator("audio").first).to_be_visible()
    expect(page.locator(".tm-alerts")).to_contain_text(f"{count} thôn")


class Authority:
    """Another authority with a feed of its own, on a port of this machine."""

    def __init__(self):
        self.key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "KTTV")])
        now = datetime.now(UTC)
        self.certificate = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(self.key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=900))
            .sign(self.key, hashes.SHA256())
            .public_bytes(serialization.Encoding.PEM)
        )
        self.message = self._warning(now)
        owner = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                self.send_response(200)
                self.send_header("Content-Type", "application/cap+xml")
                self.end_headers()
                self.wfile.write(owner.message)

            def log_message(self, *_arguments):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/cap.xml"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def _warning(self, now):
        vietnam = now.replace(microsecond=0) + timedelta(hours=7)
        sent = vietnam.strftime("%Y-%m-%dT%H:%M:%S+07:00")
        expires = (vietnam + timedelta(hours=2)).strftime("%Y-%m-%dT%H:%M:%S+07:00")
        xml = f"""<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2">
<identifier>KTTV-{now:%Y%m%d%H%M%S}</identifier><sender>{SENDER}</sender><sent>{sent}</sent>
<status>Actual</status><msgType>Alert</msgType><scope>Public</scope><info>
<language>vi-VN</language><category>Met</category><event>Cảnh báo lũ quét</event>
<urgency>Immediate</urgency><severity>Extreme</severity><certainty>Likely</certainty>
<expires>{expires}</expires><headline>Lũ quét ở Y Tý trong 2 giờ tới</headline>
<description>Mưa 120 mm trong ba giờ qua.</description>
<area><areaDesc>xã Y Tý</areaDesc><geocode><valueName>VN-GSO</valueName>
<value>{COMMUNE}</value></geocode></area></info></alert>"""
        signer = XMLSigner(
            method=methods.enveloped,
            signature_algorithm="ecdsa-sha256",
            digest_algorithm="sha256",
            c14n_algorithm="http://www.w3.org/2001/10/xml-exc-c14n#",
        )
        root = etree.fromstring(xml.encode())
        return etree.tostring(signer.sign(root, key=self.key, cert=self.certificate.decode()))


def test_two_trust_a_sender_and_one_warns_with_it(sign_in, tmp_path):
    theirs = Authority()
    pem = tmp_path / "kttv.pem"
    pem.write_bytes(theirs.certificate)
    admin = sign_in("quantri")
    admin.open("/quan-tri/canh-bao/nguon/")
    admin.page.get_by_label("tên cơ quan").fill("Đài khí tượng thuỷ văn")
    admin.page.get_by_label("địa chỉ nguồn tin CAP").fill(theirs.url)
    admin.page.get_by_role("button", name="Lưu").click()
    admin.look("cap-feeds")

    first, second = sign_in("duyet.yty"), sign_in("duyet")
    page = first.page
    first.open("/quan-tri/canh-bao/uy-quyen/")
    page.get_by_role("link", name="Lập giấy uỷ quyền").click()
    page.get_by_label("Nguồn tin").select_option(label="Đài khí tượng thuỷ văn")
    page.get_by_label("Người gửi").fill(SENDER)
    page.get_by_label("Chứng thư ký của họ").set_input_files(pem)
    page.get_by_label("Họ gọi nguy hiểm ấy").fill("Cảnh báo lũ quét")
    page.get_by_label("Mùa từ ngày").fill("1/1")
    page.get_by_label("đến hết ngày").fill("31/12")
    page.get_by_label("Mật khẩu ký của bạn").fill(PASSPHRASE)
    first.look("standing-new")
    page.get_by_role("button", name="Ký và chuyển người thứ hai").click()
    expect(page.get_by_text("Đang chờ một người khác ký")).to_be_visible()

    other = second.page
    second.open("/quan-tri/canh-bao/uy-quyen/")
    second.look("standings")
    other.locator(".tm-card a").first.click()
    second.look("standing-second")
    other.get_by_label("Mật khẩu ký của bạn").fill(PASSPHRASE)
    other.get_by_role("button", name="Ký giấy uỷ quyền").click()
    expect(other.locator(".tm-stage")).to_have_text("Đang dùng")

    # Their message is there; one person signs, and the loudspeakers speak.
    page.set_viewport_size(NARROW)
    first.find("/quan-tri/canh-bao/", "Lũ quét ở Y Tý trong 2 giờ tới").click()
    expect(page.get_by_text("Chữ ký của họ đã được kiểm chứng.")).to_be_visible()
    first.look("proposal-that-counts")
    page.set_viewport_size(NARROW)
    page.get_by_role("link", name="Soạn cảnh báo cho địa bàn này").click()
    expect(page.get_by_label("Nơi xảy ra")).to_have_value("xã Y Tý")
    page.get_by_role("button", name="Nghe thử và ký").click()
    expect(page.locator("audio").first).to_be_visible()
    page.get_by_label("Mật khẩu ký của bạn").fill(PASSPHRASE)
    ready = page.get_by_role("button", name="Ký và phát ngay")
    expect(ready).to_be_enabled()
    first.look("standing-before-signing")
    ready.click()
    expect(page.get_by_text("Loa đang phát")).to_be_visible()
    expect(page.locator("#tm-heard")).to_contain_text("giấy uỷ quyền thường trực")

    # Its end is for two people to say.
    page.get_by_role("button", name="Soạn lời báo an toàn").click()
    expect(page.locator("audio").first).to_be_visible()
    page.get_by_label("Mật khẩu ký của bạn").fill(PASSPHRASE)
    expect(page.get_by_role("button", name="Ký và phát ngay")).to_have_count(0)
    page.get_by_role("button", name="Ký và chuyển người thứ hai").click()
    expect(page.get_by_text("Đang chờ một người khác ký để phát")).to_be_visible()
    paper = other.url
    second.open("/quan-tri/canh-bao/")
    other.locator(".tm-alerts__mine").get_by_role("link", name=re.compile("Đã an toàn")).click()
    other.get_by_label("Mật khẩu ký của bạn").fill(PASSPHRASE)
    other.get_by_role("button", name="Ký và phát ngay").click()
    expect(other.get_by_text("Loa đang phát")).to_be_visible()

    # And the other one takes the standing certificate back.
    other.goto(paper)
    other.get_by_text("Thu hồi giấy uỷ quyền").click()
    other.get_by_label("Lý do").fill("Hết đợt mưa")
    other.get_by_role("button", name="Thu hồi ngay").click()
    expect(other.locator(".tm-stage")).to_have_text("Đã thu hồi")
