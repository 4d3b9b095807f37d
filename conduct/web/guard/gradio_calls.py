"""What Gradio is called with, made harmless. Pure.

Gradio fetches what looks like a file, and quotes what it cannot use in the log.
"""

import json
import re
from collections.abc import Mapping

from conduct.errors import RequestError

JOIN, RUN, CANCEL = "/gradio_api/queue/join", "/gradio_api/run/predict", "/gradio_api/cancel"
_ID = re.compile(r"[\w-]{1,64}", re.ASCII)


def sanitize_queue_payload(body: bytes, inputs: Mapping[int, int]) -> bytes:
    """The call with as many plain values as its function takes; `inputs` has that number for each function.

    Raises RequestError if it is no call, or one of another page.
    """
    sent = _object(body)
    if not isinstance(sent.get("data"), list):
        raise RequestError('The body must be a JSON object with a list "data", but it is not: fix it.', 400)
    session, function, trigger = _id(sent, "session_hash"), sent.get("fn_index"), sent.get("trigger_id")
    # True is 1 in Python.
    if type(function) is not int or function not in inputs:
        raise RequestError("There is no function with this fn_index: load the page again.", 404)
    values = [_plain(value) for value in sent["data"][: inputs[function]]]
    values += [None] * (inputs[function] - len(values))
    call = {"data": values, "fn_index": function, "session_hash": session, "event_data": None}
    return json.dumps(call | {"trigger_id": trigger if type(trigger) is int else None}).encode()


def sanitize_cancel_payload(body: bytes) -> bytes:
    """Which question is given up. Raises RequestError."""
    sent = _object(body)
    function = sent.get("fn_index")
    if type(function) is not int:
        raise RequestError("The fn_index must be a whole number, but it is not: fix it.", 400)
    given_up = {"session_hash": _id(sent, "session_hash"), "event_id": _id(sent, "event_id"), "fn_index": function}
    return json.dumps(given_up).encode()


def _object(body: bytes) -> dict:
    try:
        sent = json.loads(body)
    except (ValueError, RecursionError):
        sent = None
    if not isinstance(sent, dict):
        raise RequestError("The body must be a JSON object, but it is not: fix it.", 400)
    return sent


def _id(sent: dict, name: str) -> str:
    value = sent.get(name)
    if not isinstance(value, str) or not _ID.fullmatch(value):
        raise RequestError(f"The {name} must be 1 to 64 letters, digits or hyphens, but it is not: fix it.", 400)
    return value


def _plain(value: object) -> object:
    """`value` without anything that could be a file: no function of the page takes an object."""
    if isinstance(value, dict):
        return {}
    if isinstance(value, list):
        return [{} if isinstance(item, dict | list) else item for item in value]
    return value
