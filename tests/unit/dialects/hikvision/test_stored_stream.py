"""Which stream a record track stores: by its source's address, as recorders write it beside a `Channel` that repeats the track."""

from __future__ import annotations

import pytest

from cctv_probe.dialects.hikvision import answers
from cctv_probe.dialects.hikvision.answers_storage import tracks

TRACK = (
    "<TrackList version='2.0' xmlns='http://www.hikvision.com/ver20/XMLSchema'><Track><id>401</id>{channel}"
    "<SrcDescriptor><SrcChannel>4</SrcChannel>{source}</SrcDescriptor></Track></TrackList>"
)


@pytest.mark.parametrize(
    ("channel", "source", "stored"),
    [
        ("<Channel>401</Channel>", "<SrcUrl>rtsp://localhost/PSIA/Streaming/channels/402</SrcUrl>", 402),
        ("<Channel>401</Channel>", "<SrcUrl>rtsp://localhost/PSIA/Streaming/channels/401</SrcUrl>", 401),
        ("<Channel>402</Channel>", "", 402),
        ("<Channel>4</Channel>", "<SrcUrl>rtsp://localhost/PSIA/Streaming/channels/1</SrcUrl>", 401),
        ("", "<SrcUrl>rtsp://localhost/ISAPI/Streaming/channels/502?x=1</SrcUrl>", 401),
        ("", "", 401),
    ],
)
def test_the_stored_stream_is_told_by_the_source(channel: str, source: str, stored: int) -> None:
    (track,) = tracks(answers.read(TRACK.format(channel=channel, source=source).encode()))
    assert (track.id, track.number, track.recorded_stream) == (401, 4, stored)
