"""A self-signed certificate for each device, made when it starts, and TLS as modern or as old as the fleet wants."""

from __future__ import annotations

import ssl
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

from cctv_probe.simulator.fleet import Device


def tls_context(device: Device) -> ssl.SSLContext:
    """The server's side of TLS for `device`. Old devices: TLS 1.0 alone, RSA key exchange without forward secrecy."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    is_old = device.faults.tls == "tls1_0_only"
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "device.pem"
        file.write_bytes(_certificate_and_key(device, is_old))
        if is_old:
            context.set_ciphers("AES128-SHA:AES256-SHA:@SECLEVEL=0")
            context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1
        context.load_cert_chain(file)
    return context


def _certificate_and_key(device: Device, is_old: bool) -> bytes:
    key = rsa.generate_private_key(65537, 2048) if is_old else ec.generate_private_key(ec.SECP256R1())
    identity = device.identity
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, (identity.manufacturer or "Camera")[:64]),
            x509.NameAttribute(NameOID.COMMON_NAME, (identity.serial or device.address)[:64]),
        ]
    )
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=400))
        .not_valid_after(now + timedelta(days=3650))
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )
    return secret + certificate.public_bytes(serialization.Encoding.PEM)
