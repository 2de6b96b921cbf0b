"""XML and SOAP from devices that malform, lie and attack: nothing but `StepError` leaves, and it leaves soon."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cctv_probe.dialects.onvif import answers_device, answers_media, soap, xml
from cctv_probe.model.attempt import Ending, StepError

SOON_S = 5.0
ENVELOPE = '<?xml version="1.0" encoding="UTF-8"?><s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:tt="http://www.onvif.org/ver10/schema"><s:Body>{}</s:Body></s:Envelope>'
PROFILES = """<GetProfilesResponse><Profiles token="P1"><tt:Name>main</tt:Name><tt:VideoSourceConfiguration token="V1">
<tt:Name>กล้อง</tt:Name><tt:SourceToken>S1</tt:SourceToken></tt:VideoSourceConfiguration>
<tt:VideoEncoderConfiguration token="E1"><tt:Encoding>H264</tt:Encoding><tt:Resolution><tt:Width>1920</tt:Width>
<tt:Height>1080</tt:Height></tt:Resolution><tt:RateControl><tt:FrameRateLimit>25</tt:FrameRateLimit>
<tt:EncodingInterval>1</tt:EncodingInterval><tt:BitrateLimit>4096</tt:BitrateLimit></tt:RateControl>
<tt:H264><tt:GovLength>50</tt:GovLength><tt:H264Profile>High</tt:H264Profile></tt:H264>
</tt:VideoEncoderConfiguration></Profiles></GetProfilesResponse>"""
HONEST = ENVELOPE.format(PROFILES).encode()
READERS = (
    answers_device.device_information, answers_device.clock_reading, answers_device.services, answers_device.capabilities,
    answers_device.scopes, answers_device.network_interfaces, answers_device.ntp, answers_device.geo_location,
    answers_media.profiles, answers_media.encoder_configurations, answers_media.video_sources,
    answers_media.encoder_options, answers_media.stream_uri, answers_media.osds,
)  # fmt: skip


def read_all(answer: bytes) -> Ending | None:
    """Every reader over one answer; how reading ended where it did not end well. Anything but `StepError` gets through."""
    try:
        found = soap.read(answer)
    except StepError as error:
        return error.ending
    if isinstance(found, soap.Fault):
        assert isinstance(found.error(), StepError)
        assert found.attempts_left is None or found.attempts_left >= 0
        return None
    for reader in READERS:
        reader(found)
    return None


def body(content: str) -> xml.Element:
    found = soap.read(ENVELOPE.format(content).encode())
    assert not isinstance(found, soap.Fault)
    return found


# --- Whatever comes ---------------------------------------------------------------------------------------------------


@given(st.binary(max_size=2000))
def test_any_bytes(answer: bytes) -> None:
    assert read_all(answer) in (None, Ending.MALFORMED)


@given(st.integers(0, len(HONEST)), st.binary(max_size=20))
def test_any_truncation(end: int, tail: bytes) -> None:
    assert read_all(HONEST[:end] + tail) in (None, Ending.MALFORMED)


@settings(max_examples=300)
@given(st.lists(st.tuples(st.integers(0, len(HONEST) - 1), st.integers(0, 7)), min_size=1, max_size=12))
def test_any_flipped_bits(flips: list[tuple[int, int]]) -> None:
    answer = bytearray(HONEST)
    for place, bit in flips:
        answer[place] ^= 1 << bit
    assert read_all(bytes(answer)) in (None, Ending.MALFORMED)


_WORDS = st.one_of(
    st.sampled_from(["", "-1", "0", "1e999", "nan", "²", "๑๒", "9" * 5000, "0x10", "1_0", " 5 ", "true", "H264", "rtsp://h/p", "1 2 ² x", "\u202e"]),
    st.text(st.characters(exclude_categories=["Cc", "Cs"], exclude_characters="<&>"), max_size=20),
)  # fmt: skip


@settings(max_examples=300)
@given(st.data())
def test_any_values_in_honest_places(data: st.DataObject) -> None:
    values = iter(lambda: data.draw(_WORDS), object())
    attributes = [f'{name}="{next(values)}"' for name in ("GovLength", "Profile", "FrameRatesSupported", "lon", "lat")]
    names = (
        "Year",
        "Month",
        "Day",
        "Hour",
        "Minute",
        "Second",
        "Width",
        "Height",
        "FrameRateLimit",
        "EncodingInterval",
        "BitrateLimit",
        "Max",
    )
    numbers = {name: f"<{name}>{next(values)}</{name}>" for name in names}

    def some(*wanted: str) -> str:
        return "".join(numbers[name] for name in wanted)

    at = " ".join(attributes)
    content = (
        f"<R {at}><SystemDateAndTime><UTCDateTime><Time>{some('Hour', 'Minute', 'Second')}</Time><Date>{some('Year', 'Month', 'Day')}"
        f"</Date></UTCDateTime></SystemDateAndTime><GeoLocation {at}/><Profiles token='1'><VideoEncoderConfiguration {at}>"
        f"<Encoding>{next(values)}</Encoding><Resolution>{some('Width', 'Height')}</Resolution>"
        f"<RateControl>{some('FrameRateLimit', 'EncodingInterval', 'BitrateLimit')}</RateControl></VideoEncoderConfiguration></Profiles>"
        f"<Configurations {at}><RateControl>{some('EncodingInterval')}</RateControl></Configurations>"
        f"<Options {at}><Encoding>H265</Encoding><ResolutionsAvailable>{some('Width', 'Height')}</ResolutionsAvailable>"
        f"<FrameRateRange>{some('Max')}</FrameRateRange></Options></R>"
    )
    assert read_all(ENVELOPE.format(content).encode()) is None


@given(st.text(max_size=200), st.text(max_size=100))
def test_any_fault(code: str, reason: str) -> None:
    fault = soap.Fault((code,), reason)
    assert fault.error().ending in Ending
    assert not (fault.not_supported and fault.not_authorized)


# --- Attacks ----------------------------------------------------------------------------------------------------------


def quickly(answer: bytes) -> Ending | None:
    began = time.monotonic()
    ending = read_all(answer)
    assert time.monotonic() - began < SOON_S
    return ending


def test_entities_do_not_grow() -> None:
    bomb = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10 if n else "ha" * 10}">' for n in range(12))
    answer = f"<!DOCTYPE x [{bomb}]>" + ENVELOPE.partition("?>")[2].format("<R><Manufacturer>&e11;</Manufacturer></R>")
    assert quickly(answer.encode()) in (None, Ending.MALFORMED)
    quadratic = f'<!DOCTYPE x [<!ENTITY e "{"h" * 50_000}">]>' + ENVELOPE.partition("?>")[2].format(
        f"<R><Model>{'&e;' * 50_000}</Model></R>"
    )
    assert quickly(quadratic.encode()) in (None, Ending.MALFORMED)


@pytest.mark.parametrize("system", ['SYSTEM "file://{path}"', 'PUBLIC "x" "file://{path}"', 'SYSTEM "{path}"'])
def test_no_file_is_read(tmp_path: Path, system: str) -> None:
    secret = tmp_path / "secret"
    secret.write_text("TOP-SECRET")
    for declared, used in (("<!ENTITY e {}>", "&e;"), ("<!ENTITY % e {}> %e;", "x")):
        doctype = f"<!DOCTYPE x [{declared.format(system.format(path=secret))}]>"
        answer = doctype + ENVELOPE.partition("?>")[2].format(f"<R><Manufacturer>{used}</Manufacturer></R>")
        try:
            found = soap.read(answer.encode())
        except StepError:
            continue
        assert not isinstance(found, soap.Fault)
        assert "TOP-SECRET" not in repr(answers_device.device_information(found))
        assert "TOP-SECRET" not in "".join(map(str, found.itertext()))


def test_deep_nesting() -> None:
    for answer in (b"<a>" * 100_000, ENVELOPE.format("<a>" * 100_000 + "</a>" * 100_000).encode()):
        assert quickly(answer) in (None, Ending.MALFORMED)


def test_a_large_answer_is_refused_before_it_is_parsed() -> None:
    assert quickly(b"<a>" + b"x" * 5_000_000) is Ending.TOO_LARGE


def test_as_many_elements_as_fit() -> None:
    assert quickly(ENVELOPE.format("<R>" + "<Profiles token='1'/>" * 60_000 + "</R>").encode()) is None
    assert quickly(ENVELOPE.format("<R " + " ".join(f'a{n}="1"' for n in range(100_000)) + "/>").encode()) in (
        None,
        Ending.MALFORMED,
    )


@pytest.mark.parametrize(
    "encoding", ["utf-7", "utf-16", "x-unknown", "ebcdic-cp-us", "iso-8859-1", "tis-620", "windows-874", "UTF-8"]
)
def test_any_encoding_may_be_claimed(encoding: str) -> None:
    claimed = HONEST.replace(b"UTF-8", encoding.encode(), 1)
    assert quickly(claimed) in (None, Ending.MALFORMED)


def test_thai_windows_text_is_read_as_it_is_declared() -> None:
    answer = ENVELOPE.replace("UTF-8", "windows-874").format("<R><Model>กล้อง</Model></R>").encode("cp874")
    found = soap.read(answer)
    assert not isinstance(found, soap.Fault)
    assert answers_device.device_information(found).model == "กล้อง"


# --- What real devices do (quirk 10) ----------------------------------------------------------------------------------


def test_unbound_prefixes_are_read() -> None:
    answer = "<SOAP-ENV:Envelope><SOAP-ENV:Body><tds:R><tds:Manufacturer>Axis</tds:Manufacturer></tds:R></SOAP-ENV:Body></SOAP-ENV:Envelope>"
    found = soap.read(answer.encode())
    assert not isinstance(found, soap.Fault)
    assert answers_device.device_information(found).manufacturer == "Axis"


def test_line_breaks_inside_uris_are_taken_out() -> None:
    assert (
        answers_media.stream_uri(
            body("<R><MediaUri><Uri>\n rtsp://10.0.0.1:554/\n  live?a=b\r\n&amp;c=d </Uri></MediaUri></R>")
        )
        == "rtsp://10.0.0.1:554/live?a=b&c=d"
    )


def test_invalid_utf8_costs_no_more_than_its_text() -> None:
    answer = (
        ENVELOPE.format("<R><Manufacturer>Ax\x01is</Manufacturer><Model>M1</Model></R>")
        .encode()
        .replace(b"\x01", b"\xff")
    )
    found = soap.read(answer)
    assert not isinstance(found, soap.Fault)
    assert answers_device.device_information(found).model == "M1"


@pytest.mark.parametrize(
    "clock",
    ["<Hour>0</Hour><Minute>61</Minute><Second>16</Second>", "<Hour>24</Hour><Minute>0</Minute><Second>0</Second>", "<Hour>1</Hour>",
     "<Hour>x</Hour><Minute>1</Minute><Second>1</Second>", "<Hour>1</Hour><Minute>1</Minute><Second>99</Second>"],
)  # fmt: skip
def test_a_time_that_no_clock_shows_is_none(clock: str) -> None:
    date = "<Date><Year>2026</Year><Month>2</Month><Day>3</Day></Date>"
    told = answers_device.clock_reading(
        body(f"<R><SystemDateAndTime><UTCDateTime><Time>{clock}</Time>{date}</UTCDateTime></SystemDateAndTime></R>")
    )
    assert told.utc is None


@pytest.mark.parametrize(
    ("year", "known"), [("1969", False), ("1970", True), ("2199", True), ("2200", False), ("9999", False), ("0", False)]
)
def test_a_year_at_the_ends_of_the_calendar_is_none(year: str, known: bool) -> None:
    date = f"<Date><Year>{year}</Year><Month>12</Month><Day>31</Day></Date><Time><Hour>23</Hour><Minute>59</Minute><Second>59</Second></Time>"
    told = answers_device.clock_reading(
        body(f"<R><SystemDateAndTime><UTCDateTime>{date}</UTCDateTime></SystemDateAndTime></R>")
    )
    assert (told.utc is not None) == known


@pytest.mark.parametrize("answer", [b"", b"  \r\n ", b"<html><body>Not found</body></html>", b"not xml", b"<Body/>", b"<Envelope/>", b"<Envelope><Body/></Envelope>", b"<Envelope><Body>text</Body></Envelope>"])  # fmt: skip
def test_what_is_no_soap_is_malformed(answer: bytes) -> None:
    with pytest.raises(StepError) as raised:
        soap.read(answer)
    assert raised.value.ending is Ending.MALFORMED
    assert not soap.looks_like_soap(answer)


# --- Faults -----------------------------------------------------------------------------------------------------------


def fault(code: str = "", reason: str = "", *, version: int = 2) -> soap.Fault:
    if version == 2:
        told = f"<s:Fault><s:Code><s:Value>s:Sender</s:Value><s:Subcode><s:Value>{code}</s:Value></s:Subcode></s:Code><s:Reason><s:Text xml:lang='en'>{reason}</s:Text></s:Reason></s:Fault>"
    else:
        told = f"<s:Fault><faultcode>{code}</faultcode><faultstring>{reason}</faultstring></s:Fault>"
    found = soap.read(ENVELOPE.format(told).encode())
    assert isinstance(found, soap.Fault)
    return found


@pytest.mark.parametrize(
    ("code", "reason", "ending"),
    [
        ("ter:NotAuthorized", "", Ending.UNAUTHORIZED),
        ("ter:NotAuthorized", "Sender not authorized", Ending.UNAUTHORIZED),
        ("ter:SenderNotAuthorized", "", Ending.UNAUTHORIZED),
        ("wsse:FailedAuthentication", "", Ending.UNAUTHORIZED),
        ("wsse:InvalidSecurityToken", "", Ending.UNAUTHORIZED),
        ("", "The action requested requires authorization and the sender is not authorized", Ending.UNAUTHORIZED),
        ("SOAP-ENV:Client", "Unauthorised", Ending.UNAUTHORIZED),
        ("ter:Action", "Wrong password", Ending.UNAUTHORIZED),
        ("ter:Action", "Invalid username or password", Ending.UNAUTHORIZED),
        ("ter:NotAuthorized", "You still have 4 attempt(s)", Ending.UNAUTHORIZED),
        ("ter:NotAuthorized", "You still have 4 attempt(s) before the account is locked", Ending.UNAUTHORIZED),
        ("ter:NotAuthorized", "The account is locked", Ending.LOCKED_OUT),
        ("ter:NotAuthorized", "User locked out, 0 attempts left", Ending.LOCKED_OUT),
        ("ter:UserLocked", "", Ending.LOCKED_OUT),
        ("ter:ActionNotSupported", "", Ending.NOT_SUPPORTED),
        ("ter:ActionNotSupported", "Optional Action Not Implemented", Ending.NOT_SUPPORTED),
        ("ter:ActionNotSupported", "No authorization service", Ending.NOT_SUPPORTED),
        ("ter:OptionalActionNotImplemented", "", Ending.NOT_SUPPORTED),
        ("ter:InvalidArgVal", "the parameter value is illegal", Ending.FAULT),
        ("ter:IncompleteConfiguration", "Configuration not complete", Ending.FAULT),
        ("ter:Action", "Blocked by clock", Ending.FAULT),
        ("", "", Ending.FAULT),
    ],
)
def test_what_a_fault_means(code: str, reason: str, ending: Ending) -> None:
    for version in (1, 2):
        assert fault(code, reason, version=version).error().ending is ending


@pytest.mark.parametrize(
    ("reason", "left"),
    [
        ("You still have 4 attempt(s)", 4),
        ("you still have 22 attempt(s).", 22),
        ("You have 3 more tries", 3),
        ("3 attempts left", 3),
        ("5 attempts remaining before lockout", 5),
        ("Remaining attempts: 2", 2),
        ("2 more attempts", 2),
        ("0 attempts left", 0),
        ("Login failed 3 times", None),
        ("The account is locked after 5 attempts", None),
        ("Try again in 30 minutes", None),
        ("too many attempts (7)", None),
        ("Sender not authorized", None),
        ("", None),
    ],
)
def test_only_what_remains_is_a_count_of_tries(reason: str, left: int | None) -> None:
    assert soap.Fault(("NotAuthorized",), reason).attempts_left == left


def test_a_faults_words_are_cut_short() -> None:
    assert len(fault("ter:Action", "x" * 10_000).error().line.en) < 200
