"""A bounded reader of bits and Exp-Golomb numbers, pure (ITU-T H.264, 7.2 and 9.1; H.265 the same)."""

from __future__ import annotations


class MalformedParameterSet(Exception):
    """A parameter set that cannot be read; the message is for the log, in English."""


class BitReader:
    """Reads `data` from its first bit, most significant first. Every read past the end is `MalformedParameterSet`."""

    def __init__(self, data: bytes) -> None:
        self._value = int.from_bytes(data, "big")
        self._left = 8 * len(data)

    @property
    def bits_left(self) -> int:
        """How many bits have not been read."""
        return self._left

    def u(self, count: int) -> int:
        """The next `count` bits as an unsigned number."""
        if count > self._left:
            raise MalformedParameterSet("it ends too early")
        self._left -= count
        return (self._value >> self._left) & ((1 << count) - 1)

    def flag(self) -> bool:
        """The next bit."""
        return bool(self.u(1))

    def skip(self, count: int) -> None:
        """Pass over `count` bits."""
        self.u(count)

    def ue(self, most: int = 0xFFFF_FFFE) -> int:
        """The next unsigned Exp-Golomb number, at most `most`: a larger one is malformed."""
        zeros = 0
        while not self.flag():
            zeros += 1
            if zeros > 31:
                raise MalformedParameterSet("a number is longer than 32 bits")
        number = (1 << zeros) - 1 + self.u(zeros)
        if number > most:
            raise MalformedParameterSet("a number is out of its range")
        return number

    def se(self) -> int:
        """The next signed Exp-Golomb number."""
        number = self.ue()
        return (number + 1) // 2 if number % 2 else -(number // 2)


def without_emulation_prevention(payload: bytes) -> bytes:
    """The raw byte sequence in a NAL unit: each 3 after two zero bytes is taken out (H.264, 7.3.1)."""
    pieces = payload.split(b"\x00\x00\x03")
    return b"\x00\x00".join(pieces)
