"""A Lean server that speaks Kimina's protocol (`POST /verify`), asked what a search wants to know.

Its word is a hint: it may have another Lean, other libraries or bad intentions. It gives no proof that could be
audited, so that nothing it says can become a verdict; what it likes is checked here like everything else.
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, OpenerDirector, Request, build_opener

from lemmata.errors import BackendMissing, BadInput
from lemmata.provers.lean.failure import Cause, LeanFailed

_GRACE_S = 15.0  # for the way there and back, and for the server to end what ran too long
_LONGEST = 64 << 20
_WRONG = "correct LEMMATA_LEAN_SERVER, or start the server"


@dataclass(frozen=True, slots=True)
class Told:
    """What the server says of one text.

    Args:
        messages: as the driver gives them: severity, line, column and text.
        open: whether a `sorry` is left in it.
    """

    messages: tuple[Mapping[str, Any], ...]
    open: bool

    @property
    def ok(self) -> bool:
        """Whether it elaborated with nothing left open, if the server is right."""
        return not self.open and all(m["severity"] != "error" for m in self.messages)


class Kimina:
    """A client for one server, for requests that a search makes.

    Args:
        url: of the server, without the `/verify`.
        key: sent as a bearer token; empty: none.

    Raises:
        BadInput: it isn't the address of a web server.
    """

    epoch = 0  # it keeps nothing for us
    busy = False  # how many requests it takes at once is the server's business

    def __init__(self, url: str, *, key: str = "") -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise BadInput(f"expected an address like http://localhost:8000, got {url!r}", place="lean_server")
        self._url, self._key = url.rstrip("/"), key
        self._opener: OpenerDirector = build_opener(_Straight)

    def start(self) -> None: ...

    def discard(self) -> None: ...

    def close(self) -> None: ...

    def ask(self, op: str, fields: Mapping[str, Any], *, wall_s: float) -> Mapping[str, Any]:
        """Whether the server elaborates a proof: the only request that it can stand in for.

        Raises:
            LeanFailed: a limit was reached there, or it answered something else.
            BackendMissing: it is not there, or refuses us.
        """
        if op != "prove" or fields.get("export"):
            raise LeanFailed(
                Cause.PROTOCOL, f"a Lean server only gives hints, and no {'proof data' if op == 'prove' else op}"
            )
        began = time.monotonic()
        before = f"{fields['context']}set_option maxHeartbeats {fields.get('heartbeats', 200_000)} in\n"
        (told,) = self.verify([f"{before}{fields['command']} {fields['body']}\n"], wall_s=wall_s)
        if isinstance(told, LeanFailed):
            raise told
        above = before.count("\n")
        own = [{**m, "line": m["line"] - above} for m in told.messages if m["line"] > above]
        context = [m for m in told.messages if m["line"] <= above]
        reply = {"ok": told.ok, "messages": own, "context": context, "proof": None, "fault": None}
        return {**reply, "spent_s": time.monotonic() - began, "epoch": self.epoch}

    def verify(self, texts: Sequence[str], *, wall_s: float) -> list[Told | LeanFailed]:
        """What the server says of each of these files.

        Args:
            texts: whole files.
            wall_s: seconds for each.

        Raises:
            LeanFailed: the request as a whole failed.
            BackendMissing: the server is not there, or refuses us.
        """
        codes = [{"custom_id": str(number), "proof": text} for number, text in enumerate(texts)]
        asked = {"codes": codes, "timeout": max(1, math.ceil(wall_s)), "infotree_type": None}
        answer = self._post(asked, wall_s=wall_s * len(texts) + _GRACE_S)
        results = answer.get("results") if isinstance(answer, Mapping) else None
        if not isinstance(results, Sequence) or isinstance(results, str):
            raise self._odd("no list of results")
        found = {str(r.get("custom_id")): r for r in results if isinstance(r, Mapping)}
        if missing := [code["custom_id"] for code in codes if code["custom_id"] not in found]:
            raise self._odd(f"{len(missing)} of {len(codes)} results are missing")
        return [self._read(found[code["custom_id"]]) for code in codes]

    def _read(self, result: Mapping[str, Any]) -> Told | LeanFailed:
        error, response = result.get("error"), result.get("response")
        if error:
            return LeanFailed(_cause(str(error)), f"the Lean server says: {str(error)[:300]}")
        if not isinstance(response, Mapping) or "message" in response:  # the REPL's own word for a bad request
            return self._odd(f"a result without messages ({str(response)[:200]})")
        try:
            messages = tuple(_message(m) for m in response.get("messages") or ())
        except (KeyError, TypeError, ValueError, AttributeError):
            return self._odd("messages without a severity, a position and a text")
        return Told(messages, open=bool(response.get("sorries")))

    def _post(self, asked: Mapping[str, Any], *, wall_s: float) -> Any:
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if self._key:
            headers["Authorization"] = f"Bearer {self._key}"
        request = Request(f"{self._url}/verify", data=json.dumps(asked).encode("ascii"), headers=headers, method="POST")
        try:
            with self._opener.open(request, timeout=wall_s) as reply:
                body = reply.read(_LONGEST + 1)
        except HTTPError as exc:
            with exc:
                raise self._refused(exc.code) from None
        except TimeoutError:
            raise LeanFailed(Cause.TIMEOUT) from None
        except (URLError, OSError, HTTPException) as exc:
            if isinstance(exc, URLError) and isinstance(exc.reason, TimeoutError):
                raise LeanFailed(Cause.TIMEOUT) from None
            cause = exc.reason if isinstance(exc, URLError) else exc
            text = f"the Lean server at {self._url} can't be reached ({str(cause) or type(cause).__name__})"
            raise BackendMissing(text, remedy=_WRONG) from None
        if len(body) > _LONGEST:
            raise LeanFailed(Cause.OUTPUT)
        try:
            return json.loads(body)
        except (ValueError, RecursionError):
            raise self._odd("something that is not JSON") from None

    def _refused(self, code: int) -> Exception:
        if code in (401, 403):
            text = f"the Lean server at {self._url} refuses us"
            return BackendMissing(text, remedy="set LEMMATA_LEAN_SERVER_KEY to a key that it takes")
        if code in (429, 503, 504):
            return LeanFailed(Cause.TIMEOUT, f"the Lean server is too busy (status {code})")
        if code >= 500:
            return LeanFailed(Cause.CRASHED, f"the Lean server failed (status {code})")
        return BackendMissing(f"{self._url}/verify answers with status {code}", remedy=_WRONG)

    def _odd(self, what: str) -> LeanFailed:
        return LeanFailed(Cause.PROTOCOL, f"the Lean server at {self._url} answered with {what}")


class _Straight(HTTPRedirectHandler):
    """Follows no redirection, which would carry the key elsewhere."""

    def redirect_request(self, *_: Any) -> None:
        return None


def _cause(error: str) -> Cause:
    said = error.lower()
    if "timed out" in said or "timeout" in said:
        return Cause.TIMEOUT
    return Cause.MEMORY if "memory" in said else Cause.CRASHED


def _message(data: Mapping[str, Any]) -> Mapping[str, Any]:
    """As the driver gives it; severities are its words (`info` is what it calls `information`)."""
    severity = str(data["severity"])
    place = data["pos"]
    return {
        "severity": "information" if severity == "info" else severity,
        "line": int(place["line"]),
        "column": int(place["column"]),
        "text": str(data["data"]),
    }
