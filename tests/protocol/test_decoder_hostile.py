"""The decoder child at work: sizes of every codec, hostile bitstreams, crashes, hangs, lies; and the parent unharmed."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from cctv_probe.media import decoder_process
from cctv_probe.media.decoder import Decoders
from cctv_probe.media.decoder_messages import Question
from cctv_probe.model.attempt import Ending, StepError
from tests.protocol.bitstreams import ENCODERS, mutated, picture, vast_h264, vast_jpeg

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def decoders() -> Iterator[Decoders]:
    with Decoders(children=1) as pool:
        yield pool


def question(codec: str, *pictures: bytes, thumbnail: bool = False) -> Question:
    parameter_sets, sound = picture(codec)
    shown = pictures or (sound,)
    return Question(codec, parameter_sets, tuple((4.0 * at, data) for at, data in enumerate(shown)), thumbnail)


def works(decoders: Decoders) -> bool:
    return decoders.examine(question("h264")).size_px == (320, 180)


def sole_pid(decoders: Decoders) -> int:
    (child,) = decoders._idle
    return child.pid


# --- Sound pictures ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("codec", ENCODERS)
@pytest.mark.parametrize("size", [(320, 180), (1920, 1080)])
def test_every_codec_gives_the_size_after_cropping(decoders: Decoders, codec: str, size: tuple[int, int]) -> None:
    parameter_sets, sound = picture(codec, *size)
    answer = decoders.examine(Question(codec, parameter_sets, ((0.0, sound), (4.0, sound)), thumbnail=True))
    assert answer.size_px == size
    assert [row.failed for row in answer.pictures] == [None, None]
    assert answer.pictures[0].pixel_format in ("yuv420p", "yuvj420p")
    assert answer.pictures[0].figures is not None
    assert answer.pictures[0].figures.mean == pytest.approx(127, abs=25)
    assert [pair.unequal for pair in answer.pairs] == [0.0]
    assert answer.thumbnail is not None
    assert answer.thumbnail.startswith(b"\xff\xd8\xff")
    assert len(answer.thumbnail) < 60_000


@pytest.mark.parametrize(
    ("codec", "pixel_format"),
    [
        ("h264", "yuv422p"),
        ("h264", "yuv444p"),
        ("h264", "yuv420p10le"),
        ("h264", "gray"),
        ("h265", "yuv444p12le"),
        ("h265", "gray10le"),
        ("h265", "gbrp"),
    ],
)
def test_every_pixel_format_gives_the_same_brightness(decoders: Decoders, codec: str, pixel_format: str) -> None:
    answer = decoders.examine(Question(codec, b"", ((0.0, picture(codec, 320, 180, pixel_format)[1]),), thumbnail=True))
    figures = answer.pictures[0].figures
    assert answer.size_px == (320, 180)
    assert figures is not None
    assert figures.mean == pytest.approx(127, abs=25)
    assert bool(figures.colour) == ("gray" not in pixel_format)
    assert answer.thumbnail


def test_without_being_asked_no_thumbnail_is_made(decoders: Decoders) -> None:
    assert decoders.examine(question("h264")).thumbnail is None


# --- Hostile pictures -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("codec", ENCODERS)
def test_thousands_of_broken_pictures_harm_nobody(decoders: Decoders, codec: str) -> None:
    chance = random.Random(11)
    parameter_sets, sound = picture(codec, 96, 64)
    endings: list[Ending] = []
    for _ in range(300):
        broken = [mutated(sound, chance) for _ in range(3)]
        sets = mutated(parameter_sets, chance) if parameter_sets and chance.random() < 0.3 else parameter_sets
        try:
            answer = decoders.examine(Question(codec, sets, tuple((4.0 * at, data) for at, data in enumerate(broken))))
            assert len(answer.pictures) == 3
        except StepError as error:
            endings.append(error.ending)
    assert set(endings) <= {Ending.MALFORMED, Ending.TIMEOUT}
    assert works(decoders)


@pytest.mark.parametrize(
    ("codec", "data"),
    [
        ("mjpeg", vast_jpeg()),
        ("mjpeg", vast_jpeg(65_500, 8)),
        ("h264", vast_h264()),
        ("h264", vast_h264(4096, 4096)),
        ("h264", b"\x00\x00\x01"),
        ("h264", b"\x00\x00\x00\x01\x67" + b"\xff" * 5000),
        ("h265", b"\x00\x00\x00\x01\x42\x01" + bytes(5000)),
        ("av1", b"\x0a\xff\xff\xff\xff\xff\xff\xff\xff\x7f"),
        ("mpeg4", b"\x00\x00\x01\xb6" * 2000),
        ("h264", bytes(8 * 1024 * 1024)),
        ("mjpeg", random.Random(3).randbytes(1_000_000)),
    ],
)
def test_absurd_pictures_cost_only_themselves(decoders: Decoders, codec: str, data: bytes) -> None:
    works(decoders)
    before = sole_pid(decoders)
    answer = decoders.examine(question(codec, data, picture(codec)[1]))
    assert answer.pictures[0].failed in ("undecodable", "too_large", "no_picture")
    assert answer.pictures[1].failed is None
    assert sole_pid(decoders) == before
    assert works(decoders)


def test_the_largest_pictures_that_cameras_send_are_decoded(decoders: Decoders) -> None:
    assert decoders.examine(question("mjpeg", picture("mjpeg", 7680, 4320)[1])).size_px == (7680, 4320)


# --- Children that crash, hang and lie --------------------------------------------------------------------------------

SPOILT = "from cctv_probe.media import decoder_child as spoilt; "


def spoil(monkeypatch: pytest.MonkeyPatch, what: str) -> None:
    """From now on, children are started with `what` done to their code first."""
    code = decoder_process._CODE.replace(
        "from cctv_probe.media.decoder_child", f"{SPOILT}{what}; from cctv_probe.media.decoder_child"
    )
    assert SPOILT in code
    monkeypatch.setattr(decoder_process, "_CODE", code)


def serving(body: str) -> str:
    """Children that do `body` instead of answering."""
    code = f"def serve():\n  spoilt.read_question(sys.stdin.buffer)\n  {body}"
    return f"import os, sys, time; exec({code!r}); spoilt.serve = serve"


ENDINGS = {
    "time.sleep(60)": Ending.TIMEOUT,
    "while True: pass": Ending.TIMEOUT,
    "os.abort()": Ending.MALFORMED,
    "os._exit(0)": Ending.MALFORMED,
    "bytearray(2 ** 31)": Ending.MALFORMED,
    "os.write(1, b'hello' + bytes([10]))": Ending.MALFORMED,
    "os.write(1, b'[' * 60000)": Ending.MALFORMED,
    "while True: os.write(1, bytes(4096))": Ending.MALFORMED,
}


@pytest.mark.parametrize("body", ENDINGS)
def test_a_child_that_fails_becomes_an_ending_and_the_next_is_sound(monkeypatch: pytest.MonkeyPatch, body: str) -> None:
    with Decoders(children=1) as decoders, monkeypatch.context() as patched:
        spoil(patched, serving(body))
        started_s = time.monotonic()
        with pytest.raises(StepError) as raised:
            decoders.examine(question("h264"), timeout_s=4 if ENDINGS[body] is Ending.TIMEOUT else 30)
        assert raised.value.ending is ENDINGS[body]
        assert time.monotonic() - started_s < 20
        assert raised.value.line.th != raised.value.line.en
        patched.undo()
        assert works(decoders)


def test_a_child_that_reads_nothing_is_ended_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """More than a pipe holds is on its way when the deadline comes."""
    with Decoders(children=1) as decoders, monkeypatch.context() as patched:
        spoil(patched, "import time; spoilt.serve = lambda: time.sleep(60)")
        with pytest.raises(StepError) as raised:
            decoders.examine(question("mjpeg", bytes(8_000_000)), timeout_s=4)
        assert raised.value.ending is Ending.TIMEOUT


@pytest.mark.parametrize(
    ("what", "ending"),
    [
        ("raise ImportError('av')", Ending.BUG),
        ("import os; os.environ.clear = lambda: 1 / 0", Ending.BUG),
        ("from cctv_probe.media import seccomp; seccomp.ARCHITECTURES.clear()", Ending.NOT_PERMITTED),
        ("import time; time.sleep(60)", Ending.TIMEOUT),
    ],
)
@pytest.mark.skipif(sys.platform != "linux", reason="Windows and macOS have no seccomp; the child says so")
def test_a_child_that_cannot_start(monkeypatch: pytest.MonkeyPatch, what: str, ending: Ending) -> None:
    with Decoders(children=1) as decoders:
        spoil(monkeypatch, what)
        with pytest.raises(StepError) as raised:
            decoders.examine(question("h264"), timeout_s=3 if ending is Ending.TIMEOUT else 30)
        assert raised.value.ending is ending


def test_a_stream_does_not_pay_for_the_one_before_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """A child that an earlier stream left broken dies at the next question: a fresh child is asked."""
    dies = (
        "import os; real, count = spoilt.read_question, [0]; "
        "exec('def read_question(stream):\\n  count[0] += 1\\n  asked = real(stream)\\n  "
        "return asked if count[0] == 1 else os._exit(1)'); spoilt.read_question = read_question"
    )
    with Decoders(children=1) as decoders:
        spoil(monkeypatch, dies)
        assert works(decoders)
        first = sole_pid(decoders)
        assert works(decoders)
        assert sole_pid(decoders) != first


# --- The pool ---------------------------------------------------------------------------------------------------------


def test_a_child_is_kept_and_replaced_after_its_share_of_questions() -> None:
    with Decoders(children=1, questions_each=3) as decoders:
        pids = []
        for _ in range(3):
            works(decoders)
            pids += [child.pid for child in decoders._idle]
        assert len(pids) == 2
        assert pids[0] == pids[1]
        assert works(decoders)
        assert sole_pid(decoders) != pids[0]


def test_a_child_that_died_while_idle_is_replaced() -> None:
    with Decoders(children=1) as decoders:
        works(decoders)
        os.kill(sole_pid(decoders), signal.SIGKILL)
        assert works(decoders)


def test_threads_share_two_children() -> None:
    answers: list[bool] = []
    with Decoders(children=2) as decoders:
        threads = [threading.Thread(target=lambda: answers.append(works(decoders))) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        pids = [child.pid for child in decoders._idle]
        assert answers == [True] * 6
        assert 1 <= len(pids) <= 2
    assert not any(Path(f"/proc/{pid}").exists() for pid in pids)


PARENT = """
import sys
sys.path.insert(0, sys.argv[1])
from cctv_probe.media.decoder import Decoders
from cctv_probe.media.decoder_messages import Question
from cctv_probe.media.health_verdict import judge
from cctv_probe.media.key_pictures import KeyPictures
from cctv_probe.media.timeline import Timeline
picture = sys.stdin.buffer.read()
with Decoders(children=1) as decoders:
    answer = decoders.examine(Question("mjpeg", b"", ((0.0, picture),), thumbnail=True))
print(answer.size_px, judge(answer).healthy, sorted({"av", "cv2", "numpy"} & set(sys.modules)))
"""


def test_the_process_with_the_credentials_never_loads_libav_or_opencv() -> None:
    ran = subprocess.run(
        [sys.executable, "-I", "-c", PARENT, str(ROOT)],
        input=picture("mjpeg")[1],
        capture_output=True,
        timeout=60,
        check=True,
    )
    assert ran.stdout.split(b") ")[0] == b"(320, 180"
    assert ran.stdout.endswith(b" []\n")
