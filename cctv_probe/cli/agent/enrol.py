"""`cctv-probe agent enrol`: make this machine known to the register, with the one-time token of the letter."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cctv_probe.cli import exits, options
from cctv_probe.cli.exits import Stop
from cctv_probe.cli.language import say
from cctv_probe.model.words import Text

if TYPE_CHECKING:
    from cctv_probe.agent.config import AgentConfig
    from cctv_probe.agent.enrolment.identity import Identity
    from cctv_probe.agent.upload.register import Register
    from cctv_probe.contract.token import EnrolmentToken
    from cctv_probe.wire.clock import Clock

ABOUT = Text(
    en="Enrol this machine at the register with a one-time token, which is asked for or read from standard input.",
    th="ลงทะเบียนเครื่องนี้กับทะเบียนกลางด้วยรหัสใช้ครั้งเดียว โดยพิมพ์เมื่อโปรแกรมถามหรืออ่านจากอินพุตมาตรฐาน",
)
_FILE = Text(
    en="Read the token from this file; - is standard input. A token never stands on the command line, where others see it.",
    th="อ่านรหัสลงทะเบียนจากไฟล์นี้ (- คืออินพุตมาตรฐาน) ไม่ใส่รหัสในบรรทัดคำสั่ง เพราะผู้อื่นมองเห็นได้",
)
_AGAIN = Text(
    en="Enrol once more with a new token, under a new agent id and key, though this machine is enrolled already.",
    th="ลงทะเบียนใหม่ด้วยรหัสใหม่ โดยใช้หมายเลขตัวแทนและกุญแจใหม่ แม้เครื่องนี้ลงทะเบียนไว้แล้ว",
)
_WRITE = Text(
    en="For a site without a way out: write the request to this file, to be carried to the register.",
    th="สำหรับพื้นที่ที่ไม่มีทางออกสู่ภายนอก: เขียนคำขอลงไฟล์นี้ เพื่อนำไปยังทะเบียนกลาง",
)
_ANSWER = Text(en="The register's answer to such a request, carried back.", th="คำตอบของทะเบียนกลางต่อคำขอนั้นที่นำกลับมา")
_WRITTEN = Text(
    en="Written: {path}. Please carry it to the register and show it to nobody else, since it holds the token; then: cctv-probe agent enrol --answer FILE",
    th="เขียนไฟล์แล้ว: {path} โปรดนำไปยังทะเบียนกลางและไม่ให้ผู้อื่นเห็น เพราะมีรหัสลงทะเบียนอยู่ในไฟล์ จากนั้นสั่ง cctv-probe agent enrol --answer FILE",
)
_PROMPT = Text(en="Token from the register's letter: ", th="รหัสลงทะเบียนตามหนังสือจากทะเบียนกลาง: ")
_DONE = Text(
    en="Enrolled: {name} ({lao}), agent {agent}, at {url}.", th="ลงทะเบียนแล้ว: {name} ({lao}) ตัวแทน {agent} ที่ {url}"
)
_ALREADY = Text(
    en="This machine is enrolled already: {name} ({lao}), agent {agent}, at {url}. To do it again with a new token: --again",
    th="เครื่องนี้ลงทะเบียนไว้แล้ว: {name} ({lao}) ตัวแทน {agent} ที่ {url} หากต้องการทำใหม่ด้วยรหัสใหม่ ให้ใช้ --again",
)
_OTHER_NOW = Text(
    en="This machine is enrolled for {lao} at {url}, but the configuration now names {scope} at {wanted}. To enrol there with a new token: --again",
    th="เครื่องนี้ลงทะเบียนไว้เป็นของ {lao} ที่ {url} แต่ไฟล์ตั้งค่าระบุ {scope} ที่ {wanted} หากต้องการลงทะเบียนใหม่ด้วยรหัสใหม่ ให้ใช้ --again",
)
_NO_REGISTER = Text(
    en="{path} names no register. Please add register: url: first.",
    th="{path} ไม่ได้ระบุทะเบียนกลาง โปรดเพิ่ม register: url: ก่อน",
)
_NO_LAO = Text(
    en="The scope file {path} has no lao_code. Please add the municipality's eight digits first.",
    th="ไฟล์ขอบเขต {path} ไม่มี lao_code โปรดเพิ่มรหัส อปท. 8 หลักก่อน",
)
_NO_FILE = Text(en="{path} cannot be read or written ({why}).", th="อ่านหรือเขียน {path} ไม่ได้ ({why})")
_NOT_WRITTEN = Text(
    en="The state folder {path} cannot be written ({why}). Please run this as the agent's own user, or with sudo.",
    th="เขียนโฟลเดอร์สถานะ {path} ไม่ได้ ({why}) โปรดสั่งงานด้วยบัญชีผู้ใช้ของตัวแทนหรือใช้ sudo",
)
_MOST_TYPED = 2000
_MOST_ANSWER = 1 << 20
_EXITS = {"unavailable": exits.CENTRAL_UNAVAILABLE, "configuration": exits.CONFIGURATION}


def enrol(
    config: options.AgentConfigFile = None,
    token_file: Annotated[Path | None, typer.Option("--token-file", help=say(_FILE), metavar="FILE")] = None,
    again: Annotated[bool, typer.Option("--again", help=say(_AGAIN))] = False,
    write_request: Annotated[Path | None, typer.Option("--write-request", help=say(_WRITE), metavar="FILE")] = None,
    answer: Annotated[Path | None, typer.Option("--answer", help=say(_ANSWER), metavar="FILE")] = None,
    lang: options.Lang = "",
) -> None:
    """Ask the register, keep identity and key. Given again after a lost answer, it asks the same again."""
    from cctv_probe.cli.agent.status import read_config
    from cctv_probe.cli.prepare import check_lang
    from cctv_probe.wire.clock import SystemClock

    check_lang(lang)
    configured, clock = read_config(config), SystemClock()
    if answer is not None:
        _done(configured, _answered(configured, answer, clock), clock)
        return
    register = None if write_request is not None else register_of(configured)
    lao_code = _lao_code(configured, clock)
    if not again and (known := _known(configured)) is not None:
        _say_known(known, lao_code, register)
        return
    token = _token(token_file)
    if register is None:
        assert write_request is not None
        _write_request(configured, write_request, token, lao_code, clock)
        return
    _done(configured, _enrolled(configured, register, token, lao_code, clock), clock)


def _done(config: AgentConfig, identity: Identity, clock: Clock) -> None:
    from cctv_probe.agent.care.audit import AuditLog

    audit = AuditLog(config.places.audit, clock)
    audit.note("enrolled", agent_id=identity.agent_id, lao_code=identity.lao_code, url=identity.register_url)
    sys.stdout.write(say(_DONE.with_(**_told(identity))) + "\n")


def _say_known(known: Identity, lao_code: str, register: Register | None) -> None:
    told = _told(known)
    wanted = register.url if register else known.register_url
    if (known.lao_code, known.register_url) != (lao_code, wanted):
        raise Stop(exits.CONFIGURATION, _OTHER_NOW.with_(**told, scope=lao_code, wanted=wanted))
    sys.stdout.write(say(_ALREADY.with_(**told)) + "\n")


def _write_request(config: AgentConfig, path: Path, token: EnrolmentToken, lao_code: str, clock: Clock) -> None:
    from cctv_probe import __version__
    from cctv_probe.agent.enrolment.by_hand import write_request
    from cctv_probe.agent.enrolment.enrol_words import EnrolError
    from cctv_probe.agent.enrolment.private_file import write_private

    url, program = config.register.url if config.register else None, f"cctv-probe {__version__}"
    try:
        data = write_request(config.places, token, lao_code=lao_code, url=url, program=program, clock=clock)
    except EnrolError as error:
        raise Stop(_EXITS.get(error.code, exits.NOTHING_DONE), error.text) from None
    except OSError as error:
        raise not_written(config, error) from None
    try:
        write_private(path, data)
    except OSError as error:
        raise Stop(exits.PERMISSION, _NO_FILE.with_(path=path, why=error.strerror or "-")) from None
    sys.stdout.write(say(_WRITTEN.with_(path=path)) + "\n")


def _answered(config: AgentConfig, path: Path, clock: Clock) -> Identity:
    from cctv_probe.agent.enrolment.by_hand import take_answer
    from cctv_probe.agent.enrolment.enrol_words import EnrolError

    try:
        with path.open("rb") as file:
            data = file.read(_MOST_ANSWER)
    except OSError as error:
        raise Stop(exits.USAGE, _NO_FILE.with_(path=path, why=error.strerror or "-")) from None
    try:
        return take_answer(config.places, data, clock)
    except EnrolError as error:
        raise Stop(_EXITS.get(error.code, exits.NOTHING_DONE), error.text) from None
    except OSError as error:
        raise not_written(config, error) from None


def register_of(config: AgentConfig) -> Register:
    """The register that the configuration names. Raises `Stop`."""
    from cctv_probe.agent.upload.register import Register
    from cctv_probe.agent.upload.route_words import RouteError

    if config.register is None:
        raise Stop(exits.CONFIGURATION, _NO_REGISTER.with_(path=config.path))
    try:
        return Register(config.register)
    except RouteError as error:
        raise Stop(exits.CONFIGURATION, error.text) from None


def not_written(config: AgentConfig, error: OSError) -> Stop:
    """The sentence where the state folder refuses."""
    return Stop(exits.PERMISSION, _NOT_WRITTEN.with_(path=config.places.folder, why=error.strerror or "-"))


def _told(identity: Identity) -> dict[str, object]:
    from cctv_probe.survey.safe_text import clean

    return {
        "name": clean(identity.name, 200),
        "lao": identity.lao_code,
        "agent": identity.agent_id,
        "url": identity.register_url,
    }


def _known(config: AgentConfig) -> Identity | None:
    from cctv_probe.agent.enrolment.identity import IdentityError, load_identity

    try:
        return load_identity(config.places)
    except IdentityError as error:
        raise Stop(exits.PERMISSION if not error.damaged else exits.NOTHING_DONE, error.text) from None


def _lao_code(config: AgentConfig, clock: Clock) -> str:
    from zoneinfo import ZoneInfo

    from cctv_probe.scope.addresses import ScopeError
    from cctv_probe.scope.file import load_scope
    from cctv_probe.scope.yaml_file import ConfigError

    try:
        scope = load_scope(config.scope, today=clock.now().astimezone(ZoneInfo("Asia/Bangkok")).date())
    except (ConfigError, ScopeError) as error:
        raise Stop(exits.CONFIGURATION, error.text) from None
    if scope.lao_code is None:
        raise Stop(exits.CONFIGURATION, _NO_LAO.with_(path=config.scope))
    return scope.lao_code


def _token(file: Path | None) -> EnrolmentToken:
    from cctv_probe.contract.token import TokenError, parse_token

    try:
        return parse_token(_typed(file))
    except TokenError as error:
        raise Stop(exits.USAGE, error.text) from None


def _typed(file: Path | None) -> str:
    """What was typed, piped in, or stands in the file; the first line that holds anything."""
    if file is not None and str(file) != "-":
        try:
            with file.open("rb") as opened:
                text = opened.read(_MOST_TYPED).decode("utf-8-sig", "replace")
        except OSError as error:
            raise Stop(exits.USAGE, _NO_FILE.with_(path=file, why=error.strerror or "-")) from None
    elif file is None and sys.stdin.isatty():
        sys.stderr.write(say(_PROMPT))
        sys.stderr.flush()
        text = sys.stdin.readline(_MOST_TYPED)
    else:
        text = sys.stdin.read(_MOST_TYPED)
    return next((line for line in text.splitlines() if line.strip()), "")


def _enrolled(config: AgentConfig, register: Register, token: EnrolmentToken, lao_code: str, clock: Clock) -> Identity:
    from cctv_probe import __version__
    from cctv_probe.agent.enrolment.enrol import enrol as enrol_machine
    from cctv_probe.agent.enrolment.enrol_words import EnrolError

    program = f"cctv-probe {__version__}"
    try:
        return enrol_machine(config.places, register, token, lao_code=lao_code, program=program, clock=clock)
    except EnrolError as error:
        raise Stop(_EXITS.get(error.code, exits.NOTHING_DONE), error.text) from None
    except OSError as error:
        raise not_written(config, error) from None
