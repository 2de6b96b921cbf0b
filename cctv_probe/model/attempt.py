"""How each step of a visit ended. Failures are rows, never exceptions that reach a user."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from cctv_probe.model.words import Text


class Ending(enum.StrEnum):
    """The ways a step can end."""

    OK = "ok"
    REFUSED = "refused"
    """The port answered that nothing listens there."""
    UNREACHABLE = "unreachable"
    TIMEOUT = "timeout"
    UNAUTHORIZED = "unauthorized"
    """Credentials were sent and refused, or are needed and there are none."""
    LOCKED_OUT = "locked_out"
    HELD_BACK = "held_back"
    """Not tried, so that nobody is locked out of his own device."""
    BUSY = "busy"
    NOT_SUPPORTED = "not_supported"
    NOT_FOUND = "not_found"
    MALFORMED = "malformed"
    TOO_LARGE = "too_large"
    TLS = "tls"
    FAULT = "fault"
    """The device answered with an error of its own."""
    OUT_OF_SCOPE = "out_of_scope"
    NOT_PERMITTED = "not_permitted"
    """The configuration does not allow it (clear-text passwords, say)."""
    BUDGET_SPENT = "budget_spent"
    INTERRUPTED = "interrupted"
    BUG = "bug"

    @property
    def sentence(self) -> Text:
        """What this ending means, for people."""
        return _SENTENCES[self]


_SENTENCES: dict[Ending, Text] = {
    Ending.OK: Text(en="answered", th="ตอบแล้ว"),
    Ending.REFUSED: Text(en="nothing listens on that port", th="ไม่มีบริการเปิดอยู่ที่พอร์ตนี้"),
    Ending.UNREACHABLE: Text(en="the address cannot be reached from here", th="ติดต่อที่อยู่นี้จากเครื่องนี้ไม่ได้"),
    Ending.TIMEOUT: Text(en="did not answer in time", th="ไม่ตอบภายในเวลาที่กำหนด"),
    Ending.UNAUTHORIZED: Text(
        en="wants a login that was not accepted or not given", th="ต้องเข้าสู่ระบบ แต่รหัสผ่านไม่ถูกต้องหรือไม่ได้ให้ไว้"
    ),
    Ending.LOCKED_OUT: Text(en="has locked the account for now", th="อุปกรณ์ล็อกบัญชีไว้ชั่วคราว"),
    Ending.HELD_BACK: Text(en="login not tried, so that nobody is locked out", th="ไม่ได้ลองเข้าสู่ระบบ เพื่อไม่ให้บัญชีถูกล็อก"),
    Ending.BUSY: Text(en="busy with other users; try again later", th="มีผู้ใช้งานอื่นเต็มอยู่ โปรดลองใหม่ภายหลัง"),
    Ending.NOT_SUPPORTED: Text(en="does not support this question", th="อุปกรณ์ไม่รองรับคำถามนี้"),
    Ending.NOT_FOUND: Text(en="has nothing at that path", th="ไม่พบข้อมูลที่เส้นทางนี้"),
    Ending.MALFORMED: Text(en="gave an answer that cannot be read", th="คำตอบของอุปกรณ์อ่านไม่ได้"),
    Ending.TOO_LARGE: Text(en="sent more than is allowed and was cut off", th="ส่งข้อมูลมากเกินกำหนด จึงหยุดรับ"),
    Ending.TLS: Text(en="no secure connection could be agreed on", th="ตกลงการเชื่อมต่อแบบเข้ารหัส (TLS) ไม่ได้"),
    Ending.FAULT: Text(en="answered with an error", th="อุปกรณ์ตอบกลับว่ามีข้อผิดพลาด"),
    Ending.OUT_OF_SCOPE: Text(en="lies outside the permitted scope", th="อยู่นอกขอบเขตที่ได้รับอนุญาต"),
    Ending.NOT_PERMITTED: Text(en="not permitted by the configuration", th="การตั้งค่าไม่อนุญาต"),
    Ending.BUDGET_SPENT: Text(en="the time for this device was used up", th="ใช้เวลาที่กำหนดสำหรับอุปกรณ์นี้หมดแล้ว"),
    Ending.INTERRUPTED: Text(en="stopped by the user", th="ผู้ใช้สั่งหยุด"),
    Ending.BUG: Text(
        en="an error in cctv-probe itself; please report it", th="ข้อผิดพลาดของ cctv-probe เอง โปรดแจ้งผู้พัฒนา"
    ),
}


@dataclass(frozen=True, slots=True)
class Attempt:
    """One step and how it ended. `line` adds what is particular to this case."""

    step: str
    ending: Ending
    elapsed_s: float
    line: Text


class StepError(Exception):
    """A step that did not end well, raised inside a room and turned into an `Attempt` by the pipeline."""

    def __init__(self, ending: Ending, line: Text | None = None) -> None:
        self.ending = ending
        self.line = line or ending.sentence
        super().__init__(self.line.en)
