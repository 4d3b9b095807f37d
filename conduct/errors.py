"""What can go wrong, each as one plain sentence that says what to do next."""


class ConductError(Exception):
    """The base of this project's errors; its text may be shown to people as it is."""


class QuestionError(ConductError, ValueError):
    """A question or a limit that cannot be answered."""


class DataError(ConductError):
    """A code of conduct, a bank of situations or a vectors file that cannot be used."""


class ModelError(ConductError):
    """No usable model was found; the text lists what was tried."""


class SettingError(ConductError, ValueError):
    """An environment variable with a value that does not fit."""
