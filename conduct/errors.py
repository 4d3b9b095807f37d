"""What can go wrong, each as one plain sentence that says what to do next."""

import logging
from pathlib import Path
from traceback import extract_tb
from typing import Self

from conduct.messages import Message

log = logging.getLogger(__name__)

UNEXPECTED = "Something went wrong on our side and your question was not answered: please ask it again."


class ConductError(Exception):
    """The base of this project's errors; its text may be shown to people as it is. `status` is that of HTTP.

    `message` holds the text as template and values, so that it can be translated.
    """

    status = 503

    def __init__(self, template: str, **values: object) -> None:
        self.message = Message(template, values)
        super().__init__(str(self.message))

    def fresh_copy(self) -> Self:
        """An equal error without traceback, cause and context.

        Raise the copy where the original is kept: each raise adds the frames of its callers, and with them their
        questions, to the traceback.
        """
        same = type(self).__new__(type(self), *self.args)
        same.__dict__.update(self.__dict__)
        return same


class QuestionError(ConductError, ValueError):
    """A question or a limit that is not valid."""

    status = 422


class BusyError(ConductError):
    """Too many questions at once; `seconds` is after how many seconds to ask again."""

    def __init__(self, template: str, seconds: int, **values: object) -> None:
        super().__init__(template, seconds=seconds, **values)
        self.seconds = seconds


class RequestError(ConductError):
    """A request that could not be understood; `status` is 4xx."""

    def __init__(self, template: str, status: int, **values: object) -> None:
        super().__init__(template, **values)
        self.status = status


class UnexpectedError(ConductError):
    """An unexpected exception; the log says where it was raised."""

    status = 500


class DataError(ConductError):
    """A code of conduct, a bank of situations or a vectors file that cannot be used."""


class ModelError(ConductError):
    """No usable model was found; the text lists what was tried."""


class InferenceError(ConductError):
    """The remote engine that encodes questions does not answer; the same request may succeed later."""


class SettingError(ConductError, ValueError):
    """An environment variable with a value that is not valid."""


class OutputError(ConductError):
    """An answer that could not be printed."""


class HubError(ConductError):
    """The Hub did not deliver something; the text says why, as a part of a sentence."""


class PublishError(ConductError):
    """Something that could not be sent to the Hub."""


class NoTextError(ConductError):
    """There is no text to answer from. Visitors read `message`; `detail`, for the owner, says what was tried."""

    def __init__(self, template: str, detail: str, **values: object) -> None:
        super().__init__(template, **values)
        self.detail = detail


def log_unexpected(error: BaseException) -> None:
    """Log the kind of an error and where it was raised, but not its message, which may quote the question."""
    log.error("Unexpected %s", place(error))


def place(error: BaseException) -> str:
    """The kind of an error and where it was raised: file and line of each frame, the innermost first."""
    frames = [f"{Path(frame.filename).name}:{frame.lineno}" for frame in extract_tb(error.__traceback__)]
    return f"{type(error).__name__} at {' < '.join(reversed(frames)) or 'unknown'}"
