"""Ask each stream for its description (RTSP DESCRIBE): codec and picture size as the coded video itself tells them."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from cctv_probe.model.attempt import Ending, StepError
from cctv_probe.model.device import Channel, Stream
from cctv_probe.model.evidence import Evidence, Standing
from cctv_probe.model.units import Resolution
from cctv_probe.model.words import Text
from cctv_probe.rtsp.client import Description, RtspConnection
from cctv_probe.rtsp.facts import StreamFact, stream_facts
from cctv_probe.rtsp.uri import Authority, authority, on_host, tidy
from cctv_probe.stream.channel_numbers import channel_of
from cctv_probe.wire.address import same_host
from cctv_probe.wire.login import HttpAccount
from cctv_probe.wire.visit import Visit

DESCRIBE_S = 6.0
CONNECT_S = 3.0
FRESH_S = 2.0
"""So long after its DESCRIBE a stream is set up without being described again."""

_CLOSED_FOR_US = {
    Ending.UNAUTHORIZED, Ending.HELD_BACK, Ending.LOCKED_OUT, Ending.NOT_PERMITTED, Ending.BUSY, Ending.BUDGET_SPENT,
    Ending.INTERRUPTED,
}  # fmt: skip
"""After one of these no other stream of the device is asked."""
_SILENT = {Ending.TIMEOUT, Ending.REFUSED, Ending.UNREACHABLE, Ending.TLS}
_HINTS = {"sdp_frame_rate": "frame_rate", "sdp_resolution": "resolution"}
"""What a description claims beside the coded video counts as advertised evidence for the attribute itself."""

_OTHER_HOST = Text(
    en="The device sends viewers to {other}; its streams were read at {address} instead.",
    th="อุปกรณ์ให้เปิดภาพที่ {other} แต่ระบบอ่านภาพที่ {address} แทน",
)
_ANY_PATH = Text(
    en="{address} describes a stream under any path, so a path alone proves nothing; only arriving pictures count.",
    th="{address} ตอบรับทุกเส้นทางของสตรีม เส้นทางจึงพิสูจน์อะไรไม่ได้ นับเฉพาะเมื่อได้รับภาพจริง",
)
_CROWDED = Text(
    en="several devices stand behind this address, and the stream's own address does not tell which of them sends it",
    th="มีอุปกรณ์หลายเครื่องอยู่หลังที่อยู่นี้ และที่อยู่ของภาพไม่ได้บอกว่าเป็นของเครื่องใด",
)


@dataclass(frozen=True)
class Described:
    """A stream that answered DESCRIBE: under which URI, at which port (with TLS or not), when (monotonic seconds), what.

    `connection` is None where another device than the visited one answered.
    """

    uri: str
    place: tuple[int, bool]
    at_s: float
    description: Description
    connection: RtspConnection | None


@dataclass
class Describer:
    """The RTSP side of one visit: one connection at a time, kept for all streams of a port."""

    visit: Visit
    rtsp_ports: tuple[tuple[int, bool], ...]
    """Ports that spoke RTSP or usually do, with TLS or not; tried where a stream's own port does not answer."""
    crowded: bool = False
    """Whether several devices stand behind the address: only streams that name our host are asked then."""
    found: dict[str, Described] = field(default_factory=dict)
    """What was described, by the stream's subject."""
    connection: RtspConnection | None = None
    place: tuple[int, bool] | None = None
    gave_up: bool = False
    silent_ports: frozenset[tuple[int, bool]] = frozenset()

    def __post_init__(self) -> None:
        self.account = HttpAccount(self.visit.login, "device", "RTSP")

    def describe(self, uri: str, step: str) -> Described | None:
        """Ask one stream; None where nobody described it."""
        named = authority(uri)
        if self.crowded and named and not same_host(named.host, self.visit.address):
            self.visit.step(step, _whose_is_it)
            return None
        for port, tls in self._places(uri):
            if self.gave_up:
                return None
            ours = on_host(uri, self.visit.address, port, tls=tls)
            told = self.visit.step(step, lambda u=ours, p=port, t=tls: self._ask(u, p, t))  # type: ignore[misc]
            if told is not None:
                return Described(ours, (port, tls), time.monotonic(), told, self.connection)
            ending = self.visit.last_ending()
            self.gave_up = ending in _CLOSED_FOR_US
            if ending not in _SILENT:
                return None
            self.silent_ports |= {(port, tls)}
        return self._elsewhere(uri, step)

    def again(self, known: Described) -> tuple[RtspConnection, Description]:
        """A connection on which `known` may be set up: the same one while it is young, else asked anew."""
        young = time.monotonic() - known.at_s < FRESH_S
        if young and self.connection is not None and self.connection is known.connection:
            return self.connection, known.description
        self.close()
        description = self._ask(known.uri, *known.place)
        assert self.connection is not None
        return self.connection, description

    def _elsewhere(self, uri: str, step: str) -> Described | None:
        """Where our host does not answer and the URI names another device of the scope: that one, as the device it is."""
        named = authority(uri)
        if named is None or same_host(named.host, self.visit.address):
            return None
        with self.visit.elsewhere(named.host) as login:
            if login is None:
                return None
            there = tidy(uri)
            account = HttpAccount(login, "device", "RTSP")
            told = self.visit.step(f"{step} at {named.host}", lambda: self._ask_other(there, named, account))
        return None if told is None else Described(there, (named.port, named.tls), time.monotonic(), told, None)

    def _ask_other(self, uri: str, named: Authority, account: HttpAccount) -> Description:
        self.close()
        outcome = "ok"
        try:
            with RtspConnection.connect(
                named.host, named.port, tls=named.tls, budget=self.visit.budget, connect_s=CONNECT_S, account=account
            ) as connection:
                return connection.describe(uri, wanted_s=DESCRIBE_S)
        except StepError as error:
            outcome = error.ending.value
            raise
        finally:
            self.visit.folder.asked(named.host, f"rtsp.DESCRIBE {uri}", login=account.sent, outcome=outcome)

    def close(self) -> None:
        """End the connection."""
        if self.connection is not None:
            self.connection.close()
        self.connection, self.place = None, None

    def _places(self, uri: str) -> list[tuple[int, bool]]:
        """Where to ask: the URI's own port first, then the device's other RTSP ports; silent ones are left out."""
        named = authority(uri)
        first = [(named.port, named.tls)] if named else []
        if named and not same_host(named.host, self.visit.address):
            text = _OTHER_HOST.with_(other=named.host, address=self.visit.address)
            self.visit.find("stream_uri_other_host", "low", text)
        places = dict.fromkeys([*first, *self.rtsp_ports])
        return [place for place in places if place not in self.silent_ports]

    def _ask(self, uri: str, port: int, tls: bool) -> Description:
        outcome = "ok"
        try:
            if self.connection is None or self.place != (port, tls):
                self.close()
                self.connection = RtspConnection.connect(
                    self.visit.address,
                    port,
                    tls=tls,
                    budget=self.visit.budget,
                    connect_s=CONNECT_S,
                    account=self.account,
                )
                self.place = (port, tls)
            return self.connection.describe(uri, wanted_s=DESCRIBE_S)
        except StepError as error:
            outcome = error.ending.value
            if error.ending in (Ending.TIMEOUT, Ending.MALFORMED, Ending.TOO_LARGE):
                self.close()
            raise
        finally:
            login = self.account.sent or "device" in self.visit.login.proven
            self.visit.folder.asked(self.visit.address, f"rtsp.DESCRIBE {uri}", login=login, outcome=outcome)


def _whose_is_it() -> None:
    raise StepError(Ending.NOT_FOUND, _CROWDED)


def describe_channels(describer: Describer, channels: Iterable[Channel]) -> tuple[Channel, ...]:
    """The channels with the evidence of their streams' descriptions; URIs become those that were really asked."""
    return tuple(_described(describer, channel) for channel in channels)


def _described(describer: Describer, channel: Channel) -> Channel:
    streams = []
    for stream in channel.streams:
        step = f"rtsp.DESCRIBE channel/{channel.number} {stream.name}"
        found = describer.describe(stream.uri, step) if stream.uri else None
        if found and note_description(describer.visit, stream.subject, found.description):
            describer.found[stream.subject] = found
        uri = on_our_host(describer.visit, stream.uri, found.uri if found else None)
        streams.append(replace(stream, uri=uri))
    return replace(channel, streams=tuple(streams))


def on_our_host(visit: Visit, told: str | None, asked: str | None) -> str | None:
    """The URI for the record: the one that answered, else the told one brought to our host; without secrets."""
    if told is None:
        return None
    named = authority(told)
    brought = asked or on_host(told, visit.address, named.port if named else 554, tls=bool(named and named.tls))
    return visit.folder.redactor.text(brought)


def note_description(visit: Visit, subject: str, description: Description) -> bool:
    """Write down what a description tells; False where it has no video."""
    raw = (visit.folder.keep(description.raw),)
    for note in description.notes:
        visit.find(note.code, note.severity, note.text)
    told = stream_facts(description.sdp, description.base)
    if told is None:
        return False
    for fact in told.facts:
        visit.note(
            subject,
            _HINTS.get(fact.attribute, _name(fact)),
            fact.value,
            fact.method,
            fact.standing,
            raw=raw,
            role="live",
        )
    return True


def _name(fact: StreamFact) -> str:
    return {"profile": "codec_profile", "level": "codec_level"}.get(fact.attribute, fact.attribute)


def try_paths(describer: Describer, paths: Iterable[str]) -> tuple[Channel, ...]:
    """For devices that speak only RTSP: the given paths, asked in order; channels from the paths, the largest picture main.

    A path that cannot exist is asked first: where even that is described, the others prove nothing (quirk 18), and only
    the first is taken, to be believed if pictures arrive.
    """
    visit = describer.visit
    listed = list(paths)
    if listed and _answers_anything(describer):
        visit.find("answers_any_path", "medium", _ANY_PATH.with_(address=visit.address))
        listed = listed[:1]
    found: dict[int, list[tuple[str, Described]]] = {}
    for number, path in enumerate(listed, start=1):
        subject = f"path/{number}"
        answer = describer.describe(path, f"rtsp.DESCRIBE path {number}")
        if answer and note_description(visit, subject, answer.description):
            found.setdefault(channel_of(path) or 1, []).append((subject, answer))
    return tuple(_channel(describer, number, streams) for number, streams in sorted(found.items()))


def _answers_anything(describer: Describer) -> bool:
    """Whether a path that cannot exist is described as a stream."""
    random_path = f"/cctv-probe-{secrets.token_hex(6)}"
    answer = describer.describe(random_path, "rtsp.DESCRIBE random path")
    return answer is not None and answer.description.sdp.video is not None


def _channel(describer: Describer, number: int, found: list[tuple[str, Described]]) -> Channel:
    """One channel, its streams named by size; the evidence noted under the paths moves to the streams' own subjects."""
    visit = describer.visit
    found.sort(key=lambda entry: -_area_px(visit, entry[0]))
    names = ["main", "sub", *(f"sub{count}" for count in range(2, len(found) + 1))]
    streams = []
    for name, (subject, answer) in zip(names, found, strict=False):
        own = f"channel/{number}/stream/{name}"
        visit.evidence[:] = [_moved(item, subject, own) for item in visit.evidence]
        describer.found[own] = answer
        streams.append(Stream(name, visit.folder.redactor.text(answer.uri), own))
    return Channel(number, streams=tuple(streams))


def _moved(item: Evidence, subject: str, own: str) -> Evidence:
    return replace(item, subject=own) if item.subject == subject else item


def _area_px(visit: Visit, subject: str) -> int:
    sizes = [
        Resolution.parse(str(item.value))
        for item in visit.known(subject, "resolution")
        if item.source.standing >= Standing.BITSTREAM
    ]
    return max((size.area_px for size in sizes if size), default=0)
