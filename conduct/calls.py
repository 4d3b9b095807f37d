"""What Gradio's queue is called with, made harmless. Pure.

Gradio fetches what looks like a file, and quotes what it cannot use in the log.
"""

import json
import re
from collections.abc import Mapping

from conduct.errors import RequestError

_SESSION = re.compile(r"[\w-]{1,64}", re.ASCII)


def tidy(body: bytes, inputs: Mapping[int, int]) -> bytes:
    """The call with as many plain values as its function takes; `inputs` has that number for each function.

    Raises RequestError if it is no call, or one of another page.
    """
    try:
        sent = json.loads(body)
    except (ValueError, RecursionError):
        sent = None
    if not isinstance(sent, dict) or not isinstance(sent.get("data"), list):
        raise RequestError('The body must be a JSON object with a list "data", but it is not: correct it.', 400)
    session, function, trigger = (sent.get(key) for key in ("session_hash", "fn_index", "trigger_id"))
    if not isinstance(session, str) or not _SESSION.fullmatch(session):
        raise RequestError(
            "The session_hash must be 1 to 64 letters, digits or hyphens, but it is not: make one up.", 400
        )
    # True is 1 in Python.
    if type(function) is not int or function not in inputs:
        raise RequestError("There is no function with this fn_index: load the page again.", 404)
    values = [_plain(value) for value in sent["data"][: inputs[function]]]
    values += [None] * (inputs[function] - len(values))
    call = {"data": values, "fn_index": function, "session_hash": session, "event_data": None}
    return json.dumps(call | {"trigger_id": trigger if type(trigger) is int else None}).encode()


def _plain(value: object) -> object:
    """`value` without anything that could be a file: nobody here takes an object."""
    if isinstance(value, dict):
        return {}
    if isinstance(value, list):
        return [{} if isinstance(one, dict | list) else one for one in value]
    return value
