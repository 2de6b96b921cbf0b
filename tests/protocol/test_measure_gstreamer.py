"""What we measure of GStreamer's mounts, beside what ffprobe says of them."""

from __future__ import annotations

import json
import shutil
import subprocess
import threading
from fractions import Fraction
from typing import Any

import pytest

from cctv_probe.media.decoder import Decoders
from cctv_probe.rtsp.client import RtspConnection
from cctv_probe.stream.ceiling import Ceiling
from cctv_probe.stream.measure import Measuring, Watched, examine, watch
from cctv_probe.wire.deadline import Budget
from tests.protocol.test_rtsp_gstreamer import Served, served

__all__ = ["served"]
pytestmark = pytest.mark.gstreamer
CODECS = {"h264": "h264", "hevc": "h265", "mjpeg": "mjpeg"}
SAMPLE_S = 4.0


def told_by_ffprobe(uri: str) -> dict[str, Any]:
    """Codec, size and frame rate by ffprobe."""
    command = ["ffprobe", "-v", "error", "-rtsp_transport", "tcp", "-select_streams", "v:0", "-of", "json"]
    command += ["-analyzeduration", "2000000", "-show_entries", "stream=codec_name,width,height,r_frame_rate", uri]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    stream: dict[str, Any] = json.loads(done.stdout)["streams"][0]
    return stream


@pytest.mark.parametrize("path", ["/h264", "/h265", "/mjpeg"])
def test_our_figures_are_those_of_ffprobe(served: Served, path: str) -> None:
    if shutil.which("ffprobe") is None:
        pytest.skip("ffprobe is not installed (Debian package ffmpeg)")
    uri = served.uri("plain", path)
    theirs = told_by_ffprobe(uri)
    ceiling, stop = Ceiling(), threading.Event()
    with Decoders() as decoders:
        measuring = Measuring(ceiling, decoders, sample_s=SAMPLE_S)
        budget = Budget(60, 1 << 28)
        with (
            RtspConnection.connect("127.0.0.1", served.ports["plain"], budget=budget) as connection,
            ceiling.share(None, stop) as share,
        ):
            watched: Watched = watch(connection, connection.describe(uri), measuring, share)
        found = examine(watched, measuring)
    assert found is not None
    assert watched.codec == CODECS[theirs["codec_name"]]
    assert found[0].size_px == (theirs["width"], theirs["height"])
    rate = float(Fraction(theirs["r_frame_rate"]))
    assert abs(watched.measurement.frame_rate - rate) <= max(0.3, 0.02 * rate)
