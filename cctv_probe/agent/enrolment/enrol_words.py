"""Why an enrolment did not come about: one sentence each, and a stable code from which the exit code follows."""

from __future__ import annotations

from typing import Literal

from cctv_probe.model.words import Text

Code = Literal[
    "token_wrong", "token_expired", "token_used", "other_municipality", "clock", "refused", "unavailable", "configuration",
    "failed",
]  # fmt: skip


class EnrolError(Exception):
    """Not enrolled. What was asked stays on disk: the same command may simply be given again."""

    def __init__(self, code: Code, text: Text) -> None:
        super().__init__(text.en)
        self.code: Code = code
        self.text = text


def refused(problem_code: str, said: Text, status: int) -> EnrolError:
    """The sentence for a problem of the register."""
    known = _BY_CODE.get(problem_code)
    if known is not None:
        return EnrolError(known[0], known[1])
    if status in (404, 405, 410):
        return EnrolError("unavailable", STATUS.with_(status=status))
    code: Code = "unavailable" if status in (408, 425, 429) or status >= 500 else "refused"
    return EnrolError(code, REFUSED.with_(said=said))


TOKEN_OTHER = Text(
    en="The token is for the municipality {token}, but the scope file names {scope}. Please use this municipality's own token, or correct lao_code: in the scope file.",
    th="รหัสลงทะเบียนเป็นของ อปท. {token} แต่ไฟล์ขอบเขตระบุ {scope} โปรดใช้รหัสของหน่วยงานท่าน หรือแก้ lao_code: ในไฟล์ขอบเขต",
)
REGISTER_OTHER = Text(
    en="The register enrolled this machine for the municipality {register}, but the scope file names {scope}. Nothing was kept; please ask the register's administrator.",
    th="ทะเบียนกลางลงทะเบียนเครื่องนี้เป็นของ อปท. {register} แต่ไฟล์ขอบเขตระบุ {scope} จึงไม่ได้บันทึก โปรดสอบถามผู้ดูแลทะเบียนกลาง",
)
NOBODY_ASKED = Text(
    en="This machine has not asked for enrolment, or has asked again since. Please write a new request (--write-request) and carry that to the register.",
    th="เครื่องนี้ยังไม่ได้ขอลงทะเบียน หรือได้ขอใหม่หลังจากนั้น โปรดเขียนคำขอใหม่ (--write-request) แล้วนำไปยังทะเบียนกลาง",
)
NO_ANSWER_FILE = Text(
    en="This is no answer to an enrolment, or it was damaged on its way. Please copy it again from the register.",
    th="ไฟล์นี้ไม่ใช่คำตอบการลงทะเบียน หรือเสียหายระหว่างทาง โปรดคัดลอกจากทะเบียนกลางอีกครั้ง",
)
OTHER_PROCESS = Text(
    en="Another process is changing this agent's keys just now. Please try again in a minute.",
    th="มีโปรแกรมอื่นกำลังเปลี่ยนกุญแจของตัวแทนนี้ โปรดลองใหม่ในอีกหนึ่งนาที",
)
OTHER_AGENT = Text(
    en="The register's answer is meant for another machine and is not believed. Please try again, and tell the register's administrator if it happens again.",
    th="คำตอบของทะเบียนกลางเป็นของเครื่องอื่น จึงไม่เชื่อถือ โปรดลองใหม่ และแจ้งผู้ดูแลทะเบียนกลางหากเกิดซ้ำ",
)
NOT_REACHED = Text(en="Not enrolled yet. {why}", th="ยังไม่ได้ลงทะเบียน {why}")
PAGE = Text(
    en="Not enrolled yet: a web page came in the place of the register's answer (HTTP {status}), probably the login page of a network. Please let this machine reach the register without a login, then give the command again.",
    th="ยังไม่ได้ลงทะเบียน ได้หน้าเว็บแทนคำตอบของทะเบียนกลาง (HTTP {status}) อาจเป็นหน้าเข้าสู่ระบบของเครือข่าย โปรดให้เครื่องนี้ติดต่อทะเบียนกลางได้โดยไม่ต้องเข้าสู่ระบบ แล้วสั่งใหม่อีกครั้ง",
)
STATUS = Text(
    en="Not enrolled yet: what answered (HTTP {status}) is not the register, or the register cannot answer just now. Please check register: url: in the configuration, then give the command again.",
    th="ยังไม่ได้ลงทะเบียน สิ่งที่ตอบ (HTTP {status}) ไม่ใช่ทะเบียนกลาง หรือทะเบียนกลางยังตอบไม่ได้ โปรดตรวจ register: url: ในไฟล์ตั้งค่า แล้วสั่งใหม่อีกครั้ง",
)
NO_ANSWER = Text(
    en="Not enrolled yet: the answer (HTTP {status}) is not one that a register gives. Please check register: url: in the configuration, then give the command again.",
    th="ยังไม่ได้ลงทะเบียน คำตอบ (HTTP {status}) ไม่ใช่คำตอบของทะเบียนกลาง โปรดตรวจ register: url: ในไฟล์ตั้งค่า แล้วสั่งใหม่อีกครั้ง",
)
REFUSED = Text(
    en="Not enrolled. {said} Please ask the register's administrator.",
    th="ยังไม่ได้ลงทะเบียน {said} โปรดสอบถามผู้ดูแลทะเบียนกลาง",
)
_WRONG = Text(
    en="The register does not know this token. Please compare it with the letter, character by character.",
    th="ทะเบียนกลางไม่รู้จักรหัสลงทะเบียนนี้ โปรดเทียบกับหนังสือทีละตัวอักษร",
)
_EXPIRED = Text(
    en="This token has expired. Please ask the register's administrator for a new one.",
    th="รหัสลงทะเบียนนี้หมดอายุแล้ว โปรดขอรหัสใหม่จากผู้ดูแลทะเบียนกลาง",
)
_USED = Text(
    en="This token was used already, by another machine or an earlier enrolment. Please ask the register's administrator for a new one, and whether that enrolment was yours.",
    th="รหัสลงทะเบียนนี้ถูกใช้ไปแล้วโดยเครื่องอื่นหรือการลงทะเบียนครั้งก่อน โปรดขอรหัสใหม่จากผู้ดูแลทะเบียนกลาง และสอบถามว่าการลงทะเบียนนั้นเป็นของท่านหรือไม่",
)
_OTHER = Text(
    en="This token was given to another municipality. Please use this municipality's own token.",
    th="รหัสลงทะเบียนนี้ออกให้ อปท. อื่น โปรดใช้รหัสของหน่วยงานท่าน",
)
_CLOCK = Text(
    en="Not enrolled: the register does not accept this machine's time, even as put right by its own. Please check the machine's clock, then give the command again.",
    th="ยังไม่ได้ลงทะเบียน ทะเบียนกลางไม่ยอมรับเวลาของเครื่องนี้แม้ปรับตามเวลาของทะเบียนกลางแล้ว โปรดตรวจนาฬิกาของเครื่อง แล้วสั่งใหม่อีกครั้ง",
)
_BY_CODE: dict[str, tuple[Code, Text]] = {
    "token_wrong": ("token_wrong", _WRONG),
    "token_expired": ("token_expired", _EXPIRED),
    "token_used": ("token_used", _USED),
    "token_other_lao": ("other_municipality", _OTHER),
    "lao_mismatch": ("other_municipality", _OTHER),
    "clock_skew": ("clock", _CLOCK),
}
