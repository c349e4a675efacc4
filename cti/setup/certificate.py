"""A certificate of our own, for hotlines that people reach over the network and that were given none."""

import datetime
import ipaddress
import os
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

_DAYS = 397
"""The longest life that browsers accept."""
_RENEW = datetime.timedelta(days=30)


def ensure(certificate: Path, key: Path, names: list[str], now: datetime.datetime) -> bool:
    """Make a self-signed pair for `names` (host names and addresses), unless the one there is still good.

    A pair that somebody else issued is never touched. Returns whether one was made.
    """
    if certificate.exists() and key.exists() and not _ours_to_renew(certificate, names, now):
        return False
    private = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0])])
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        # An hour back, for clocks that differ.
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(days=_DAYS))
        .add_extension(x509.SubjectAlternativeName([_name(name) for name in names]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(private, hashes.SHA256())
    )
    key.parent.mkdir(parents=True, exist_ok=True)
    secret = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    with os.fdopen(os.open(key, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(secret)
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    return True


def _ours_to_renew(certificate: Path, names: list[str], now: datetime.datetime) -> bool:
    try:
        old = x509.load_pem_x509_certificate(certificate.read_bytes())
    except ValueError:
        return False
    if old.issuer != old.subject:
        return False
    had = old.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return old.not_valid_after_utc - now < _RENEW or not {_name(name) for name in names} <= set(had)


def _name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)
