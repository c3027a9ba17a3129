"""Decide a certificate again from its own text, with no search and no model."""

from __future__ import annotations

from lemmata.budget import Limits
from lemmata.certificate import Certificate
from lemmata.errors import BadCertificate
from lemmata.problem import canonical
from lemmata.provers.base import Backends, Check
from lemmata.registry import CHECKERS, resolve
from lemmata.verdict import Reason, Rejected, Unknown, Verdict, encode_verdict

_LIMITS = {Reason.TIMEOUT, Reason.MEMORY, Reason.BACKEND_FAILED}


def recheck(certificate: Certificate, backends: Backends, limits: Limits, *, place: str) -> Verdict:
    """Check the certificate's candidate against its problem and compare everything that is claimed.

    Args:
        certificate: as `decode_certificate` read it.
        backends: fresh ones; their processes have never seen the search.
        limits: for the one check.
        place: the file, for messages.

    Returns:
        The verdict, decided again; Unknown when a limit was reached before anything was decided.

    Raises:
        BadCertificate: the candidate is rejected, or its verdict, answer or facts differ from those claimed.
    """
    check: Check = resolve(CHECKERS, "lemmata.provers", certificate.candidate.form)
    judged = check(certificate.problem, certificate.candidate, backends, limits)
    if isinstance(judged, Rejected):
        if all(fault.reason in _LIMITS for fault in judged.faults):
            return Unknown(judged.faults[0].reason or Reason.TIMEOUT, judged.faults[0].text)
        faults = "; ".join(f"{f.place}: {f.text}" if f.place else f.text for f in judged.faults)
        raise BadCertificate(f"its candidate is rejected: {faults}", place=place)
    pairs = {
        "verdict": (encode_verdict(certificate.verdict), encode_verdict(judged.verdict)),
        "answer": (certificate.answer, judged.answer),
        "facts": (dict(certificate.facts), dict(judged.facts)),
    }
    for name, (claimed, found) in pairs.items():
        if canonical(claimed) != canonical(found):
            raise BadCertificate(
                f"its {name} is not what deciding again gives (claimed {_short(claimed)}, found {_short(found)})",
                place=place,
            )
    return judged.verdict


def _short(value: object) -> str:
    text = canonical(value)
    return text if len(text) <= 120 else text[:117] + "..."
