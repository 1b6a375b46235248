"""TLS on a network without authorities: the box makes its own certificate, people compare it."""

import ipaddress
import ssl
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from speaker_agent.state import PAGE_FILE, write_safely

# A box without a clock may believe that it is any year; the certificate is compared, not dated.
NOT_BEFORE = datetime(2020, 1, 1, tzinfo=UTC)
NOT_AFTER = datetime(2049, 12, 31, tzinfo=UTC)
NAME = "loa.local"


def ensure_certificate(folder: Path, serial: str) -> Path:
    """The file with the box's key and certificate for its page, made once."""
    path = folder / PAGE_FILE
    if path.exists():
        return path
    # Ed25519 is what the box signs with; browsers know the curve P-256 only.
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Tiếng Mõ"),
            x509.NameAttribute(NameOID.COMMON_NAME, serial[:64]),
        ]
    )
    alternatives: list[x509.GeneralName] = [
        x509.DNSName(NAME),
        x509.DNSName("localhost"),
        x509.IPAddress(ipaddress.ip_address("127.0.0.1")),
    ]
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOT_BEFORE)
        .not_valid_after(NOT_AFTER)
        .add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ) + certificate.public_bytes(serialization.Encoding.PEM)
    write_safely(path, pem.decode())
    return path


def fingerprint(path: Path) -> str:
    """SHA-256 of the certificate, as browsers show it: pairs with colons."""
    certificate = x509.load_pem_x509_certificate(path.read_bytes())
    return certificate.fingerprint(hashes.SHA256()).hex(":").upper()


def server_context(path: Path) -> ssl.SSLContext:
    """TLS 1.2 or later, with the box's own certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(path)
    return context
