"""A declared list as a person writes one, beside the invented municipality."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from cctv_probe.compare.comparison import Options, compare
from cctv_probe.compare.matching.decisions import Decisions
from cctv_probe.compare.matching.declared import from_list
from cctv_probe.compare.output.sides import Compared
from cctv_probe.compare.profiles import load_profile
from cctv_probe.compare.reading import read_declared
from tests.unit.survey.invented import NOW, survey

PROFILE = load_profile(Path(__file__).parents[4] / "configs/profiles/mdes-general-2564.yaml")
HEAD = "ลำดับ,รหัสกล้อง,จุดติดตั้ง,หมายเลข IP,ช่องสัญญาณ,หมายเลขเครื่อง,วัตถุประสงค์,ยี่ห้อกล้อง,ความละเอียดของภาพที่บันทึก,จำนวนวันในการเก็บการบันทึก"
ROWS = (
    "๑,C-1,หน้าเทศบาล,127.0.10.2,,SN-127.0.10.1,ป้องปราม,Hikvision,2 MP,๓๐ วัน",
    "๒,C-2,ตลาดสด,127.0.10.1,,SN-127.0.10.2,การจราจร,ดาหัว,640x480,30",
    "๓,C-3,หอประชุม,127.0.10.99,,,ป้องปราม,Dahua,4 MP,30",
    "๔,C-4,ศาลา,127.0.99.1,,,ป้องปราม,Dahua,4 MP,30",
    "๕,C-5,ท่าน้ำ,127.0.10.3,,,ป้องปราม,Axis,2 MP,ก.ค.-30",
    "๖,C-6,=HYPERLINK(\"\"http://x\"\"),127.0.10.98,,,ป้องปราม,<script>alert(1)</script>,2 MP,30",
)  # fmt: skip


def compared(*rows: str, head: str = HEAD, decisions: Decisions | None = None) -> Compared:
    """The list of these rows (or `ROWS`) held against the invented municipality."""
    text = "\n".join([head, *(rows or ROWS)])
    listed = read_declared(text.encode("utf-8-sig"), name="บัญชี.csv")
    options = Options(NOW + timedelta(days=1), uplink_bps=20e6, profiles=(PROFILE,))
    return Compared(compare(from_list(listed.cameras), survey(), options, decisions or Decisions()), listed)
