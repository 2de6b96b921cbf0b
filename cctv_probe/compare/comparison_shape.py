"""A comparison in its outer shape: plain dicts and lists, every key always there. Keys are added, never renamed. Pure."""

from __future__ import annotations

from typing import Any

from cctv_probe.compare.comparison import Comparison, RowResult, UndeclaredCamera
from cctv_probe.compare.linkage import Linkage
from cctv_probe.compare.matching.declared import DeclaredCamera
from cctv_probe.compare.matching.found import FoundCamera
from cctv_probe.compare.matching.result import Pair, Question
from cctv_probe.compare.profiles import Profile, ProfileResult
from cctv_probe.compare.repair import Repair
from cctv_probe.compare.verdicts.verdict import Verdict
from cctv_probe.survey.shape import finding_shape, plain, run_shape, text_shape
from cctv_probe.wire.clock import utc_text

COMPARISON_VERSION = 1

Json = dict[str, Any]


def comparison_shape(comparison: Comparison) -> Json:
    """What `cctv-probe compare --json` prints."""
    matching, counts, options = comparison.matching, comparison.counts, comparison.options
    return {
        "comparison_version": COMPARISON_VERSION,
        "compared_utc": utc_text(options.now),
        "max_age_days": options.max_age_days,
        "uplink_bps": options.uplink_bps,
        "run": run_shape(comparison.survey.run),
        "counts": {
            "declared": counts.declared,
            "found": counts.found,
            "states": dict(sorted(counts.states.items())),
            "confidences": dict(sorted(counts.confidences.items())),
            "moved": counts.moved,
            "undeclared": counts.undeclared,
            "asked_about": counts.asked_about,
            "verdicts": {field: dict(sorted(each.items())) for field, each in counts.verdicts.items()},
            "linkage": dict(sorted(counts.linkage.items())),
            "repairs": dict(sorted(counts.repairs.items())),
        },
        "address_agreement": matching.address_agreement,
        "rows": [_row(row) for row in comparison.rows],
        "undeclared": [_undeclared(each) for each in comparison.undeclared],
        "stale_decisions": [
            {"declared": each.declared, "found": each.found, "why": text_shape(each.why)}
            for each in matching.stale_decisions
        ],
        "linkage": [_linkage(each) for each in comparison.linkage],
        "repairs": [_repair(each) for each in comparison.repairs],
        "profiles": [_profile(each) for each in options.profiles],
        "profile_results": [_profile_result(each) for each in comparison.profile_results],
    }


def _row(row: RowResult) -> Json:
    return {
        "declared": _declared(row.declared),
        "state": row.state,
        "code": row.code,
        "why": text_shape(row.why),
        "repeats": row.repeats,
        "found": _found(row.found) if row.found else None,
        "pair": _pair(row.pair) if row.pair else None,
        "question": _question(row.question) if row.question else None,
        "verdicts": {verdict.field: verdict_shape(verdict) for verdict in row.verdicts},
    }


def _declared(camera: DeclaredCamera) -> Json:
    keys = (
        "key",
        "row",
        "camera_id",
        "serial",
        "mac",
        "address",
        "port",
        "channel",
        "name",
        "place",
        "model",
        "latitude",
        "longitude",
    )
    return {key: getattr(camera, key) for key in keys}


def _found(found: FoundCamera) -> Json:
    camera = found.camera
    return {"id": found.key, "name": camera.name, "device": camera.device, "channel": camera.channel}


def _pair(pair: Pair) -> Json:
    return {
        "key": pair.key,
        "agreeing": list(pair.agreeing),
        "confidence": pair.confidence,
        "score": pair.score,
        "lead": plain(pair.lead),
        "moved": pair.moved,
        "swapped_with": pair.swapped_with,
        "findings": [finding_shape(finding) for finding in pair.findings],
    }


def _question(question: Question) -> Json:
    return {
        "code": question.code,
        "why": text_shape(question.why),
        "candidates": [
            {"id": each.found, "score": each.score, "agreeing": list(each.agreeing)} for each in question.candidates
        ],
    }


def verdict_shape(verdict: Verdict) -> Json:
    """One verdict."""
    return {
        "verdict": verdict.verdict,
        "direction": verdict.direction,
        "compliant": verdict.is_compliant,
        "severity": verdict.severity,
        "sentence": text_shape(verdict.sentence),
        "raw": verdict.raw,
        "canonical": verdict.canonical,
        "observed": plain(verdict.observed),
        "standing": verdict.standing,
        "source": verdict.source,
        "proxy": verdict.proxy,
    }


def _undeclared(each: UndeclaredCamera) -> Json:
    return {
        "found": _found(each.found),
        "asked_about": each.asked_about,
        "verdicts": {verdict.field: verdict_shape(verdict) for verdict in each.verdicts},
    }


def _linkage(each: Linkage) -> Json:
    checks = [{"name": check.name, "answer": check.answer, "why": text_shape(check.why)} for check in each.checks]
    return {"found": each.found, "answer": each.answer, "checks": checks}


def _repair(each: Repair) -> Json:
    return {
        "code": each.code,
        "severity": each.severity,
        "title": text_shape(each.title),
        "address": each.address,
        "declared": each.declared,
        "found": each.found,
        "cameras": each.cameras,
        "why": text_shape(each.why),
        "action": text_shape(each.action),
    }


def _profile(profile: Profile) -> Json:
    return profile.model_dump(mode="json")


def _profile_result(each: ProfileResult) -> Json:
    return {
        "profile": each.profile,
        "found": each.found,
        "ending": each.ending,
        "results": [
            {
                "requirement": result.requirement,
                "ending": result.ending,
                "required": result.required,
                "observed": result.observed,
                "sentence": text_shape(result.sentence),
            }
            for result in each.results
        ],
    }
