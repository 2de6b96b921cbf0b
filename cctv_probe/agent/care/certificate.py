"""What a server's certificate says about who is at the other end: bytes → values."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from cctv_probe.survey.safe_text import clean

_INSPECTORS = re.compile(
    r"(?i)forti(net|gate|guard)|palo ?alto|sophos|zscaler|check ?point|blue ?coat|symantec web|cisco umbrella|squid"
    r"|mcafee web|trellix|watchguard|sonicwall|untangle|kerio|kaspersky|\beset\b|avast|bitdefender|barracuda|forcepoint"
    r"|websense|netskope|hillstone|sangfor|huawei usg|mikrotik|pfsense|opnsense|cyberoam|smoothwall|mitmproxy|fiddler"
    r"|\bcharles proxy|burp|\bssl ?(inspection|proxy|decrypt)|deep inspection|content (filter|inspection)"
)
"""Names that makers of TLS-inspecting firewalls, proxies and virus scanners put into the certificates they make."""


class BadCertificateError(Exception):
    """Bytes that are no X.509 certificate."""


@dataclass(frozen=True, slots=True)
class Certificate:
    """Names as shown (control characters taken out), instants in UTC. `inspector` is the maker of a box that made it."""

    subject: str
    issuer: str
    self_signed: bool
    valid_from: datetime
    valid_until: datetime
    inspector: str | None


def read_certificate(der: bytes) -> Certificate:
    """A certificate in DER form (RFC 5280). Raises `BadCertificateError`."""
    from cryptography import x509

    try:
        found = x509.load_der_x509_certificate(der)
        issuer = clean(found.issuer.rfc4514_string(), 200)
        named = _INSPECTORS.search(issuer)
        return Certificate(
            subject=clean(found.subject.rfc4514_string(), 200),
            issuer=issuer,
            self_signed=found.issuer == found.subject,
            valid_from=found.not_valid_before_utc,
            valid_until=found.not_valid_after_utc,
            inspector=named[0] if named else None,
        )
    except (ValueError, TypeError, OverflowError, x509.InvalidVersion) as error:
        raise BadCertificateError from error
