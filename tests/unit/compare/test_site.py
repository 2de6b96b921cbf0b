"""The site list: what a comparison declares of each camera, kept in a file, edited in Excel, merged into later scans."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cctv_probe.compare.site import site_of
from cctv_probe.footage.check import Checking, without
from cctv_probe.footage.verifier import Tools
from cctv_probe.media.decoder import Decoders
from cctv_probe.model.attempt import Ending, StepError
from cctv_probe.model.device import Channel
from cctv_probe.model.evidence import Standing, Value
from cctv_probe.model.record import FIELDS, SurveyRecord
from cctv_probe.scope.permit import Scope
from cctv_probe.scope.targets import parse_targets
from cctv_probe.scope.yaml_file import ConfigError
from cctv_probe.survey.shape import shape
from cctv_probe.survey.site_file import load_site, parse_site
from cctv_probe.survey.site_list import METHOD, SiteCamera, SiteList, merge, site_text, write_site
from cctv_probe.survey.site_values import COLUMNS
from cctv_probe.surveying import days_by_channel, with_closed
from cctv_probe.wire.clock import SystemClock
from tests.unit.compare.output.lists import compared
from tests.unit.survey.invented import HOSTILE, NOW, survey

SERIAL = "serial:SN-127.0.10.1"
RECORDER = "urn:uuid:6a2b9b3e-0000-4000-8000-000000000003"
VALUES: dict[str, Value] = {
    "owner": {"lao_code": "05710101", "name": "เทศบาลตำบลตัวอย่าง"},
    "position": {"text": "แยกตลาดสด", "latitude": 13.82, "longitude": 100.06},
    "purposes": ("deterrence", "traffic"),
    "linked_agencies": (),
    "network": {"code": "OFC_OWN", "provider": None},
    "retention_days": 45,
    "frame_rate": 12.5,
    "file_format": {"codec": "h265", "container": "mp4"},
    "max_resolution": "1920x1080",
}


def declared(camera_id: str = SERIAL, **more: Any) -> SiteCamera:
    told: dict[str, Any] = {"address": "127.0.10.1", "channel": 1, "declared_at": NOW, "values": VALUES, **more}
    return SiteCamera(camera_id, "serial", **told)


def read_back(site: SiteList) -> SiteList:
    return parse_site(site_text(site).encode("utf-8-sig"), "site.csv")


def camera_of(site: SiteList, camera_id: str = SERIAL) -> SurveyRecord:
    return next(camera for camera in merge(survey(), site).cameras if camera.id == camera_id)


# --- From a comparison to the file ------------------------------------------------------------------------------------


def test_confirmed_pairs_are_kept_with_what_was_declared() -> None:
    site = site_of(compared())
    assert [camera.id for camera in site.cameras] == [SERIAL, "serial:SN-127.0.10.2"]
    first = site.cameras[0]
    assert first.address == "127.0.10.1", "where it was found, not where the list says"
    assert first.values["retention_days"] == 30
    assert first.values["position"] == {"text": "หน้าเทศบาล", "latitude": None, "longitude": None}
    assert first.values["purposes"] == ("deterrence",)
    assert "resolution" not in first.values, "2 MP is no size"
    assert (first.listed, first.row) == ("บัญชี.csv", "2")


def test_the_file_comes_back_as_it_was(tmp_path: Path) -> None:
    site = SiteList(
        (declared(scope_class="closed", views=(f"{SERIAL}/1", f"{RECORDER}/2"), listed="บัญชี.csv", row="7"),)
    )
    write_site(site, tmp_path / "site.csv")
    assert (tmp_path / "site.csv").read_bytes().startswith(b"\xef\xbb\xbfid,id_basis,")
    assert load_site(tmp_path / "site.csv") == site


TEXTS = st.text(max_size=40) | st.sampled_from([HOSTILE, "=1+1", "'x", "7-15", "0812345678", '"', ";", "|"])


@given(name=TEXTS, place=TEXTS, brand=TEXTS, row=TEXTS)
@settings(max_examples=150, deadline=None)
def test_any_text_survives_or_is_refused_and_never_starts_a_formula(
    name: str, place: str, brand: str, row: str
) -> None:
    values: dict[str, Value] = {
        "owner": {"lao_code": "05810109", "name": name},
        "position": {"text": place, "latitude": None, "longitude": None},
        "brand": brand,
    }
    once = read_back(SiteList((declared(values=values, row=row),)))
    assert read_back(once) == once
    text = site_text(once).splitlines()[1]
    assert not [cell for cell in text.split(",") if cell.lstrip('"').startswith(("=", "+", "@"))]


@given(st.binary(max_size=400) | st.text(max_size=300).map(str.encode))
@settings(max_examples=300, deadline=None)
def test_any_bytes_are_read_or_refused_in_a_sentence(data: bytes) -> None:
    header = ",".join(COLUMNS).encode() + b"\n"
    for content in (data, header + data):
        assert read_or_refused(content)


def read_or_refused(content: bytes) -> bool:
    """Whether the bytes were read as a list, or refused in a sentence that names the file."""
    try:
        return isinstance(parse_site(content, "site.csv"), SiteList)
    except ConfigError as error:
        return "site.csv" in error.text.en and "site.csv" in error.text.th


def test_what_excel_saves_can_be_read() -> None:
    text = site_text(SiteList((declared(),)))
    assert parse_site(text.encode("cp874"), "x").cameras[0].values == VALUES
    assert parse_site(text.replace(",", ";").encode("utf-8"), "x").cameras[0].values == VALUES


@pytest.mark.parametrize(
    ("column", "cell", "said"),
    [
        ("scope_class", "secret", "line 2: scope_class must be one of: public"),
        ("latitude", "", "line 2: latitude is missing"),
        ("latitude", "95", "line 2: latitude must be a number from -90 to 90"),
        ("retention_days", "thirty", "line 2: retention_days must be a number"),
        ("max_resolution", "2 MP", "line 2: max_resolution must be a size"),
        ("purposes", "fun", "line 2: purposes must be of: deterrence"),
        ("owner_code", "12", "line 2: owner_code must be the 8 digits"),
        ("channel", "0", "line 2: channel must be a whole number"),
        ("id", "", "line 2: id is required"),
        ("declared_utc", "yesterday", "line 2: declared_utc must be a time"),
        ("file_format", "h265", "line 2: file_format must be codec/container"),
    ],
)
def test_a_mistake_is_refused_with_its_line(column: str, cell: str, said: str) -> None:
    header, row = site_text(SiteList((declared(views=("a/1",), row="1", listed="b"),))).splitlines()
    cells = row.split(",")
    cells[COLUMNS.index(column)] = cell
    with pytest.raises(ConfigError) as caught:
        parse_site("\n".join([header, ",".join(cells)]).encode(), "site.csv")
    assert said in caught.value.text.en
    assert caught.value.text.th.startswith("ไฟล์ site.csv บรรทัดที่ 2")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "line 1: the file is empty"),
        ("id,address\n", "line 1: the columns channel, declared_utc are missing"),
        ("id,address,channel,declared_utc,colour\n", "line 1: the column “colour” is not known"),
        ("id,id,address,channel,declared_utc\n", "line 1: a column stands there twice"),
        ("id,address,channel,declared_utc\na,b,1,2026-01-01T00:00:00Z,x\n", "line 2: there are more cells"),
        ("id,address,channel,declared_utc\n" + "a,b,1,2026-01-01T00:00:00Z\n" * 2, "line 3: the camera a stands there twice"),
    ],
)  # fmt: skip
def test_a_file_of_another_form_is_refused(text: str, said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_site(text.encode(), "site.csv")
    assert said in caught.value.text.en


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        load_site(tmp_path / "none.csv")
    assert "none.csv" in caught.value.text.en


# --- Into a later scan ------------------------------------------------------------------------------------------------


def test_fields_one_to_five_are_believed_and_the_others_stand_beside() -> None:
    before = next(camera for camera in survey().cameras if camera.id == SERIAL)
    after = camera_of(SiteList((declared(scope_class="public"),)))
    for field in ("owner", "position", "purposes", "linked_agencies", "network"):
        chosen = after.fields[field].chosen
        assert chosen
        assert (chosen.value, chosen.source.standing, chosen.source.method) == (
            VALUES[field],
            Standing.DECLARED,
            METHOD,
        )
    for field in ("retention_days", "frame_rate", "max_resolution"):
        assert after.fields[field].chosen == before.fields[field].chosen
        assert after.fields[field].others[-1].value == VALUES[field]
    assert after.scope_class == "public"
    assert set(after.fields) == set(FIELDS)
    shape(merge(survey(), SiteList((declared(),))))


def test_an_unknown_camera_stays_as_it_was_found() -> None:
    found = survey()
    assert merge(found, SiteList((declared("serial:OTHER"),))) == found
    assert merge(found, SiteList()) == found


def test_the_same_owner_twice_is_no_difference() -> None:
    found = survey()
    owner = found.cameras[0].fields["owner"]
    assert isinstance(owner.value, Mapping)
    told = declared(values={"owner": {"lao_code": owner.value["lao_code"], "name": "ทต.ตัวอย่าง"}})
    assert merge(found, SiteList((told,))).cameras[0].fields["owner"] == owner


def test_a_recorder_channel_is_known_by_its_view() -> None:
    site = SiteList((declared("serial:GONE", views=(f"{RECORDER}/2",)),))
    assert camera_of(site, f"{RECORDER}/2").fields["retention_days"].others[-1].value == 45
    assert camera_of(site, f"{RECORDER}/1").fields["position"].chosen is None


def test_an_identity_that_two_cameras_show_needs_its_address_too() -> None:
    twice = survey()
    twin = replace(twice.cameras[0], device="127.0.10.77")
    both = replace(twice, cameras=(twice.cameras[0], twin))
    first, second = merge(both, SiteList((declared(),))).cameras
    assert first.fields["position"].chosen
    assert second.fields["position"].chosen is None


def test_declared_days_reach_the_check_by_channel() -> None:
    days = days_by_channel(SiteList((declared(views=(f"{SERIAL}/1", f"{RECORDER}/2")),)))
    assert days(f"{SERIAL}@127.0.10.1:80", 1) == 45
    assert days(f"{RECORDER}@127.0.10.3:80", 2) == 45
    assert days(f"{RECORDER}@127.0.10.3:80", 3) is None


def test_the_days_of_the_command_line_hold_where_nobody_declared_any() -> None:
    tools = Tools(Decoders(), SystemClock())
    site = SiteList((declared(views=(f"{RECORDER}/2",)),))
    checking = Checking(tools, declared_days=30, declared_for=days_by_channel(site))
    key = f"{RECORDER}@127.0.10.3:80"
    assert [checking.days_of(key, channel) for channel in (1, 2)] == [30, 45]
    error = StepError(Ending.TIMEOUT, Ending.TIMEOUT.sentence)
    channels = without((Channel(1), Channel(2)), error, "isapi", checking, state_key=key)
    assert [each.footage.timeline.declared_days for each in channels if each.footage] == [30, 45]
    alone = without((Channel(2),), error, "isapi", replace(checking, declared_days=None, declared_for=None))
    assert [each.footage.retention.verdict for each in alone if each.footage] == ["not_assessed"]


def test_places_that_are_closed_are_not_asked_again() -> None:
    scope = Scope.from_targets(parse_targets(["127.0.10.0/24"]))
    site = SiteList((declared(scope_class="closed"), declared("serial:B", address="127.0.10.2", scope_class="public")))
    closed = with_closed(scope, site)
    assert closed.scope_class("127.0.10.1") == "closed"
    assert closed.scope_class("127.0.10.2") == "unknown"
    assert with_closed(scope, SiteList()) == scope
