"""The enveloped XML signature of our CAP messages, with a key of this installation.

Loudspeakers never look at it: they judge the two people's own signatures. It lets other systems
know that a file that travelled through many hands is the one we wrote.
"""

from __future__ import annotations

import os
from datetime import timedelta
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from django.conf import settings
from django.utils import timezone
from lxml import etree
from signxml import methods
from signxml.algorithms import DigestAlgorithm, SignatureMethod
from signxml.exceptions import SignXMLException
from signxml.signer import XMLSigner
from signxml.verifier import SignatureConfiguration, XMLVerifier

if TYPE_CHECKING:
    from pathlib import Path

    from lxml.etree import _Element

BITS = 3072
LIFE = timedelta(days=3650)
XMLDSIG = "http://www.w3.org/2000/09/xmldsig#"
_PARSER = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
# One signature, directly under the message, over one thing, and no algorithm older than SHA-256.
_EXPECTED = SignatureConfiguration(
    location="./",
    expect_references=1,
    signature_methods=frozenset(
        {
            SignatureMethod.RSA_SHA256, SignatureMethod.RSA_SHA384, SignatureMethod.RSA_SHA512,
            SignatureMethod.ECDSA_SHA256, SignatureMethod.ECDSA_SHA384,
            SignatureMethod.SHA256_RSA_MGF1,
        }
    ),
    digest_algorithms=frozenset(
        {DigestAlgorithm.SHA256, DigestAlgorithm.SHA384, DigestAlgorithm.SHA512}
    ),
)  # fmt: skip


def _folder() -> Path:
    return settings.KEYS / "cap"


def certificate_pem() -> str:
    """The certificate that others check our files with; made at first use."""
    return _pair()[1].decode()


def _pair() -> tuple[bytes, bytes]:
    both = _folder() / "cap.pem"
    try:
        text = both.read_bytes()
    except FileNotFoundError:
        text = _make(both)
    key, marker, certificate = text.partition(b"-----BEGIN CERTIFICATE-----")
    return key, marker + certificate


def _make(path: Path) -> bytes:
    key = rsa.generate_private_key(public_exponent=65537, key_size=BITS)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Tieng Mo CAP")])
    now = timezone.now()
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + LIFE)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(
            x509.KeyUsage(
                digital_signature=True,
                content_commitment=True,
                key_encipherment=False,
                data_encipherment=False,
                key_agreement=False,
                key_cert_sign=False,
                crl_sign=False,
                encipher_only=False,
                decipher_only=False,
            ),
            critical=True,
        )
        .sign(key, hashes.SHA256())
    )
    text = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ) + certificate.public_bytes(serialization.Encoding.PEM)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    # Whole or not at all: two workers may meet here, and the first one's key counts.
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(text)
    try:
        os.link(draft, path)
    except FileExistsError:
        return path.read_bytes()
    finally:
        draft.unlink()
    return text


def sign(root: _Element) -> _Element:
    """Add the enveloped signature (XMLDSig, RSA-SHA256) as the message's last element."""
    key, certificate = _pair()
    signer = XMLSigner(
        method=methods.enveloped,
        signature_algorithm="rsa-sha256",
        digest_algorithm="sha256",
        c14n_algorithm="http://www.w3.org/2001/10/xml-exc-c14n#",
    )
    signer.namespaces = {"ds": XMLDSIG}
    return signer.sign(root, key=key, cert=certificate.decode())


def signed_part(xml: bytes, certificate: str) -> bytes | None:
    """The CAP message as that certificate's key signed it; None without one good signature.

    Only what the signature covers is returned, and only if that is the whole message: what somebody
    wraps round a signed part, or puts beside it, is never read.
    """
    try:
        if not is_valid_now(x509.load_pem_x509_certificate(certificate.encode())):
            return None
        found = XMLVerifier().verify(xml, x509_cert=certificate, expect_config=_EXPECTED)
    except (SignXMLException, ValueError, etree.XMLSyntaxError, InvalidSignature):
        return None
    part = found.signed_xml if not isinstance(found, list) else None
    root = etree.fromstring(xml, _PARSER)
    if part is None or part.tag != root.tag or part.getparent() is not None:
        return None
    signatures = root.findall(f"{{{XMLDSIG}}}Signature")
    if len(signatures) != 1 or len(part) != len(root) - 1:
        return None
    text: bytes = etree.tostring(part)
    return text


def is_valid_now(certificate: x509.Certificate) -> bool:
    now = timezone.now()
    return certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc


def is_signed_by(xml: bytes, certificate: str) -> bool:
    """Does this file carry a good signature of that certificate's key?"""
    try:
        XMLVerifier().verify(xml, x509_cert=certificate)
    except (SignXMLException, ValueError):
        return False
    return True
