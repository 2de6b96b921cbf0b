"""`mediaFileFind.cgi`: a finder is made, searches, gives its files page by page, is closed and destroyed.

The journal says after each step how many finders are open: one that is forgotten stays open for good.
"""

from __future__ import annotations

import secrets

from cctv_probe.simulator.dahua_files import MediaFile, files_of, item
from cctv_probe.simulator.dahua_text import Query, bad_request, below, written
from cctv_probe.simulator.node import Node, Search

_KIND = "dahua_finder"
_MOST_FINDERS = 4
_MOST_A_PAGE = 100
_DONE = "OK\r\n"


def _create(node: Node, _query: Query) -> str:
    if open_finders(node) >= _MOST_FINDERS:
        raise bad_request("too_many_finders")
    token = str(secrets.randbelow(2**32 - 1) + 1)
    node.searches[token] = Search(_KIND, [], 0)
    return written([("result", token)])


def _find(node: Node, query: Query) -> str:
    """400 where nothing is found, as where the question makes no sense: nobody can tell the two apart."""
    token, finder = _finder(node, query)
    if finder.kind != _KIND:
        raise bad_request("search_already_open")
    number = query.number("condition.Channel") - node.device.faults.vendor.channel_base + 1
    window = (
        query.moment("condition.StartTime", node.device),
        query.moment("condition.EndTime", node.device),
    )
    if not 1 <= number <= len(node.device.channels):
        raise bad_request("no_such_channel")
    kinds = [value for key, value in query.values.items() if key.startswith("condition.Types[")]
    found = list(files_of(node.device, number, window)) if not kinds or "dav" in kinds else []
    if not found:
        raise bad_request("nothing_found")
    node.searches[token] = Search(f"{_KIND} {number} {len(found)}", [one.packed() for one in found], 0)
    return _DONE


def _next(node: Node, query: Query) -> str:
    """The next page; none of its files is given twice. Without a search that found something: 400."""
    _, finder = _finder(node, query)
    if finder.kind == _KIND:
        raise bad_request("no_search")
    number = int(finder.kind.split()[1])
    size = min(query.number("count"), _MOST_A_PAGE)
    page, finder.results = finder.results[:size], finder.results[size:]
    lines = (
        pair
        for place, text in enumerate(page)
        for pair in below(f"items[{place}]", item(node.device, number, MediaFile.unpacked(text)))
    )
    return written([("found", len(page)), *lines])


def _close(node: Node, query: Query) -> str:
    token, _ = _finder(node, query)
    node.searches[token] = Search(_KIND, [], 0)
    return _DONE


def _destroy(node: Node, query: Query) -> str:
    token, _ = _finder(node, query)
    del node.searches[token]
    return _DONE


def _finder(node: Node, query: Query) -> tuple[str, Search]:
    token = query.values.get("object", "")
    finder = node.searches.get(token)
    if finder is None or not finder.kind.startswith(_KIND):
        raise bad_request("no_such_finder")
    return token, finder


def open_finders(node: Node) -> int:
    """How many finders nobody has destroyed."""
    return sum(one.kind.startswith(_KIND) for one in node.searches.values())


def left(node: Node, query: Query) -> int:
    """How many files the finder that is asked has still to give."""
    finder = node.searches.get(query.values.get("object", ""))
    return len(finder.results) if finder else 0


def hangs(node: Node, query: Query) -> bool:
    """Whether the finder that is asked has come to the file from which on this device answers nothing."""
    finder = node.searches.get(query.values.get("object", ""))
    first = node.device.faults.vendor.search_hangs_at
    if first is None or finder is None or not finder.kind.startswith(f"{_KIND} "):
        return False
    return int(finder.kind.split()[2]) - len(finder.results) + 1 >= first


def counted(node: Node, result: str) -> str:
    """`result` for the journal, with the number of open finders."""
    return f"{result} finders={open_finders(node)}"


OPERATIONS = {
    "mediaFileFind.factory.create": _create,
    "mediaFileFind.findFile": _find,
    "mediaFileFind.findNextFile": _next,
    "mediaFileFind.close": _close,
    "mediaFileFind.destroy": _destroy,
}
