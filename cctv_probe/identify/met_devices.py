"""The devices that a run met, ready to be looked up by address, MAC and serial number. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar
from urllib.parse import urlsplit

from cctv_probe.identify.source_keys import Source, address_key, mac_key, network_of, number_key, serial_key
from cctv_probe.model.device import Channel, Device, Kind
from cctv_probe.model.evidence import Value

Place = tuple[int, int]
"""(place in the devices, channel number): one view of a camera."""
_HIGHEST_PORT, _HIGHEST_CHANNEL = 65535, 4096

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Known:
    """One device with its tidied keys. Keys that another device claims as well are left out where the run distrusts them."""

    device: Device
    addresses: frozenset[str]
    macs: frozenset[str]
    serials: frozenset[str]
    ports: frozenset[int]

    @property
    def is_recorder(self) -> bool:
        """Whether its channels show other cameras."""
        return self.device.kind is Kind.RECORDER


@dataclass(frozen=True)
class Met:
    """All devices, their channels, and what recorders say of the cameras behind theirs."""

    known: tuple[Known, ...]
    channels: dict[Place, Channel]
    sources: dict[Place, Source]
    by_address: dict[str, tuple[int, ...]]
    by_mac: dict[str, tuple[int, ...]]
    by_serial: dict[str, tuple[int, ...]]
    networks: frozenset[str]
    """Neighbourhoods in which a device was met."""

    @classmethod
    def of(cls, devices: Sequence[Device]) -> Met:
        """Everything that matching needs to know of `devices`."""
        known = tuple(_known(device) for device in devices)
        channels = {
            (at, channel.number): channel for at, device in enumerate(devices) for channel in _channels_of(device)
        }
        sources: dict[Place, Source] = {}
        for at, one in enumerate(known):
            if one.is_recorder:
                own = {channel.number: source_of(one.device, channel) for channel in _channels_of(one.device)}
                sources |= {(at, number): source for number, source in _trusted(one, own).items()}
        holding = sorted({at for at, _ in channels})
        return cls(
            known,
            channels,
            sources,
            _index((at, known[at].addresses) for at in holding),
            _index((at, known[at].macs) for at in holding),
            _index((at, known[at].serials) for at in holding),
            frozenset(near for one in known for address in one.addresses if (near := network_of(address))),
        )

    @property
    def places(self) -> list[Place]:
        """Every channel of every device."""
        return list(self.channels)

    @property
    def behind_recorders(self) -> list[Place]:
        """Those that show a camera elsewhere."""
        return list(self.sources)

    def numbers(self, at: int) -> list[int]:
        """The channel numbers of one device."""
        return [channel.number for channel in _channels_of(self.known[at].device)]

    def address(self, place: Place) -> str:
        """The address of the device that has this view."""
        return self.known[place[0]].device.address

    def order(self, place: Place) -> tuple[str, str, int, int, int]:
        """What sorts views whatever the order of the devices; twins without any difference go by that order."""
        device = self.known[place[0]].device
        return device.id, device.address, device.port or 0, place[1], place[0]


def _channels_of(device: Device) -> tuple[Channel, ...]:
    return device.channels or ((Channel(1),) if device.kind is Kind.CAMERA else ())


def _known(device: Device) -> Known:
    told = [item for item in device.evidence if item.subject == "device"]
    macs = [device.identity.mac, *(item.value for item in told if item.attribute == "mac")]
    serials = [device.identity.serial, *(item.value for item in told if item.attribute == "serial")]
    uris = [stream.uri for channel in device.channels for stream in channel.streams if stream.uri]
    return Known(
        device,
        _kept(address_key(told) for told in (device.address, *device.other_addresses)),
        _kept(mac_key(told) for told in macs) if "mac" not in device.distrusted else frozenset(),
        _kept(serial_key(told) for told in serials) if "serial" not in device.distrusted else frozenset(),
        frozenset(port for port in (device.port, *map(_port_of, uris)) if port),
    )


def _kept(keys: Iterable[str | None]) -> frozenset[str]:
    return frozenset(key for key in keys if key)


def _port_of(uri: str) -> int | None:
    try:
        return urlsplit(uri).port
    except ValueError:
        return None


def _index(pairs: Iterable[tuple[int, frozenset[str]]]) -> dict[str, tuple[int, ...]]:
    found: dict[str, tuple[int, ...]] = {}
    for at, keys in pairs:
        for key in keys:
            found[key] = (*found.get(key, ()), at)
    return found


def source_of(device: Device, channel: Channel) -> Source:
    """What `device` says of the camera behind `channel`; of several answers the first that is usable."""
    told: dict[str, list[Value]] = {}
    for item in device.evidence:
        if item.subject == channel.subject:
            told.setdefault(item.attribute, []).append(item.value)
    online = [value for value in told.get("online", ()) if isinstance(value, bool)]
    return Source(
        address=_first(told, "source_address", address_key),
        port=_first(told, "source_port", lambda value: number_key(value, _HIGHEST_PORT) or None),
        sensor=_first(told, "source_channel", lambda value: number_key(value, _HIGHEST_CHANNEL)),
        protocol=_first(told, "source_protocol", _word),
        model=_first(told, "source_model", _word),
        serial=_first(told, "source_serial", serial_key),
        mac=_first(told, "source_mac", mac_key),
        online=any(online) if online else None,
    )


def _trusted(recorder: Known, sources: dict[int, Source]) -> dict[int, Source]:
    """Without the keys that a recorder tells of several cameras, or of itself: they name nobody."""
    macs, serials = (_ambiguous(sources.values(), key) for key in ("mac", "serial"))
    return {
        number: replace(
            source,
            address=None if source.address in recorder.addresses else source.address,
            mac=None if source.mac in macs | recorder.macs else source.mac,
            serial=None if source.serial in serials | recorder.serials else source.serial,
        )
        for number, source in sources.items()
    }


def _ambiguous(sources: Iterable[Source], key: str) -> set[str]:
    """Keys that stand at different addresses."""
    places: dict[str, set[tuple[str | None, int | None]]] = {}
    for source in sources:
        if told := getattr(source, key):
            places.setdefault(told, set()).add((source.address, source.port if source.address else None))
    return {told for told, at in places.items() if len(at) > 1}


def _first(told: dict[str, list[Value]], attribute: str, key: Callable[[Value], T | None]) -> T | None:
    return next((found for value in told.get(attribute, ()) if (found := key(value)) is not None), None)


def _word(value: Value) -> str | None:
    return value.strip().casefold()[:160] or None if isinstance(value, str) else None
