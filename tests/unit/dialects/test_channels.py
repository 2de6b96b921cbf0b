"""From profiles in whatever order devices list them to channels and streams."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cctv_probe.dialects.onvif.answers_media import EncoderConfiguration, Profile
from cctv_probe.dialects.onvif.channels import MOST_CHANNELS, SourceChannel, arrange
from cctv_probe.model.units import Resolution


def encoder(token: str | None, size: str | None, codec: str | None = "h264") -> EncoderConfiguration:
    return EncoderConfiguration(
        token=token, name=None, codec=codec, resolution=Resolution.parse(size) if size else None, frame_rate=25.0,
        frame_rate_limit=25.0, bit_rate_bps=None, gop=None, profile=None,
    )  # fmt: skip


def profile(
    token: str,
    source: str | None = "S1",
    size: str | None = "1920x1080",
    codec: str = "h264",
    *,
    encoded_by: str | None = "",
) -> Profile:
    """A profile; `encoded_by` is its encoder's token (empty: named after the profile), None for no encoder at all."""
    made = None if encoded_by is None else encoder(encoded_by or f"E-{token}", size, codec)
    return Profile(token, f"name of {token}", source, f"VSC-{source}", f"กล้อง {source}", made)


def streams(channel: SourceChannel) -> list[tuple[str, str | None, str | None]]:
    """(name, token of Media2's profile, token of Media1's) of each stream."""
    return [(one.name, _token(one.media2), _token(one.media1)) for one in channel.streams]


def _token(one: Profile | None) -> str | None:
    return one.token if one else None


def mains(channels: tuple[SourceChannel, ...]) -> list[str]:
    return [channel.streams[0].profile.token for channel in channels]


HD, SUB, JPEG = profile("P1"), profile("P2", size="640x360"), profile("P3", size="2688x1520", codec="mjpeg")


@pytest.mark.parametrize(
    "listed", [(HD, SUB, JPEG), (JPEG, SUB, HD), (SUB, HD, JPEG), (SUB, JPEG, HD), (JPEG, HD, SUB)]
)
def test_the_largest_moving_picture_is_main_in_whatever_order(listed: tuple[Profile, ...]) -> None:
    (channel,) = arrange(["S1"], listed, ())
    assert streams(channel) == [("main", "P1", None), ("sub", "P2", None), ("sub2", "P3", None)]
    assert (channel.number, channel.token, channel.name) == (1, "S1", "กล้อง S1")
    assert channel.configuration_tokens == {"VSC-S1"}


def test_a_camera_that_sends_only_pictures_has_a_main_stream_too() -> None:
    (channel,) = arrange(["S1"], (), (JPEG,))
    assert streams(channel) == [("main", None, "P3")]


def test_several_profiles_of_one_encoder_are_one_stream() -> None:
    listed = (
        profile("A", encoded_by="E1"),
        profile("B", encoded_by="E1"),
        profile("C", size="640x360", encoded_by="E2"),
    )
    (channel,) = arrange(["S1"], listed, ())
    assert streams(channel) == [("main", "A", None), ("sub", "C", None)]


def test_both_versions_are_joined_by_profile_token() -> None:
    media2 = (profile("P1", codec="h265"), profile("P2", size="640x360"))
    media1 = (profile("P2", size="640x360", encoded_by="other"), profile("P1"))
    (channel,) = arrange(["S1"], media2, media1)
    assert streams(channel) == [("main", "P1", "P1"), ("sub", "P2", "P2")]
    assert channel.streams[0].profile.encoder is not None
    assert channel.streams[0].profile.encoder.codec == "h265", "Media1 does not know H.265"


def test_both_versions_are_joined_by_encoder_token_else() -> None:
    (channel,) = arrange(
        ["S1"], (profile("m2", encoded_by="E1"),), (profile("m1", encoded_by="E1"), profile("x", encoded_by="E9"))
    )
    assert streams(channel) == [("main", "m2", "m1"), ("sub", None, "x")]


def test_profiles_that_share_nothing_stand_alone() -> None:
    (channel,) = arrange(["S1"], (profile("a", encoded_by="E1"),), (profile("b", "S1", "640x360", encoded_by="E2"),))
    assert streams(channel) == [("main", "a", None), ("sub", None, "b")]


def test_encoders_without_tokens_are_not_taken_for_one() -> None:
    listed = tuple(
        Profile(f"P{n}", None, "S1", None, None, encoder(None, size)) for n, size in enumerate(("640x360", "1920x1080"))
    )
    (channel,) = arrange(["S1"], listed, listed)
    assert streams(channel) == [("main", "P1", "P1"), ("sub", "P0", "P0")]


def test_an_encoder_without_a_size_comes_last_of_its_kind() -> None:
    (channel,) = arrange(["S1"], (profile("none", size=None), SUB, JPEG), ())
    assert [stream.profile.token for stream in channel.streams] == ["P2", "none", "P3"]


def test_channels_follow_the_sources_not_the_profiles() -> None:
    listed = tuple(profile(f"P{n}", f"S{n}") for n in (3, 1, 2))
    channels = arrange(["S2", "S3", "S1"], listed, ())
    assert [(channel.number, channel.token) for channel in channels] == [(1, "S2"), (2, "S3"), (3, "S1")]


def test_an_empty_slot_is_left_out_and_the_others_keep_their_numbers() -> None:
    channels = arrange(["S1", "S2", "S3", "S4"], (profile("a", "S1"), profile("c", "S3")), ())
    assert [(channel.number, channel.token) for channel in channels] == [(1, "S1"), (3, "S3")]


def test_sources_that_only_profiles_name_come_after_in_natural_order() -> None:
    listed = tuple(profile(f"P{n}", f"ch{n}") for n in (10, 2, 1, 33))
    assert [channel.token for channel in arrange([], listed, ())] == ["ch1", "ch2", "ch10", "ch33"]
    assert [(c.number, c.token) for c in arrange(["ch10"], listed, ())] == [
        (1, "ch10"),
        (2, "ch1"),
        (3, "ch2"),
        (4, "ch33"),
    ]


def test_sources_named_twice_count_once() -> None:
    assert len(arrange(["S1", "S1", "S1"], (HD,), ())) == 1


def test_a_profile_without_an_encoder_shows_a_channel_without_streams() -> None:
    (channel,) = arrange(["S1"], (profile("P1", encoded_by=None),), ())
    assert (channel.streams, channel.name) == ((), "กล้อง S1")


def test_a_profile_without_anything_shows_nothing() -> None:
    assert arrange(["S1"], (Profile("P1", "x", None, None, None, None),), ()) == ()


def test_a_profile_that_names_no_source_is_a_channel_of_its_own() -> None:
    (channel,) = arrange([], (), (profile("P1", None),))
    assert streams(channel) == [("main", None, "P1")]


def test_a_recorder_of_64_channels() -> None:
    listed = [
        profile(f"{kind}{n}", f"VideoSource_{n}", size)
        for n in range(1, 65)
        for kind, size in (("main", "1920x1080"), ("sub", "640x360"))
    ]
    random.Random(7).shuffle(listed)
    channels = arrange([f"VideoSource_{n}" for n in range(1, 65)], tuple(listed), tuple(reversed(listed)))
    assert [channel.number for channel in channels] == list(range(1, 65))
    assert mains(channels) == [f"main{n}" for n in range(1, 65)]
    assert all(
        streams(channel) == [("main", f"main{n}", f"main{n}"), ("sub", f"sub{n}", f"sub{n}")]
        for n, channel in enumerate(channels, 1)
    )


def test_a_device_that_lists_sources_without_end_is_cut_off() -> None:
    assert len(arrange([], tuple(profile(f"P{n}", f"S{n}") for n in range(MOST_CHANNELS + 50)), ())) == MOST_CHANNELS


_TOKENS = st.one_of(st.sampled_from(["S1", "S2", "ch10", "ch2", "²", "๑", "9" * 5000, ""]), st.text(max_size=6))
_PROFILES = st.lists(
    st.builds(
        profile, _TOKENS, st.one_of(st.none(), _TOKENS), st.sampled_from([None, "640x360", "1920x1080"]),
        st.sampled_from(["h264", "h265", "mjpeg", "odd"]), encoded_by=st.one_of(st.none(), _TOKENS),
    ),
    max_size=12,
)  # fmt: skip


@given(st.lists(_TOKENS, max_size=5), _PROFILES, _PROFILES)
def test_any_profiles_are_arranged(sources: list[str], media2: list[Profile], media1: list[Profile]) -> None:
    channels = arrange(sources, tuple(media2), tuple(media1))
    numbers = [channel.number for channel in channels]
    assert numbers == sorted(set(numbers))
    assert len({channel.token for channel in channels}) == len(channels)
    shown = [stream.profile for channel in channels for stream in channel.streams]
    assert len(shown) == len({id(one) for one in shown}), "no profile is shown twice"
    for channel in channels:
        assert [stream.name for stream in channel.streams] == ["main", "sub", *(f"sub{n}" for n in range(2, 30))][
            : len(channel.streams)
        ]
