"""What is said where the register cannot be reached: one sentence for each reason, with what to do about it."""

from __future__ import annotations

import errno
import ssl
from dataclasses import dataclass
from typing import Literal

from cctv_probe.model.words import Text

Reason = Literal[
    "dns", "refused", "unreachable", "timeout", "tls", "client_certificate", "proxy", "reset", "malformed", "too_large",
    "configuration",
]  # fmt: skip


class RouteError(Exception):
    """No whole answer came from the register. `reason` is a stable code; `text` holds no secret."""

    def __init__(self, reason: Reason, text: Text) -> None:
        super().__init__(text.en)
        self.reason: Reason = reason
        self.text = text


@dataclass(frozen=True, slots=True)
class Whom:
    """Who was to be reached."""

    text: Text


REGISTER = Whom(Text(en="the register", th="ทะเบียนกลาง"))
PROXY = Whom(Text(en="the proxy", th="พร็อกซี"))


def not_connected(error: OSError | None, host: str, port: int, whom: Whom) -> RouteError:
    """Why no connection came about."""
    told = {"whom": whom.text, "host": host, "port": port}
    if isinstance(error, ConnectionRefusedError):
        return RouteError("refused", _REFUSED.with_(**told))
    if isinstance(error, TimeoutError) or (error is not None and error.errno == errno.ETIMEDOUT):
        return RouteError("timeout", _SILENT.with_(**told))
    return RouteError("unreachable", _UNREACHABLE.with_(**told))


_OWN_CA = {18, 19, 20, 21, 2}
"""X509_V_ERR: self-signed, self-signed in the chain, issuer not to be had, first certificate unverifiable, no issuer."""
_DATES = {9, 10}
_NAMES = {62, 63, 64}


def tls_error(error: ssl.SSLError, host: str, pinned: bool) -> RouteError:
    """Why no TLS connection came about."""
    if isinstance(error, ssl.SSLCertVerificationError):
        code = error.verify_code
        if code in _DATES:
            return RouteError("tls", _EXPIRED.with_(host=host))
        if code in _NAMES:
            return RouteError("tls", _OTHER_NAME.with_(host=host))
        if code in _OWN_CA:
            return RouteError("tls", (_NOT_PINNED if pinned else _UNKNOWN_CA).with_(host=host))
        return RouteError("tls", _UNVERIFIED.with_(host=host))
    reason = (error.reason or "").upper()
    if "CERTIFICATE_REQUIRED" in reason or ("ALERT" in reason and ("CERTIFICATE" in reason or "UNKNOWN_CA" in reason)):
        return RouteError("client_certificate", _CLIENT.with_(host=host))
    return RouteError("tls", _NO_TLS.with_(host=host))


NO_NAME = Text(
    en="The name of {whom}, {host}, could not be resolved. Please check the address in the configuration and this machine's DNS.",
    th="ค้นหาชื่อของ{whom} {host} ไม่พบ โปรดตรวจที่อยู่ในไฟล์ตั้งค่าและ DNS ของเครื่องนี้",
)
_REFUSED = Text(
    en="{whom} at {host}, port {port}, refused the connection: nothing listens there, or a firewall refuses. Please check the address.",
    th="{whom}ที่ {host} พอร์ต {port} ปฏิเสธการเชื่อมต่อ อาจไม่มีบริการเปิดอยู่หรือไฟร์วอลล์ไม่อนุญาต โปรดตรวจที่อยู่",
)
_SILENT = Text(
    en="{whom} at {host}, port {port}, did not answer in time. Please check the network and the firewall.",
    th="{whom}ที่ {host} พอร์ต {port} ไม่ตอบภายในเวลาที่กำหนด โปรดตรวจเครือข่ายและไฟร์วอลล์",
)
_UNREACHABLE = Text(
    en="{whom} at {host}, port {port}, cannot be reached from here. Please check the network.",
    th="ติดต่อ{whom}ที่ {host} พอร์ต {port} จากเครื่องนี้ไม่ได้ โปรดตรวจเครือข่าย",
)
PROXY_SILENT = Text(
    en="The proxy {proxy} did not answer in time. Please check its address in the configuration.",
    th="พร็อกซี {proxy} ไม่ตอบภายในเวลาที่กำหนด โปรดตรวจที่อยู่ของพร็อกซีในไฟล์ตั้งค่า",
)
PROXY_LOGIN = Text(
    en="The proxy {proxy} wants a user name and a password, or refuses those given. Please set them in the configuration (register: proxy:).",
    th="พร็อกซี {proxy} ต้องการชื่อผู้ใช้และรหัสผ่าน หรือไม่ยอมรับที่ให้ไว้ โปรดตั้งค่าในไฟล์ตั้งค่า (register: proxy:)",
)
PROXY_REFUSED = Text(
    en="The proxy {proxy} does not connect to {target} (answer: {status}). Please ask whoever runs the proxy to allow it.",
    th="พร็อกซี {proxy} ไม่เชื่อมต่อไปยัง {target} (คำตอบ: {status}) โปรดขอให้ผู้ดูแลพร็อกซีอนุญาต",
)
_EXPIRED = Text(
    en="The certificate of {host} has expired or is not valid yet. Please check this machine's date first, then ask the register's administrator.",
    th="ใบรับรองของ {host} หมดอายุหรือยังไม่ถึงวันเริ่มใช้ โปรดตรวจวันที่ของเครื่องนี้ก่อน แล้วจึงสอบถามผู้ดูแลทะเบียนกลาง",
)
_OTHER_NAME = Text(
    en="The certificate shown for {host} belongs to another name. Nothing was sent; please check the register's address in the configuration.",
    th="ใบรับรองที่แสดงสำหรับ {host} เป็นของชื่ออื่น จึงไม่ได้ส่งข้อมูล โปรดตรวจที่อยู่ของทะเบียนกลางในไฟล์ตั้งค่า",
)
_NOT_PINNED = Text(
    en="The certificate of {host} was not issued by the authority in ca_file. Nothing was sent; please check that file, or whether something on the way inspects traffic.",
    th="ใบรับรองของ {host} ไม่ได้ออกโดยผู้ออกใบรับรองใน ca_file จึงไม่ได้ส่งข้อมูล โปรดตรวจไฟล์นี้ หรือตรวจว่ามีอุปกรณ์ระหว่างทางถอดรหัสข้อมูลหรือไม่",
)
_UNKNOWN_CA = Text(
    en="The certificate of {host} was issued by an authority that this machine does not trust. Nothing was sent; if the register has its own authority, please name its file as ca_file.",
    th="ใบรับรองของ {host} ออกโดยผู้ออกใบรับรองที่เครื่องนี้ไม่เชื่อถือ จึงไม่ได้ส่งข้อมูล หากทะเบียนกลางมีผู้ออกใบรับรองของตนเอง โปรดระบุไฟล์ใน ca_file",
)
_UNVERIFIED = Text(
    en="The certificate of {host} could not be verified. Nothing was sent; please ask the register's administrator.",
    th="ตรวจสอบใบรับรองของ {host} ไม่ผ่าน จึงไม่ได้ส่งข้อมูล โปรดสอบถามผู้ดูแลทะเบียนกลาง",
)
_CLIENT = Text(
    en="{host} wants a client certificate, or does not accept the one given. Please check client_certificate and client_key in the configuration.",
    th="{host} ต้องการใบรับรองของเครื่องลูกข่าย หรือไม่ยอมรับใบที่ให้ไว้ โปรดตรวจ client_certificate และ client_key ในไฟล์ตั้งค่า",
)
_NO_TLS = Text(
    en="No secure connection (TLS 1.2 or newer) could be agreed on with {host}. Please check the address and its port.",
    th="ตกลงการเชื่อมต่อแบบเข้ารหัส (TLS 1.2 ขึ้นไป) กับ {host} ไม่ได้ โปรดตรวจที่อยู่และพอร์ต",
)
TIMEOUT = Text(en="The register did not finish its answer in time.", th="ทะเบียนกลางตอบไม่เสร็จภายในเวลาที่กำหนด")
RESET = Text(
    en="The connection to the register was cut in the middle; whether the report arrived will show when it is sent again.",
    th="การเชื่อมต่อกับทะเบียนกลางขาดกลางคัน จะทราบว่ารายงานไปถึงหรือไม่เมื่อส่งใหม่",
)
RESET_AT_ONCE = Text(
    en="The connection to the register was cut before any answer came. If the register wants a client certificate, please set client_certificate and client_key in the configuration; otherwise it is tried again.",
    th="การเชื่อมต่อกับทะเบียนกลางขาดก่อนได้รับคำตอบ หากทะเบียนกลางต้องการใบรับรองของเครื่องลูกข่าย โปรดตั้งค่า client_certificate และ client_key ในไฟล์ตั้งค่า หากไม่ใช่ ระบบจะลองใหม่",
)
MALFORMED = Text(
    en="What answered in the register's place does not speak HTTP.", th="สิ่งที่ตอบแทนทะเบียนกลางไม่ได้ตอบในรูปแบบ HTTP"
)
TOO_LARGE = Text(
    en="The answer was larger than any answer of the register, and was cut off.",
    th="คำตอบมีขนาดใหญ่กว่าคำตอบใด ๆ ของทะเบียนกลาง จึงหยุดรับ",
)
BAD_CA_FILE = Text(
    en="{path} (ca_file) cannot be read as certificates in PEM form. Please check the file.",
    th="อ่าน {path} (ca_file) เป็นใบรับรองรูปแบบ PEM ไม่ได้ โปรดตรวจไฟล์นี้",
)
BAD_CLIENT_FILES = Text(
    en="{certificate} and {key} (client_certificate, client_key) cannot be read as a certificate and its key without a passphrase. Please check the files.",
    th="อ่าน {certificate} และ {key} (client_certificate, client_key) เป็นใบรับรองและกุญแจที่ไม่มีรหัสผ่านไม่ได้ โปรดตรวจไฟล์",
)
ONLY_HTTPS = Text(
    en="{host} is not this machine, so the register is asked over https:// only. Please correct register: url: in the configuration.",
    th="{host} ไม่ใช่เครื่องนี้ จึงติดต่อทะเบียนกลางผ่าน https:// เท่านั้น โปรดแก้ register: url: ในไฟล์ตั้งค่า",
)
