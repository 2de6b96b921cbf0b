"""The fixed words and limits of the wire contract, version 1. Imports nothing, so that everyone may know them."""

from __future__ import annotations

from typing import Final

CONTRACT: Final = 1
"""Stands in every request and answer as `contract`."""

ENROL_PATH: Final = "/api/v1/enrol"
REPORTS_PATH: Final = "/api/v1/reports"
KEYS_PATH: Final = "/api/v1/keys"

AGENT_HEADER: Final = "Cctv-Agent-Id"
REPORT_HEADER: Final = "Cctv-Report-Id"
DIGEST_HEADER: Final = "Content-Digest"
INPUT_HEADER: Final = "Signature-Input"
SIGNATURE_HEADER: Final = "Signature"

JSON_TYPE: Final = "application/json"
PROBLEM_TYPE: Final = "application/problem+json"

LABEL: Final = "sig1"
ALGORITHM: Final = "ed25519"
COVERED: Final = ("@method", "@path", "@query", "content-digest", "cctv-report-id", "cctv-agent-id")
"""What a signature must cover (RFC 9421, section 2); a signature over more is believed too."""
PAST_S: Final = 300
FUTURE_S: Final = 30
"""How much older, and how much younger than the register's time `created` may be."""

MAX_SENT_BYTES: Final = 8 << 20
"""The most bytes of a request's body as sent (compressed)."""
MAX_BODY_BYTES: Final = 64 << 20
"""The most bytes of a request's body after decompression."""
MAX_ANSWER_BYTES: Final = 8 << 20
"""The most bytes of an answer that an agent reads."""
MAX_CAMERAS: Final = 20_000
"""The most entries of a manifest, of records and of digests wanted."""
MAX_DEVICES_OF_A_RECORD: Final = 64
MAX_DEPTH: Final = 64
"""How deep JSON may be nested."""
MAX_TEXT: Final = 4_000
"""The most characters of a sentence."""

MAX_BUNDLE_REPORTS: Final = 20_000
MAX_BUNDLE_SENT_BYTES: Final = 1 << 30
MAX_BUNDLE_BYTES: Final = 32 << 30
"""Of a bundle: the most reports, the most bytes of the file, and the most bytes after decompression."""
MAX_RECEIPTS_BYTES: Final = 64 << 20
