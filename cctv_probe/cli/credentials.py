"""`cctv-probe credentials test ADDRESS`: which login works at which service of one device, and how many tries remain."""

from __future__ import annotations

import json
import math
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cctv_probe.cli import exits, options
from cctv_probe.cli.exits import Stop
from cctv_probe.cli.language import say
from cctv_probe.model.words import Text

if TYPE_CHECKING:
    from cctv_probe.cli.login_trial import Trial
    from cctv_probe.cli.prepare import Asked
    from cctv_probe.model.device import Host
    from cctv_probe.visiting import Means

ABOUT = Text(
    en="Check the credentials for a device without risking a lock.", th="ตรวจสอบรหัสผ่านของอุปกรณ์โดยไม่เสี่ยงให้บัญชีถูกล็อก"
)
_TEST = Text(
    en="Say which login works at each service of one device, and how many tries remain. At most one login can fail.",
    th="บอกว่าเข้าสู่ระบบแต่ละบริการของอุปกรณ์ได้ด้วยวิธีใด และเหลือให้ลองได้อีกกี่ครั้ง โดยลองผิดไม่เกินหนึ่งครั้ง",
)
_ADDRESS = Text(en="The device's address.", th="ที่อยู่ของอุปกรณ์")
_JSON = Text(en="Print the result as JSON on standard output.", th="พิมพ์ผลเป็น JSON ทางเอาต์พุตมาตรฐาน")
_OUT = Text(en="Folder for the answers that were kept.", th="โฟลเดอร์สำหรับเก็บคำตอบของอุปกรณ์")
_ONE = Text(
    en="{targets} is more than one address. Name one device: its logins are tested one at a time.",
    th="{targets} มีมากกว่าหนึ่งที่อยู่ โปรดระบุอุปกรณ์เครื่องเดียว เพราะทดสอบได้ทีละเครื่อง",
)
_NOT_THERE = Text(
    en="{address} answered nothing. Check the address, that the device is switched on, and that it can be reached from here.",
    th="{address} ไม่ตอบ โปรดตรวจสอบที่อยู่ ว่าอุปกรณ์เปิดอยู่ และติดต่อได้จากเครื่องนี้",
)
_CLOSED = Text(
    en="{address} stands in a place that the scope file calls closed to the survey; no login is sent there.",
    th="{address} อยู่ในพื้นที่ที่ไฟล์ขอบเขตกำหนดเป็นพื้นที่ปิด จึงไม่ส่งข้อมูลเข้าสู่ระบบ",
)
_STOPPED = Text(en="Stopped; {address} was not asked to the end.", th="หยุดแล้ว ยังถาม {address} ไม่ครบ")


def group() -> typer.Typer:
    """The commands about credentials, in the language of this run."""
    commands = typer.Typer(no_args_is_help=True, rich_markup_mode=None, pretty_exceptions_enable=False)

    @commands.callback()
    def credentials() -> None:
        """A group by itself, though it has one command."""

    commands.command("test", help=say(_TEST), short_help=say(_TEST))(check)
    return commands


def check(
    address: Annotated[str, typer.Argument(help=say(_ADDRESS), metavar="ADDRESS")],
    scope: options.Scope = None,
    credentials: options.CredentialsOption = None,
    user: options.User = None,
    allow_public: options.AllowPublic = False,
    ports: options.Ports = "",
    out: Annotated[Path | None, typer.Option("--out", help=say(_OUT), metavar="FOLDER")] = None,
    as_json: Annotated[bool, typer.Option("--json", help=say(_JSON))] = False,
    device_seconds: options.Seconds = 120.0,
    no_arp: options.NoArp = False,
    no_multicast: options.NoMulticast = False,
    lang: options.Lang = "",
) -> None:
    """Try the login for one device, and say in words how it ended."""
    from cctv_probe.cli.prepare import Asked, check_lang

    check_lang(lang)
    asked = Asked(
        targets=(address,),
        scope_file=scope,
        credentials_file=credentials,
        user=user,
        allow_public=allow_public,
        ports=ports,
        out=out,
        device_seconds=device_seconds,
        no_arp=no_arp,
        no_multicast=no_multicast,
    )
    trial = _tried(asked)
    sys.stdout.write(_as_json(trial) if as_json else _as_text(trial))
    raise typer.Exit(exit_code(trial))


def _tried(asked: Asked) -> Trial:
    """The trial, with everything that it needs opened and closed again. Raises `Stop`."""
    from cctv_probe.cli.login_trial import try_logins
    from cctv_probe.cli.prepare import make_means, read_credentials, read_scope
    from cctv_probe.cli.scanning import stop_on_ctrl_c
    from cctv_probe.model.attempt import StepError
    from cctv_probe.wire.clock import SystemClock
    from cctv_probe.wire.run_id import new_run_id

    clock = SystemClock()
    scope, _ = read_scope(asked, clock)
    if len(scope.targets) != 1:
        raise Stop(exits.USAGE, _ONE.with_(targets=scope.targets.describe()))
    address = next(iter(scope.targets))
    if scope.scope_class(address) == "closed":
        raise Stop(exits.NOTHING_DONE, _CLOSED.with_(address=address))
    means = make_means(asked, scope, read_credentials(asked), clock, new_run_id(clock.now()))
    try:
        with stop_on_ctrl_c(means.stop):
            return try_logins(_host(address, means), means)
    except StepError:
        raise Stop(exits.INTERRUPTED, _STOPPED.with_(address=address)) from None
    finally:
        means.ledger.close()
        means.folder.close()


def _host(address: str, means: Means) -> Host:
    from cctv_probe.discover import discover

    found = discover(
        [address],
        means.scope,
        extra_ports=means.extra_ports,
        stop=means.stop,
        use_arp=means.use_arp,
        use_multicast=means.use_multicast,
    )
    if not found.hosts:
        raise Stop(exits.NOTHING_DONE, _NOT_THERE.with_(address=address))
    return found.hosts[0]


def exit_code(trial: Trial) -> int:
    """0 where the login works at every service that answers, 3 where it works at some, else 1. ONVIF that is switched off is no
    fault of a login."""
    from cctv_probe.cli.login_words import Outcome

    ended = [tried.outcome for tried in trial.services if tried.outcome is not Outcome.OFF]
    good = [outcome for outcome in ended if outcome in (Outcome.WORKS, Outcome.OPEN)]
    if good and len(good) == len(ended):
        return exits.ALL_READ
    return exits.PARTLY if good or Outcome.NO_PERMISSION in ended else exits.NOTHING_DONE


def _held_minutes(trial: Trial) -> int:
    return math.ceil(trial.held_s / 60)


def _as_text(trial: Trial) -> str:
    from cctv_probe.cli import login_words as words

    if not trial.services:
        return say(words.NO_SERVICE.with_(address=trial.address)) + "\n"
    heading = words.HEADING if trial.group else words.HEADING_WITHOUT
    lines = [say(heading.with_(address=trial.address, group=trial.group))]
    lines += [f"  {say(words.line_of(tried))}" for tried in trial.services]
    if trial.held_s > 0:
        lines.append(say(words.HELD.with_(minutes=_held_minutes(trial))))
    return "\n".join(lines) + "\n"


def _as_json(trial: Trial) -> str:
    from cctv_probe.cli import login_words as words

    services: list[dict[str, Any]] = [
        {
            "service": tried.service,
            "port": tried.port,
            "tls": tried.tls,
            "outcome": tried.outcome.value,
            "scheme": tried.scheme,
            "account": tried.account,
            "attempts_left": tried.attempts_left,
            "locked_s": tried.locked_s,
            "says": {"en": words.line_of(tried).en, "th": words.line_of(tried).th},
        }
        for tried in trial.services
    ]
    shape = {
        "address": trial.address,
        "group": trial.group,
        "held_back_minutes": _held_minutes(trial),
        "services": services,
    }
    return json.dumps(shape, ensure_ascii=False, indent=2) + "\n"
