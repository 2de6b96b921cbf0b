"""The register's own certificate authority: for its server certificate, and for clients that must show one."""

from __future__ import annotations

import ipaddress
import ssl
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Authority:
    """Certificate and key of the authority."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    @classmethod
    def new(cls) -> Authority:
        """A new one, good for ten years."""
        key = ec.generate_private_key(ec.SECP256R1())
        name = _name("Simulated register CA")
        builder = _builder(name, name, key.public_key(), 3650).add_extension(x509.BasicConstraints(True, 0), True)
        usage = x509.KeyUsage(False, False, False, False, False, True, True, False, False)
        return cls(_identified(builder.add_extension(usage, True), key.public_key(), key), key)

    @classmethod
    def load(cls, pem: bytes) -> Authority:
        """As `secret_pem` wrote it."""
        key = load_pem_private_key(pem, None)
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise TypeError("the authority's key is no elliptic-curve key")
        return cls(x509.load_pem_x509_certificate(pem), key)

    def secret_pem(self) -> bytes:
        """Key and certificate, for the store."""
        return _key_pem(self.key) + self.ca_pem()

    def ca_pem(self) -> bytes:
        """What clients trust."""
        return self.certificate.public_bytes(Encoding.PEM)

    def server(self, address: str, what: str) -> tuple[bytes, bytes]:
        """(certificate, key) in PEM for `address` and localhost; what: good, expired or other_name."""
        key = ec.generate_private_key(ec.SECP256R1())
        names: list[x509.GeneralName] = [x509.DNSName("register.invalid")]
        if what != "other_name":
            names = [x509.IPAddress(ipaddress.ip_address(address)), x509.DNSName("localhost")]
        builder = _builder(
            _name("register"), self.certificate.subject, key.public_key(), -1 if what == "expired" else 365
        )
        return self._issued(builder.add_extension(x509.SubjectAlternativeName(names), False), key, is_server=True)

    def client(self, name: str) -> tuple[bytes, bytes]:
        """(certificate, key) in PEM for a client."""
        key = ec.generate_private_key(ec.SECP256R1())
        builder = _builder(_name(name), self.certificate.subject, key.public_key(), 365)
        return self._issued(builder, key, is_server=False)

    def _issued(
        self, builder: x509.CertificateBuilder, key: ec.EllipticCurvePrivateKey, *, is_server: bool
    ) -> tuple[bytes, bytes]:
        usage = ExtendedKeyUsageOID.SERVER_AUTH if is_server else ExtendedKeyUsageOID.CLIENT_AUTH
        builder = builder.add_extension(x509.BasicConstraints(False, None), True)
        builder = builder.add_extension(x509.ExtendedKeyUsage([usage]), False)
        issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key())
        certificate = _identified(builder.add_extension(issuer, False), key.public_key(), self.key)
        return certificate.public_bytes(Encoding.PEM), _key_pem(key)

    def server_context(self, address: str, what: str, *, asks_clients: bool) -> ssl.SSLContext:
        """The server's side of TLS 1.2 and newer."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "server.pem"
            file.touch(mode=0o600)
            file.write_bytes(b"".join(self.server(address, what)))
            context.load_cert_chain(file)
        if asks_clients:
            context.verify_mode = ssl.CERT_REQUIRED
            context.load_verify_locations(cadata=self.ca_pem().decode())
        return context


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common[:64])])


def _builder(
    subject: x509.Name, issuer: x509.Name, public: ec.EllipticCurvePublicKey, days: int
) -> x509.CertificateBuilder:
    """Good from 400 days ago, so that a wrong clock can be tried, for so many days from now."""
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - 400 * _DAY)
        .not_valid_after(now + days * _DAY)
    )


def _identified(
    builder: x509.CertificateBuilder, public: ec.EllipticCurvePublicKey, signer: ec.EllipticCurvePrivateKey
) -> x509.Certificate:
    return builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(public), False).sign(signer, hashes.SHA256())


def _key_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
