"""The key's and the identity's files: for this user only, whole or not there, damage said in a sentence."""

from __future__ import annotations

import os
import stat
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from cctv_probe.agent.enrolment.identity import (
    Enrolled,
    Identity,
    IdentityError,
    enrolment_key,
    load_enrolled,
    load_identity,
    read_identity,
    save_identity,
)
from cctv_probe.agent.enrolment.keys import KeyFileError, id_of, load_key, new_key
from cctv_probe.agent.enrolment.private_file import only_one, write_private
from cctv_probe.agent.places import Places
from cctv_probe.contract.enrolment import RegisterKey
from cctv_probe.contract.keys import public_key_text
from cctv_probe.wire.clock import utc_text

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
REGISTER = Ed25519PrivateKey.from_private_bytes(bytes(32))


def _identity(*keys: Ed25519PrivateKey) -> Identity:
    public = REGISTER.public_key()
    return Identity(
        agent_id="01900000-0000-7000-8000-000000000001",
        lao_code="74010000",
        register_url="https://register.example",
        name="เทศบาล",
        enrolled_utc=utc_text(NOW),
        register_keys=(RegisterKey(id=id_of(REGISTER), public_key=public_key_text(public)),),
        keys_made={id_of(key): utc_text(NOW) for key in keys},
    )


def test_a_key_is_for_this_user_only(tmp_path: Path) -> None:
    path = tmp_path / "agent" / "key.pem"
    key = new_key(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert id_of(load_key(path)) == id_of(key)
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o622, 0o644])
def test_a_key_that_others_may_touch_is_refused(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "key.pem"
    new_key(path)
    path.chmod(mode)
    with pytest.raises(KeyFileError) as caught:
        load_key(path)
    assert "chmod 600" in caught.value.text.en
    assert str(path) in caught.value.text.th


def test_what_is_no_key_is_said_without_showing_it(tmp_path: Path) -> None:
    path = tmp_path / "key.pem"
    other = rsa.generate_private_key(65537, 2048).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    locked = Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.BestAvailableEncryption(b"x")
    )
    for content in (b"", b"hunter2", other, locked, bytes(100)):
        write_private(path, content)
        with pytest.raises(KeyFileError) as caught:
            load_key(path)
        assert "hunter2" not in caught.value.text.en
    path.unlink()
    with pytest.raises(KeyFileError, match="enrol"):
        load_key(path)
    target = tmp_path / "elsewhere.pem"
    new_key(target)
    path.symlink_to(target)
    with pytest.raises(KeyFileError):
        load_key(path)


def test_an_identity_outlives_the_process(tmp_path: Path) -> None:
    places = Places(tmp_path)
    key = new_key(places.key)
    save_identity(places, _identity(key))
    found = load_enrolled(places)
    assert found.identity == _identity(key)
    assert found.key_id == id_of(key)
    assert list(found.identity.trusted()) == [id_of(REGISTER)]
    assert stat.S_IMODE(places.identity.stat().st_mode) == 0o600


def test_nobody_is_enrolled_by_default(tmp_path: Path) -> None:
    assert load_identity(Places(tmp_path)) is None
    with pytest.raises(IdentityError) as caught:
        load_enrolled(Places(tmp_path))
    assert "agent enrol" in caught.value.text.en
    assert not caught.value.damaged


@pytest.mark.parametrize("content", [b"", b"{}", b"null", b"{" * 100_000, b"\xff\xfe", b'{"version": 2}'])
def test_a_damaged_identity_is_said(tmp_path: Path, content: bytes) -> None:
    places = Places(tmp_path)
    write_private(places.identity, content)
    with pytest.raises(IdentityError) as caught:
        load_identity(places)
    assert caught.value.damaged
    assert str(places.identity) in caught.value.text.th


@given(st.binary(max_size=300))
def test_any_bytes_are_an_identity_or_a_value_error(data: bytes) -> None:
    with pytest.raises(ValueError):
        read_identity(data)


def test_a_key_is_due_after_90_days_whatever_the_clock_did(tmp_path: Path) -> None:
    key = new_key(tmp_path / "key.pem")
    enrolled = Enrolled(_identity(key), key)
    assert not enrolled.rotation_due(NOW + timedelta(days=89))
    assert enrolled.rotation_due(NOW + timedelta(days=90))
    assert not enrolled.rotation_due(NOW - timedelta(days=1000))
    assert Enrolled(replace(enrolled.identity, keys_made={}), key).rotation_due(NOW)


def test_an_enrolment_that_was_cut_off_is_ended_at_the_next_start(tmp_path: Path) -> None:
    places = Places(tmp_path)
    old = new_key(places.key)
    new = new_key(enrolment_key(places))
    save_identity(places, _identity(new))
    assert load_enrolled(places).key_id == id_of(new)
    assert id_of(load_key(places.key)) == id_of(new) != id_of(old)
    assert not enrolment_key(places).exists()


def test_a_key_of_an_enrolment_that_was_never_confirmed_changes_nothing(tmp_path: Path) -> None:
    places = Places(tmp_path)
    key = new_key(places.key)
    new_key(enrolment_key(places))
    save_identity(places, _identity(key))
    assert load_enrolled(places).key_id == id_of(key)


def test_a_write_that_fails_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "file"
    write_private(path, b"old")

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="space"):
        write_private(path, b"new")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_keys_are_changed_by_one_process_at_a_time(tmp_path: Path) -> None:
    with only_one(tmp_path / "lock"), pytest.raises(BlockingIOError), only_one(tmp_path / "lock"):
        pass
    with only_one(tmp_path / "lock"):
        assert (tmp_path / "lock").exists()
