"""Work that is asked of an address which calls a lot, before a message of it is taken: a puzzle of ALTCHA (PBKDF2), which a browser
solves in about a second, and a script that sends thousands in as many."""

from __future__ import annotations

import secrets
import time
from dataclasses import replace
from typing import Any

from altcha import Payload, create_challenge, verify_solution
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from retrieval.errors import ShopError

from .limits import Limits
from .problem import problem_of

ALGORITHM, ITERATIONS = "PBKDF2/SHA-256", 2_000
PREFIX = "00"  # of the key looked for: of 256 tries one fits
LASTS_S = 300
CHAT = "/v1/chat"


class ProofNeeded(ShopError):
    """A message came without a solved puzzle. challenge: the puzzle, as ALTCHA writes it."""

    status, slug = 429, "proof-needed"

    def __init__(self, challenge: dict[str, Any], wait_s: int) -> None:
        detail = "Many messages come from this address."
        fix = f"solve `challenge` and send it again with X-Proof, or wait {wait_s} s"
        super().__init__(detail, fix=fix, retry_after_s=wait_s)
        self.challenge = challenge


class Proofs:
    """Puzzles are signed, so that nothing is kept of those that are open; of solved ones it is, so that each counts once in this process.

    share: of its limit from which an address is asked, 0 to 1; None: never. secret: the same for all processes that share an address.
    """

    def __init__(self, limits: Limits, share: float | None, secret: str | None = None) -> None:
        self._limits, self._share = limits, share
        self._secret = secret or secrets.token_hex(32)
        self._solved: dict[str, float] = {}  # signature -> until when it could come again, Unix time

    def check(self, address: str | None, proof: str | None) -> None:
        """ProofNeeded when the address has used its share and the proof is none, wrong, too old or used."""
        if self._share is None or address is None:
            return
        wait_s = self._limits.busy(address, self._share)
        if wait_s is not None and not self._holds(proof):
            raise ProofNeeded(self._challenge(), wait_s)

    def _challenge(self) -> dict[str, Any]:
        expires_at = int(time.time()) + LASTS_S
        made = create_challenge(
            ALGORITHM, ITERATIONS, key_prefix=PREFIX, expires_at=expires_at, hmac_secret=self._secret
        )
        return made.to_dict()

    def _holds(self, proof: str | None) -> bool:
        if proof is None or not verify_solution(proof, self._secret).verified:
            return False
        now = time.time()
        self._solved = {known: until for known, until in self._solved.items() if until > now}
        signature = str(Payload.from_base64(proof).challenge.signature)
        if signature in self._solved:
            return False
        self._solved[signature] = now + LASTS_S
        return True


class ProofDoor:
    """ASGI layer behind the limits, which have counted the call: refuses messages that lack a proof, before they are read."""

    def __init__(self, app: ASGIApp, proofs: Proofs) -> None:
        self.app = app
        self._proofs = proofs

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            if scope["type"] == "http" and scope["path"] == CHAT:
                client = scope.get("client")
                self._proofs.check(client and client[0], Headers(scope=scope).get("x-proof"))
        except ProofNeeded as error:
            problem = replace(problem_of(error), challenge=error.challenge)
            await problem.response()(scope, receive, send)
        else:
            await self.app(scope, receive, send)
