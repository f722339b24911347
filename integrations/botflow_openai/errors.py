"""OpenAI's errors as ProviderErrors, and whether and when to try again.

The messages are botflow's: OpenAI's own may repeat a part of the key or of the prompt. Only where it refuses a request
for its form, an unknown model among them, its sentence is the one that helps; keys in it are masked.
"""

from __future__ import annotations

import re
import textwrap

import httpx2
import openai

from botflow.errors import ProviderError

ATTEMPTS = 3
FIRST_PAUSE_S = 0.25
OF_FORM = (400, 404, 422)
LONGEST_SENTENCE = 300  # characters
_KEY = re.compile(r"sk-[A-Za-z0-9_*-]+")
UNSENT = (httpx2.ConnectTimeout, httpx2.PoolTimeout)  # the request was not sent: asking again costs nothing


def failure_of(error: openai.OpenAIError) -> ProviderError:
    """Return `error` as a ProviderError."""
    if isinstance(error.__cause__, ProviderError):  # of `bounded_answers`
        return error.__cause__
    if isinstance(error, openai.APITimeoutError) and not isinstance(error.__cause__, UNSENT):
        return ProviderError("OpenAI did not answer in time", code="model.timeout")
    if isinstance(error, openai.APIConnectionError):
        address = error.request.url
        where = f"{address.scheme}://{address.netloc.decode('ascii', 'replace').rpartition('@')[2]}"
        return ProviderError(f"OpenAI cannot be reached at {where}", code="model.unreachable", retryable=True)
    if not isinstance(error, openai.APIStatusError):
        return ProviderError(f"OpenAI's answer cannot be read ({type(error).__name__})", code="model.garbled")
    return _refusal(error.status_code, error.code or "", _sentence(error))


def _sentence(error: openai.APIStatusError) -> str:
    """Return OpenAI's own sentence about the form of a request, "" if it may hold more than that."""
    body = error.body
    said = body.get("message") if isinstance(body, dict) else None
    if error.status_code not in OF_FORM or not isinstance(said, str):
        return ""
    return textwrap.shorten(_KEY.sub("***", said), LONGEST_SENTENCE, placeholder=" ...")  # no half of a key


def _refusal(status: int, code: str, sentence: str) -> ProviderError:
    why = f"status {status}" + (f", {code}" if code.replace("_", "").isalnum() and len(code) < 60 else "")
    if status == 429 and code == "insufficient_quota":
        return ProviderError("OpenAI refuses: the account's quota is used up", code="model.quota")
    if status == 429:
        return ProviderError("OpenAI refuses: too many requests", code="model.rate_limited", retryable=True)
    if status in (401, 403):
        return ProviderError(f"OpenAI refuses the key ({why})", code="model.unauthorized", hint="check OPENAI_API_KEY")
    if status >= 500 or status in (408, 409):
        return ProviderError(f"OpenAI is out of order ({why})", code="model.unavailable", retryable=True)
    said = f": {sentence}" if sentence else ""
    return ProviderError(f"OpenAI refuses the request ({why}){said}", code="model.rejected")


def pause_s(error: openai.OpenAIError, attempt: int) -> float:
    """Return how long to wait after `attempt` (from 1): the time that OpenAI asks for, else twice as long each time."""
    if isinstance(error, openai.APIStatusError):
        for name, unit_s in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
            try:
                return max(0.0, float(error.response.headers[name])) * unit_s
            except (KeyError, ValueError):  # not there, or a date
                continue
    return FIRST_PAUSE_S * 2.0 ** (attempt - 1)
