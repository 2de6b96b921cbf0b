"""`cctv-probe agent rotate`: a new key now, rather than after 90 days."""

from __future__ import annotations

import sys

from cctv_probe.cli import exits, options
from cctv_probe.cli.exits import Stop
from cctv_probe.cli.language import say
from cctv_probe.model.words import Text

ABOUT = Text(
    en="Replace this agent's key now; the agent does so by itself every 90 days.",
    th="เปลี่ยนกุญแจของตัวแทนนี้ทันที ปกติตัวแทนเปลี่ยนเองทุก 90 วัน",
)
_DONE = Text(en="The agent's key was replaced: {key}", th="เปลี่ยนกุญแจของตัวแทนแล้ว: {key}")
_OTHER = Text(
    en="The service is changing the key just now. Please try again in a minute.",
    th="บริการกำลังเปลี่ยนกุญแจอยู่ โปรดลองใหม่ในอีกหนึ่งนาที",
)
_WITHIN_S = 60.0


def rotate(config: options.AgentConfigFile = None, lang: options.Lang = "") -> None:
    """Replace the key, or end a replacement that was cut off."""
    from cctv_probe.agent.care.audit import AuditLog
    from cctv_probe.agent.enrolment.identity import IdentityError
    from cctv_probe.agent.enrolment.keys import KeyFileError
    from cctv_probe.agent.enrolment.rotate import RotationError
    from cctv_probe.agent.enrolment.rotate import rotate as rotate_key
    from cctv_probe.agent.upload.link_file import load_link
    from cctv_probe.agent.upload.route_words import RouteError
    from cctv_probe.cli.agent.enrol import not_written, register_of
    from cctv_probe.cli.agent.status import read_config
    from cctv_probe.cli.prepare import check_lang
    from cctv_probe.wire.clock import SystemClock
    from cctv_probe.wire.deadline import Deadline

    check_lang(lang)
    configured, clock = read_config(config), SystemClock()
    places, register = configured.places, register_of(configured)
    offset_s = load_link(places).clock_offset_s
    try:
        done = rotate_key(places, register, clock, offset_s=offset_s, deadline=Deadline.after(_WITHIN_S))
    except RouteError as error:
        raise Stop(exits.CENTRAL_UNAVAILABLE, error.text) from None
    except (RotationError, IdentityError, KeyFileError) as error:
        raise Stop(exits.NOTHING_DONE, error.text) from None
    except BlockingIOError:
        raise Stop(exits.TEMPORARY, _OTHER) from None
    except OSError as error:
        raise not_written(configured, error) from None
    AuditLog(places.audit, clock).note("key_rotated", key_id=done.enrolled.key_id)
    sys.stdout.write(say(_DONE.with_(key=done.enrolled.key_id)) + "\n")
