"""The ONVIF search service (ver10/search.wsdl): what the index claims. Searches stay open until EndSearch."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime

from cctv_probe.simulator import soap
from cctv_probe.simulator.node import Node, Search
from cctv_probe.simulator.recorded_spans import span_at
from cctv_probe.simulator.recording_parts import Recording, claimed, iso, listed, named, source_information
from cctv_probe.simulator.soap import Asked, text

_PAGE = 100
_TOPIC = "tns1:RecordingHistory/Track/State"
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)
_DIALECT = "http://www.onvif.org/ver10/tev/topicExpression/ConcreteSet"


def capabilities(_node: Node) -> str:
    """The tse:Capabilities element."""
    return '<tse:Capabilities MetadataSearch="false"/>'


def _service_capabilities(node: Node, _asked: Asked) -> str:
    return f"<tse:GetServiceCapabilitiesResponse>{capabilities(node)}</tse:GetServiceCapabilitiesResponse>"


def _summary(node: Node, _asked: Asked) -> str:
    if node.device.faults.archive.summary_fault:
        raise soap.action_not_supported("GetRecordingSummary")
    spans = [span for one in listed(node.device) for span in claimed(node.device, one)]
    first = min((start for start, _ in spans), default=_NEVER)
    last = max((end for _, end in spans), default=_NEVER)
    return (
        f"<tse:GetRecordingSummaryResponse><tse:Summary><tt:DataFrom>{iso(first)}</tt:DataFrom>"
        f"<tt:DataUntil>{iso(last)}</tt:DataUntil><tt:NumberRecordings>{len(listed(node.device))}</tt:NumberRecordings>"
        "</tse:Summary></tse:GetRecordingSummaryResponse>"
    )


def _recording_information(node: Node, asked: Asked) -> str:
    recording = named(node.device, asked.first("RecordingToken"))
    return (
        "<tse:GetRecordingInformationResponse>"
        f"{_information(node, recording, 'tse:RecordingInformation')}</tse:GetRecordingInformationResponse>"
    )


def _information(node: Node, recording: Recording, tag: str) -> str:
    spans = claimed(node.device, recording)
    first, last = (spans[0][0], spans[-1][1]) if spans else (_NEVER, _NEVER)
    known = (
        f"<tt:EarliestRecording>{iso(first)}</tt:EarliestRecording><tt:LatestRecording>{iso(last)}</tt:LatestRecording>"
    )
    return (
        f"<{tag}><tt:RecordingToken>{recording.token}</tt:RecordingToken>"
        f"{source_information(node.device, recording)}{known if spans else ''}"
        f"<tt:Content>{text(recording.channel.name)}</tt:Content><tt:Track><tt:TrackToken>{recording.track}"
        "</tt:TrackToken><tt:TrackType>Video</tt:TrackType><tt:Description>Video</tt:Description>"
        f"<tt:DataFrom>{iso(first)}</tt:DataFrom><tt:DataTo>{iso(last)}</tt:DataTo></tt:Track>"
        f"<tt:RecordingStatus>{'Recording' if recording.channel.online else 'Stopped'}</tt:RecordingStatus></{tag}>"
    )


def _find_recordings(node: Node, asked: Asked) -> str:
    results = [_information(node, one, "tt:RecordingInformation") for one in _wanted(node, asked)]
    token = _begun(node, asked, "recordings", results)
    return f"<tse:FindRecordingsResponse><tse:SearchToken>{token}</tse:SearchToken></tse:FindRecordingsResponse>"


def _find_events(node: Node, asked: Asked) -> str:
    if node.device.faults.archive.no_events:
        raise soap.action_not_supported("FindEvents")
    results = _events(node, asked) if _is_about_tracks(asked) else []
    token = _begun(node, asked, "events", results)
    return f"<tse:FindEventsResponse><tse:SearchToken>{token}</tse:SearchToken></tse:FindEventsResponse>"


def _wanted(node: Node, asked: Asked) -> list[Recording]:
    tokens = asked.arguments.get("IncludedRecordings", [])
    return [one for one in listed(node.device) if not tokens or one.token in tokens]


def _is_about_tracks(asked: Asked) -> bool:
    topics = [topic for name in ("TopicExpression", "SearchFilter") for topic in asked.arguments.get(name, []) if topic]
    return not topics or any("Track/State" in topic or topic.endswith("RecordingHistory//.") for topic in topics)


def _begun(node: Node, asked: Asked, kind: str, results: list[str]) -> str:
    most = int(asked.first("MaxMatches") or len(results))
    token = f"Search_{secrets.token_hex(4)}"
    node.searches[token] = Search(kind, results[:most], node.device.faults.archive.search_polls)
    return token


def _events(node: Node, asked: Asked) -> list[str]:
    """`IsDataPresent` events between two instants of the device's clock, in the order asked; start states first."""
    first = _moment(asked.first("StartPoint"))
    last = _moment(asked.first("EndPoint")) if asked.first("EndPoint") else datetime.max.replace(tzinfo=UTC)
    backwards, (first, last) = first > last, sorted((first, last))
    if node.device.faults.archive.ignores_time_filter:
        first, last = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
    states = asked.first("IncludeStartState") in ("true", "1")
    found: list[tuple[datetime, str]] = []
    began: list[str] = []
    for one in _wanted(node, asked):
        spans = claimed(node.device, one)
        if states:
            began.append(_event(one, first if first.year > 1 else _NEVER, span_at(spans, first) is not None, True))
        changes = [(moment, present) for span in spans for moment, present in zip(span, (True, False), strict=True)]
        found += [(moment, _event(one, moment, present)) for moment, present in changes if first < moment <= last]
    return began + [event for _, event in sorted(found, key=lambda pair: pair[0], reverse=backwards)]


def _moment(given: str | None) -> datetime:
    try:
        moment = datetime.fromisoformat(given or "")
    except ValueError:
        raise soap.SoapFaultError("Sender", ("ter:InvalidArgVal",), "that is no time", 400) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _event(recording: Recording, moment: datetime, present: bool, is_start_state: bool = False) -> str:
    how = "Initialized" if is_start_state else "Changed"
    return (
        f"<tt:Result><tt:RecordingToken>{recording.token}</tt:RecordingToken><tt:TrackToken>{recording.track}"
        f"</tt:TrackToken><tt:Time>{iso(moment)}</tt:Time><tt:Event>"
        f'<wsnt:Topic Dialect="{_DIALECT}">{_TOPIC}</wsnt:Topic><wsnt:Message>'
        f'<tt:Message UtcTime="{iso(moment)}" PropertyOperation="{how}"><tt:Source>'
        f'<tt:SimpleItem Name="RecordingToken" Value="{recording.token}"/>'
        f'<tt:SimpleItem Name="Track" Value="{recording.track}"/></tt:Source><tt:Data>'
        f'<tt:SimpleItem Name="IsDataPresent" Value="{soap.flag(present)}"/></tt:Data></tt:Message></wsnt:Message>'
        f"</tt:Event><tt:StartStateEvent>{soap.flag(is_start_state)}</tt:StartStateEvent></tt:Result>"
    )


def _recording_results(node: Node, asked: Asked) -> str:
    inner = _fetched(node, asked, "recordings")
    return (
        "<tse:GetRecordingSearchResultsResponse>"
        f"<tse:ResultList>{inner}</tse:ResultList></tse:GetRecordingSearchResultsResponse>"
    )


def _event_results(node: Node, asked: Asked) -> str:
    inner = _fetched(node, asked, "events")
    names = 'xmlns:wsnt="http://docs.oasis-open.org/wsn/b-2" xmlns:tns1="http://www.onvif.org/ver10/topics"'
    return (
        f"<tse:GetEventSearchResultsResponse {names}>"
        f"<tse:ResultList>{inner}</tse:ResultList></tse:GetEventSearchResultsResponse>"
    )


def _fetched(node: Node, asked: Asked, kind: str) -> str:
    """The state and the next results of a search, none of which is given twice."""
    search = node.searches.get(asked.first("SearchToken") or "")
    if search is None or search.kind != kind:
        raise _unknown_search()
    if search.polls_left or node.device.faults.archive.search_never_completes:
        search.polls_left = max(0, search.polls_left - 1)
        return "<tt:SearchState>Searching</tt:SearchState>"
    size = min(int(asked.first("MaxResults") or _PAGE), _PAGE)
    page, search.results = search.results[:size], search.results[size:]
    return f"<tt:SearchState>{'Searching' if search.results else 'Completed'}</tt:SearchState>{''.join(page)}"


def _end(node: Node, asked: Asked) -> str:
    if node.searches.pop(asked.first("SearchToken") or "", None) is None:
        raise _unknown_search()
    return f"<tse:EndSearchResponse><tse:Endpoint>{iso(node.clock_utc())}</tse:Endpoint></tse:EndSearchResponse>"


def _unknown_search() -> soap.SoapFaultError:
    return soap.no_such("ter:InvalidToken", "search")


OPERATIONS = {
    "GetServiceCapabilities": _service_capabilities,
    "GetRecordingSummary": _summary,
    "GetRecordingInformation": _recording_information,
    "FindRecordings": _find_recordings,
    "GetRecordingSearchResults": _recording_results,
    "FindEvents": _find_events,
    "GetEventSearchResults": _event_results,
    "EndSearch": _end,
}
