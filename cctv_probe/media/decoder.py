"""Decoding key pictures without ever touching them: the pool of decoder children, for several threads.

The process that holds credentials never hands camera bytes to libav or OpenCV. Children are kept alive from one stream to
the next and replaced after a number of questions, after a failure, and when their processor time is half used up.
"""

from __future__ import annotations

import threading
import time
from types import TracebackType

from cctv_probe.media.confinement import Limits
from cctv_probe.media.decoder_messages import Question
from cctv_probe.media.decoder_process import (
    ChildCannotStart,
    ChildDied,
    ChildTooSlow,
    ChildUnprotected,
    DecoderProcess,
)
from cctv_probe.media.picture import Examination
from cctv_probe.model.attempt import Ending, StepError
from cctv_probe.model.words import Text

TOO_SLOW = Text(
    en="Decoding pictures of this stream took over {seconds} s and was stopped. Open the stream in a player to see whether it is sound.",
    th="การถอดรหัสภาพของสตรีมนี้ใช้เวลาเกิน {seconds} วินาที จึงหยุดไว้ โปรดเปิดสตรีมด้วยโปรแกรมเล่นวิดีโอเพื่อตรวจสอบ",
)
BROKE_THE_DECODER = Text(
    en="Pictures of this stream made the decoder stop: they are damaged, or made to do harm. Nothing else was affected; "
    "check the camera's firmware.",
    th="ภาพของสตรีมนี้ทำให้ตัวถอดรหัสหยุดทำงาน ข้อมูลภาพอาจเสียหายหรือถูกสร้างขึ้นเพื่อโจมตี ส่วนอื่นไม่ได้รับผลกระทบ โปรดตรวจสอบเฟิร์มแวร์ของกล้อง",
)
CANNOT_START = Text(
    en="The picture decoder could not be started on this machine, so no picture was looked at. Install cctv-probe again "
    "with all its packages (av, opencv-python-headless, numpy).",
    th="เริ่มตัวถอดรหัสภาพบนเครื่องนี้ไม่ได้ จึงยังไม่ได้ตรวจภาพ โปรดติดตั้ง cctv-probe ใหม่พร้อมแพ็กเกจทั้งหมด (av, opencv-python-headless, numpy)",
)
UNPROTECTED = Text(
    en="This machine does not let the picture decoder give up its rights (seccomp), so no picture was looked at. Use a "
    "64-bit Linux kernel with seccomp, outside a sandbox that forbids it.",
    th="เครื่องนี้ไม่ยอมให้ตัวถอดรหัสภาพสละสิทธิ์ของตน (seccomp) จึงยังไม่ได้ตรวจภาพ โปรดใช้เคอร์เนล Linux 64 บิตที่มี seccomp และไม่อยู่ในแซนด์บ็อกซ์ที่ห้ามไว้",
)


class Decoders:
    """At most `children` children; each serves `questions_each` questions. A context manager; `close` ends them all."""

    def __init__(self, children: int = 2, limits: Limits | None = None, questions_each: int = 100) -> None:
        self._limits = limits or Limits()
        self._questions_each = questions_each
        self._places = threading.BoundedSemaphore(children)
        self._lock = threading.Lock()
        self._idle: list[DecoderProcess] = []
        self._closed = False
        self.lacking: tuple[str, ...] = ()
        """Protections that this operating system does not offer, known after the first question."""

    def __enter__(self) -> Decoders:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def examine(self, question: Question, timeout_s: float = 15.0) -> Examination:
        """Sizes and figures of key pictures.

        Raises `StepError`: TIMEOUT after `timeout_s` seconds, waiting and starting included; MALFORMED where the pictures
        ended the decoder; NOT_PERMITTED where it cannot be confined here; BUG where it cannot be started.
        """
        end_s = time.monotonic() + min(timeout_s, self._limits.cpu_s / 2)
        if not self._places.acquire(timeout=timeout_s):
            raise StepError(Ending.TIMEOUT, TOO_SLOW.with_(seconds=f"{timeout_s:g}"))
        try:
            return self._examine(question, end_s)
        except ChildTooSlow as slow:
            raise StepError(Ending.TIMEOUT, TOO_SLOW.with_(seconds=f"{timeout_s:g}")) from slow
        except ChildUnprotected as refused:
            raise StepError(Ending.NOT_PERMITTED, UNPROTECTED) from refused
        except ChildCannotStart as stillborn:
            raise StepError(Ending.BUG, CANNOT_START) from stillborn
        except ChildDied as died:
            raise StepError(Ending.MALFORMED, BROKE_THE_DECODER) from died
        finally:
            self._places.release()

    def close(self) -> None:
        """End all children; one that is at work ends when it has answered."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
        for child in idle:
            child.close()

    def _examine(self, question: Question, end_s: float) -> Examination:
        child = self._child(end_s)
        served = child.asked
        try:
            answer = child.ask(question, end_s)
        except ChildTooSlow:
            raise
        except ChildDied:
            if not served:
                raise
            child = self._started(end_s)  # an earlier stream may have left it broken: ask a fresh one
            answer = child.ask(question, end_s)
        self._keep(child)
        return answer

    def _child(self, end_s: float) -> DecoderProcess:
        with self._lock:
            child = self._idle.pop() if self._idle else None
        if child is not None and child.alive:
            return child
        if child is not None:
            child.close()
        return self._started(end_s)

    def _started(self, end_s: float) -> DecoderProcess:
        child = DecoderProcess(self._limits, end_s)
        self.lacking = child.lacking
        return child

    def _keep(self, child: DecoderProcess) -> None:
        with self._lock:
            keep = not self._closed and child.asked < self._questions_each and not child.worn
            if keep:
                self._idle.append(child)
        if not keep:
            child.close()
