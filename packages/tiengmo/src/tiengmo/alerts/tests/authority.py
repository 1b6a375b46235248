"""Another authority: a key and certificate of its own, and CAP messages signed with them."""

from datetime import timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.utils import timezone
from lxml import etree
from signxml import XMLSigner, methods

CAP = "urn:oasis:names:tc:emergency:cap:1.2"


class Authority:
    def __init__(self, name="Đài khí tượng thuỷ văn"):
        self.key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        now = timezone.now()
        self.certificate = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(subject)
            .public_key(self.key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=900))
            .sign(self.key, hashes.SHA256())
            .public_bytes(serialization.Encoding.PEM)
            .decode()
        )

    def signed(self, xml):
        signer = XMLSigner(
            method=methods.enveloped,
            signature_algorithm="ecdsa-sha256",
            digest_algorithm="sha256",
            c14n_algorithm="http://www.w3.org/2001/10/xml-exc-c14n#",
        )
        root = signer.sign(etree.fromstring(xml), key=self.key, cert=self.certificate)
        return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def warning(code, *, identifier="KTTV-1", **more):
    """A flash flood warning for a unit of ours, unsigned."""
    now = timezone.localtime().replace(microsecond=0)
    sent = more.get("sent", now)
    expires = more.get("expires", now + timedelta(hours=2))
    event = more.get("event", "Cảnh báo lũ quét")
    response = more.get("response", "")
    response = response and f"<responseType>{response}</responseType>"
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<alert xmlns="{CAP}"><identifier>{identifier}</identifier>
<sender>{more.get("sender", "kttv@example.vn")}</sender><sent>{sent.isoformat()}</sent>
<status>{more.get("status", "Actual")}</status><msgType>{more.get("kind", "Alert")}</msgType>
<scope>{more.get("scope", "Public")}</scope>
<info><language>vi-VN</language><category>Met</category><event>{event}</event>
{response}<urgency>{more.get("urgency", "Immediate")}</urgency><severity>Extreme</severity>
<certainty>{more.get("certainty", "Likely")}</certainty>
<expires>{expires.isoformat()}</expires><headline>Lũ quét trên Ngòi Phát</headline>
<area><areaDesc>Ngòi Phát</areaDesc>
<geocode><valueName>VN-GSO</valueName><value>{code}</value></geocode></area></info></alert>""".encode()
