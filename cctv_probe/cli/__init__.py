"""The command line: one file a command. Nothing heavy is imported before a command runs, so that help is quick.

No rule about cameras stands here: commands read what was typed, call the pipeline, and show what it found.
"""

from __future__ import annotations

import sys


def main() -> None:
    """The `cctv-probe` command."""
    from cctv_probe.cli.app import build
    from cctv_probe.cli.exits import Stop, leave

    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    try:
        code = build()(prog_name="cctv-probe", standalone_mode=False)
    except Stop as stop:
        leave(stop)
    except BrokenPipeError:
        sys.stderr.close()
        raise SystemExit(0) from None
    except KeyboardInterrupt:
        raise SystemExit(130) from None
    except Exception as error:  # noqa: BLE001 - no traceback reaches a user: it is kept in a file, and a sentence says so
        from cctv_probe.cli.mishap import mishap, mistake

        leave(mistake(error) or mishap(error))
    raise SystemExit(code if isinstance(code, int) else 0)
