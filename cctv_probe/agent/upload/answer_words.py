"""The sentences for what the register, or something in its place, answered. `{status}` is the HTTP status."""

from __future__ import annotations

from cctv_probe.model.words import Text

DELIVERED = Text(en="The register has taken report {seq}.", th="ทะเบียนกลางรับรายงานที่ {seq} แล้ว")
REGISTER_SAYS = Text(en="The register says: {said}", th="ทะเบียนกลางแจ้งว่า {said}")
PAGE = Text(
    en="A web page came in the place of the register's answer (HTTP {status}): probably the login page of a network, or a proxy. The report is kept and sent again; please let this machine reach the register without a login.",
    th="ได้หน้าเว็บแทนคำตอบของทะเบียนกลาง (HTTP {status}) อาจเป็นหน้าเข้าสู่ระบบของเครือข่ายหรือพร็อกซี รายงานยังเก็บไว้และจะส่งใหม่ โปรดให้เครื่องนี้ติดต่อทะเบียนกลางได้โดยไม่ต้องเข้าสู่ระบบ",
)
LOGIN_OF_NETWORK = Text(
    en="The network wants a login before it lets anything through (HTTP {status}). The report is kept and sent again; please ask whoever runs the network.",
    th="เครือข่ายต้องการให้เข้าสู่ระบบก่อนใช้งาน (HTTP {status}) รายงานยังเก็บไว้และจะส่งใหม่ โปรดติดต่อผู้ดูแลเครือข่าย",
)
REDIRECT = Text(
    en="Something between here and the register answered with a redirect (to {target}), which is not followed. The report is kept and sent again; please check the register's address and the network's login page.",
    th="มีอุปกรณ์ระหว่างทางตอบให้ไปยังที่อื่น ({target}) ระบบไม่ตามไป รายงานยังเก็บไว้และจะส่งใหม่ โปรดตรวจที่อยู่ของทะเบียนกลางและหน้าเข้าสู่ระบบของเครือข่าย",
)
BETWEEN = Text(
    en="Something between here and the register does not let the report through (HTTP {status}). The report is kept and sent again; please ask whoever runs the firewall or proxy.",
    th="มีอุปกรณ์ระหว่างทางไม่ให้ส่งรายงานผ่าน (HTTP {status}) รายงานยังเก็บไว้และจะส่งใหม่ โปรดติดต่อผู้ดูแลไฟร์วอลล์หรือพร็อกซี",
)
REFUSED = Text(
    en="The register does not take this report and does not say why (HTTP {status}). It is divided until what is at fault stands alone; the rest is delivered.",
    th="ทะเบียนกลางไม่รับรายงานนี้และไม่บอกเหตุผล (HTTP {status}) ระบบจะแบ่งรายงานจนพบส่วนที่มีปัญหา ส่วนที่เหลือจะส่งได้ตามปกติ",
)
GATE = Text(
    en="The register refuses this agent (HTTP {status}). Everything is kept, and one try an hour is made; please ask the register's administrator.",
    th="ทะเบียนกลางปฏิเสธตัวแทนนี้ (HTTP {status}) ข้อมูลทั้งหมดยังเก็บไว้และจะลองใหม่ประมาณชั่วโมงละครั้ง โปรดสอบถามผู้ดูแลทะเบียนกลาง",
)
GATE_BETWEEN = Text(
    en="The register, or something in its place, refuses this agent without a reason that can be read (HTTP {status}). Everything is kept, and one try an hour is made; please ask the register's administrator, and whoever runs the network.",
    th="ทะเบียนกลางหรืออุปกรณ์ระหว่างทางปฏิเสธตัวแทนนี้โดยไม่มีเหตุผลที่อ่านได้ (HTTP {status}) ข้อมูลทั้งหมดยังเก็บไว้และจะลองใหม่ประมาณชั่วโมงละครั้ง โปรดสอบถามผู้ดูแลทะเบียนกลางและผู้ดูแลเครือข่าย",
)
NOT_THERE = Text(
    en="There is no register at this address (HTTP {status}). Reports are kept, and a try is made every hour; please check register: url: in the configuration.",
    th="ไม่พบทะเบียนกลางที่ที่อยู่นี้ (HTTP {status}) รายงานยังเก็บไว้และจะลองใหม่ทุกชั่วโมง โปรดตรวจ register: url: ในไฟล์ตั้งค่า",
)
BUSY = Text(
    en="The register cannot answer just now (HTTP {status}). The report is kept and sent again.",
    th="ขณะนี้ทะเบียนกลางตอบไม่ได้ (HTTP {status}) รายงานยังเก็บไว้และจะส่งใหม่",
)
CONFLICT = Text(
    en="The register is still at work on this report (HTTP {status}); it is sent again in half a minute.",
    th="ทะเบียนกลางกำลังทำงานกับรายงานนี้อยู่ (HTTP {status}) จะส่งใหม่ในอีกครึ่งนาที",
)
TOO_LARGE = Text(
    en="The report is larger than is let through (HTTP {status}); it is sent in parts.",
    th="รายงานมีขนาดใหญ่เกินที่ยอมให้ผ่าน (HTTP {status}) จะแบ่งส่งเป็นส่วน",
)
ENCODING = Text(
    en="The register does not read compressed reports (HTTP {status}); they are sent uncompressed.",
    th="ทะเบียนกลางอ่านรายงานที่บีบอัดไม่ได้ (HTTP {status}) จะส่งแบบไม่บีบอัด",
)
