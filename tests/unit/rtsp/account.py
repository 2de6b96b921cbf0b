"""One user with one password, for tests: answers a challenge once, and gives up when the answer is refused."""

from __future__ import annotations

from dataclasses import dataclass, field

from cctv_probe.model.attempt import Ending, StepError
from cctv_probe.wire.digest import Challenge, authorization, preferred


@dataclass
class OneAccount:
    """Follows the `Account` protocol of `cctv_probe.rtsp.client`; `told` lists what it was told, in order."""

    user: str
    password: str
    basic: bool = False
    stubborn: bool = False
    """Allows every repetition: for servers that never accept."""
    told: list[str] = field(default_factory=list)
    _challenge: Challenge | None = None
    _count: int = 0
    _signed: bool = False

    def sign(self, method: str, uri: str, *, secure: bool, body: bytes = b"") -> str | None:
        if self._challenge is None:
            return None
        self._count += 1
        self._signed = True
        self.told.append("signed, secure" if secure else "signed")
        return authorization(
            self._challenge,
            user=self.user,
            password=self.password,
            method=method,
            uri=uri,
            nc=self._count,
            cnonce="0a4f113b",
            body=body,
        )

    def challenged(self, challenges: tuple[Challenge, ...], *, secure: bool) -> None:
        self.told.append("challenged")
        signed, self._signed = self._signed, False
        chosen = preferred(challenges, basic=self.basic)
        if chosen is None or (signed and not chosen.stale and not self.stubborn):
            raise StepError(Ending.UNAUTHORIZED)
        self._challenge, self._count = chosen, 0

    def accepted(self) -> None:
        self.told.append("accepted")
        self._signed = False

    def abandoned(self) -> None:
        self.told.append("abandoned")
        self._signed = False
