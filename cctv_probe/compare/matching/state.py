"""The matching at work: who is still free, who was proven to be whom, and the indexes by key."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from cctv_probe.compare.matching.declared import DeclaredCamera
from cctv_probe.compare.matching.found import FoundCamera
from cctv_probe.compare.matching.identifiers import SHORTEST_TAIL
from cctv_probe.compare.matching.name_index import NameIndex, specific_forms, without_common
from cctv_probe.compare.matching.names import NameForm, name_form
from cctv_probe.compare.matching.result import Candidate, Confidence, MatchKey, Question
from cctv_probe.compare.matching.signs import NAME_ALIKE, NEAR_M, Shared, Signs, address_sign, signs_of
from cctv_probe.compare.matching.words import QUESTIONS

_SEVERAL = 2
_MOST_CANDIDATES = 5


@dataclass(frozen=True, slots=True)
class Link:
    """A pair in the making; its findings follow once all pairs are known."""

    row: int
    camera: int
    key: MatchKey
    confidence: Confidence
    signs: Signs
    lead: float | None = None
    reason: str | None = None


class State:
    """Rows and cameras by number; pairs and questions as they are found."""

    def __init__(self, rows: Sequence[DeclaredCamera], cameras: Sequence[FoundCamera]) -> None:
        self.rows, self.cameras = rows, cameras
        self.free_rows = dict.fromkeys(range(len(rows)))
        self.free_cameras = dict.fromkeys(range(len(cameras)))
        self.camera_of: dict[int, int] = {}
        self.row_of: dict[int, int] = {}
        self.links: dict[int, Link] = {}
        self.questions: dict[int, Question] = {}
        self.shared = self._shared()
        self.by_serial = _index((serial, place) for place, camera in enumerate(cameras) for serial in camera.serials)
        self.by_tail = _index(
            (serial[start:], place)
            for place, camera in enumerate(cameras)
            for serial in camera.serials
            for start in range(1, len(serial) - SHORTEST_TAIL + 1)
        )
        self.by_half = _halves(cameras)
        self.by_mac = _index((mac, place) for place, camera in enumerate(cameras) for mac in camera.macs)
        self.by_address = _index(
            (end.address, place) for place, camera in enumerate(cameras) for end in camera.endpoints
        )
        self.row_names = [_row_names(row) for row in rows]
        self.camera_names = without_common([specific_forms(camera.names) for camera in cameras])
        self.identifiers = _identifiers(cameras)
        self._name_index: NameIndex | None = None

    def _shared(self) -> Shared:
        declared_serials = Counter(row.serial for row in self.rows if row.serial)
        found_serials = Counter(serial for camera in self.cameras for serial in camera.serials)
        declared_macs = Counter(row.mac for row in self.rows if row.mac)
        found_macs = Counter(mac for camera in self.cameras for mac in camera.macs)
        single = Counter(
            address
            for camera in self.cameras
            for address in {end.address for end in camera.endpoints if end.channel is None}
        )
        return Shared(
            serials=_several(declared_serials) | _several(found_serials),
            macs=_several(declared_macs) | _several(found_macs),
            addresses=_several(single),
        )

    @property
    def name_index(self) -> NameIndex:
        """The index over the cameras' names, built where it is first needed."""
        if self._name_index is None:
            self._name_index = NameIndex(self.camera_names)
        return self._name_index

    def signs(self, row: int, camera: int) -> Signs:
        """The signs of one pair."""
        names = (self.row_names[row], self.camera_names[camera])
        return signs_of(self.rows[row], self.cameras[camera], self.shared, names)

    def at_address_of(self, row: int) -> list[int]:
        """The cameras that are seen where a row says."""
        declared = self.rows[row]
        places = self.by_address.get(declared.address or "", ())
        return [p for p in places if address_sign(declared, self.cameras[p], self.shared) in ("same", "device")]

    def by_serial_of(self, row: int) -> list[int]:
        """The cameras whose serial number is the row's, or ends with it, or whose whole number ends the row's."""
        serial = self.rows[row].serial
        if not serial:
            return []
        if serial in self.by_serial:
            return self.by_serial[serial]
        tails = (serial[start:] for start in range(1, len(serial) - SHORTEST_TAIL + 1))
        longer = self.by_tail.get(serial, [])
        return longer or next((self.by_serial[tail] for tail in tails if tail in self.by_serial), [])

    def by_mac_of(self, row: int) -> list[int]:
        """The cameras with the row's MAC address."""
        return self.by_mac.get(self.rows[row].mac or "", [])

    def link(self, link: Link) -> None:
        """Row and camera are one; neither is free any more."""
        self.links[link.row] = link
        self.camera_of[link.row], self.row_of[link.camera] = link.camera, link.row
        self.free_rows.pop(link.row, None)
        self.free_cameras.pop(link.camera, None)

    def ask(self, row: int, code: str, cameras: Iterable[tuple[int, Signs]]) -> None:
        """Only a person can tell; the row is asked about, its candidates stay free for better claims."""
        ranked = sorted(cameras, key=lambda each: (-each[1].points, each[0]))[:_MOST_CANDIDATES]
        candidates = tuple(
            Candidate(self.cameras[camera].key, round(signs.points, 1), agreeing(signs)) for camera, signs in ranked
        )
        self.questions[row] = Question(self.rows[row].key, code, QUESTIONS[code], candidates)
        self.free_rows.pop(row, None)

    def swapped_row(self, row: int, camera: int) -> int | None:
        """The row that holds the address of `camera` and whose camera is seen where `row` says; None where there is none."""
        for other in self.at_address_of(row):
            holder = self.row_of.get(other)
            if holder is not None and holder != row and camera in self.at_address_of(holder):
                return holder
        return None


def agreeing(signs: Signs) -> tuple[MatchKey, ...]:
    """The keys that speak for a pair, strongest first."""
    told: tuple[tuple[MatchKey, bool], ...] = (
        ("serial", signs.serial in ("same", "tail", "slip", "shared")),
        ("mac", signs.mac in ("same", "shared")),
        ("address", signs.address in ("same", "device")),
        ("name", signs.identifier or (signs.name is not None and signs.name >= NAME_ALIKE)),
        ("position", signs.metres is not None and signs.metres <= NEAR_M),
        ("swap", signs.swap),
    )
    return tuple(key for key, agrees in told if agrees)


def _index(entries: Iterable[tuple[str, int]]) -> Mapping[str, list[int]]:
    found: dict[str, list[int]] = defaultdict(list)
    for key, place in entries:
        if place not in found[key]:
            found[key].append(place)
    return dict(found)


def _halves(cameras: Sequence[FoundCamera]) -> Mapping[tuple[int, str], list[int]]:
    """Cameras by the length and either half of a serial number: a slip leaves one half whole."""
    found: dict[tuple[int, str], list[int]] = defaultdict(list)
    for place, camera in enumerate(cameras):
        for serial in camera.serials:
            middle = len(serial) // 2
            for half in (serial[:middle], serial[middle:]):
                found[len(serial), half].append(place)
    return dict(found)


def _several(counted: Counter[str]) -> frozenset[str]:
    return frozenset(key for key, count in counted.items() if count >= _SEVERAL)


def _row_names(row: DeclaredCamera) -> tuple[NameForm, ...]:
    return specific_forms([name for name in (row.name, row.place) if name])


def plain_identifier(text: str | None) -> str | None:
    """An inventory number as it may stand in a picture: letters and digits; None for one too short to tell anything, and for
    what recorders number their channels with (`CAM01`)."""
    if not text or len(name_form(text).letters) < 2:
        return None
    plain = "".join(letter for letter in text.upper() if letter.isalnum())
    has_both = any(letter.isdigit() for letter in plain) and any(letter.isalpha() for letter in plain)
    return plain if has_both and len(plain) >= 5 else None


def _identifiers(cameras: Sequence[FoundCamera]) -> dict[str, int]:
    """Inventory number → the one camera whose name or picture carries it, as a whole name or as one of its words."""
    carried: dict[str, set[int]] = defaultdict(set)
    for place, camera in enumerate(cameras):
        for name in camera.names:
            for word in {name, *name[:200].split()}:
                plain = plain_identifier(word)
                if plain:
                    carried[plain].add(place)
    return {plain: next(iter(places)) for plain, places in carried.items() if len(places) == 1}
