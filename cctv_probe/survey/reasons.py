"""Why a value is unknown and what to do about it, told from how the steps of a visit ended. Pure.

Steps are named `onvif.GetProfiles`, `onvif.media2.GetProfiles`, `isapi.streamingChannels`, `dahua.encode.getConfigCaps`,
`rtsp.DESCRIBE main`, `http.banner`; words after the
operation may name a stream (`main`, `sub`…) and a channel (`channel/2`). Of all the steps that could have told a field,
the ending that says most about what to do is the reason; where every step went well, the device did not say.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from cctv_probe.model.attempt import Attempt, Ending
from cctv_probe.model.device import Device, Kind
from cctv_probe.model.evidence import Unknown
from cctv_probe.model.words import Text
from cctv_probe.survey import reason_texts as texts

_STREAM_STEPS = (
    "GetProfiles", "GetVideoEncoderConfiguration", "GetStreamUri", "DESCRIBE", "GetVideoSource",
    "streamingChannels", "streamingProxyChannels", "getConfig Encode",
)  # fmt: skip
_DEVICE_STEPS = (
    "GetDeviceInformation",
    "deviceInfo",
    "getSystemInfo",
    "getDeviceType",
    "getSoftwareVersion",
    "getVendor",
)
_LIMIT_STEPS = (
    "GetVideoEncoderConfigurationOptions", "GetProfiles", "streamingCapabilities", "streamingProxyCapabilities", "getConfigCaps",
)  # fmt: skip
_STEPS_OF: dict[str, tuple[str, ...]] = {
    "brand": _DEVICE_STEPS,
    "model": _DEVICE_STEPS,
    "firmware": _DEVICE_STEPS,
    "clock_offset_s": ("GetSystemDateAndTime", "time", "getCurrentTime"),
    "working": ("PLAY", "DESCRIBE", "decode"),
    "max_resolution": _LIMIT_STEPS,
}
"""The questions whose answers tell each field (all others: the stream's); a step counts where it begins so."""

_TELLING: tuple[Ending, ...] = (
    Ending.LOCKED_OUT, Ending.UNAUTHORIZED, Ending.HELD_BACK, Ending.NOT_PERMITTED, Ending.OUT_OF_SCOPE, Ending.BUSY,
    Ending.TLS, Ending.INTERRUPTED, Ending.BUDGET_SPENT, Ending.TIMEOUT, Ending.UNREACHABLE, Ending.TOO_LARGE,
    Ending.MALFORMED, Ending.BUG, Ending.FAULT, Ending.REFUSED, Ending.NOT_FOUND, Ending.NOT_SUPPORTED,
)  # fmt: skip
"""Most telling first: what a person can change stands before what only the device's maker can."""

_OFF = frozenset({Ending.REFUSED, Ending.NOT_FOUND, Ending.NOT_SUPPORTED})
_VENDORS = ("isapi.", "dahua.")
"""How steps of a vendor's own interface begin."""
_ISAPI_STREAM = re.compile(r"[0-9]{3,5}")
"""Channel and stream in one number: 201 is the main stream of channel 2."""
_STREAM_WORD = re.compile(r"main|sub\d*|third\d*")


def why_unknown(device: Device, field: str, *, stream: str = "main", channel: int | None = None) -> Unknown:
    """The reason for not knowing `field` (a key of the record, or `model`, `firmware`, `codec`…) of a stream."""
    if field in texts.DECLARED_FIELDS:
        return Unknown(*texts.DECLARED_FIELDS[field])
    if device.kind is Kind.NOT_A_CAMERA:
        return Unknown("not_a_camera", texts.NOT_A_CAMERA.with_(address=device.address))
    settled = _settled(item for item in device.attempts if _is_about(item.step, stream, channel))
    asked = [item for item in settled if _speaks_of(item.step, field)]
    telling = _most_telling(_failures(settled, asked))
    closed = device.login is not None and not any(item.ending is Ending.OK for item in asked)
    if closed and (telling is None or telling.ending not in texts.OPEN_IT):
        return _closed(device, Ending.UNAUTHORIZED, code="closed")
    if telling is None:
        code, sentence = ("not_told", texts.NOT_TOLD) if asked else ("not_asked", texts.NOT_ASKED)
        return Unknown(code, sentence.with_(address=device.address))
    return _reason(device, telling, settled)


def retention_unknown() -> Unknown:
    """Field 9 and the values around it, until recordings are checked."""
    return Unknown("retention_not_checked", texts.RETENTION_NOT_CHECKED)


def working_unknown(device: Device, channel: int) -> Unknown:
    """Why it is not known whether the picture of a channel is healthy."""
    about = [item for item in device.attempts if f"channel/{channel} main" in item.step]
    tried = any(item.step.startswith(("rtsp.PLAY", "picture.")) for item in about)
    failed = [item for item in about if item.ending is not Ending.OK and item.step.startswith(("rtsp.", "picture."))]
    if not tried and not failed and device.login is None:
        return Unknown("stream_not_measured", texts.STREAM_NOT_MEASURED)
    return why_unknown(device, "working", channel=channel)


def step_words(step: str) -> str:
    """`onvif.media2.GetProfiles` → `ONVIF media2 GetProfiles`: the step as a person reads it."""
    protocol, _, rest = step.partition(".")
    return f"{protocol.upper()} {rest.replace('.', ' ')}".strip()


def _operation(step: str) -> str:
    """The question without the service it was put to: `onvif.media2.GetProfiles` → `onvif GetProfiles`."""
    head, *words = step.split(" ")
    parts = head.split(".")
    return " ".join([parts[0], parts[-1], *words])


def _settled(attempts: Iterable[Attempt]) -> list[Attempt]:
    """One attempt for each question: the one that was answered, else the most telling."""
    by_operation: dict[str, list[Attempt]] = {}
    for item in attempts:
        by_operation.setdefault(_operation(item.step), []).append(item)
    return [
        next((item for item in tries if item.ending is Ending.OK), None) or min(tries, key=_telling_rank)
        for tries in by_operation.values()
    ]


def _telling_rank(item: Attempt) -> int:
    return _TELLING.index(item.ending) if item.ending in _TELLING else len(_TELLING)


def _is_about(step: str, stream: str, channel: int | None) -> bool:
    for word in step.split(" ")[1:]:
        if _STREAM_WORD.fullmatch(word) and word != stream:
            return False
        if channel is not None and word.startswith("channel/") and word != f"channel/{channel}":
            return False
        if channel is not None and step.startswith("isapi.") and _ISAPI_STREAM.fullmatch(word):
            return int(word) // 100 == channel
    return True


def _speaks_of(step: str, field: str) -> bool:
    return _operation(step).partition(" ")[2].startswith(_STEPS_OF.get(field, _STREAM_STEPS))


def _failures(settled: list[Attempt], asked: list[Attempt]) -> list[Attempt]:
    """What kept the field from being told: its own steps, and all of ONVIF's where those were never reached.

    Where the vendor's own interface answered the question, ONVIF being off explains nothing.
    """
    failed = [item for item in asked if item.ending is not Ending.OK]
    if any(item.step.startswith(_VENDORS) and item.ending is Ending.OK for item in asked):
        return [item for item in failed if not _is_onvif(item)]
    if not any(_is_onvif(item) and item.ending is Ending.OK for item in asked):
        failed += [item for item in settled if _is_onvif(item) and item.ending is not Ending.OK]
    if not asked and not failed:
        failed = [item for item in settled if item.ending is not Ending.OK]
    return failed


def _is_onvif(item: Attempt) -> bool:
    return item.step.startswith("onvif.")


def _most_telling(failed: list[Attempt]) -> Attempt | None:
    return min(failed, key=_telling_rank, default=None)


def _onvif_off(settled: list[Attempt]) -> bool:
    onvif = [item.ending for item in settled if _is_onvif(item)]
    return bool(onvif) and all(ending in _OFF for ending in onvif)


def _reason(device: Device, telling: Attempt, settled: list[Attempt]) -> Unknown:
    if telling.ending in texts.OPEN_IT:
        return _closed(device, telling.ending, code=telling.ending.value)
    if telling.ending in _OFF and _onvif_off(settled):
        return Unknown("onvif_off", texts.ONVIF_OFF.with_(address=device.address))
    ending = telling.ending
    if ending is Ending.NOT_FOUND and _is_onvif(telling):
        ending = Ending.NOT_SUPPORTED
    sentence = texts.REASONS.get(ending, texts.NOT_ASKED)
    step = step_words(telling.step)
    return Unknown(ending.value, sentence.with_(address=device.address, step=step, line=telling.line))


def _closed(device: Device, ending: Ending, *, code: str) -> Unknown:
    why = device.login or texts.WHY_CLOSED[ending].with_(address=device.address)
    advice = texts.OPEN_IT[ending]
    return Unknown(code, Text(en=f"{why.en} {advice.en}", th=f"{why.th} {advice.th}"))
