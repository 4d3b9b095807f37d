"""The environment, read once."""

import pytest

from conduct.errors import SettingError
from conduct.settings import Settings, apply_library_defaults


def test_nothing_set_means_the_bundled_text_and_the_packaged_encoder():
    """Without a variable: nothing of the Hub, no refresh."""
    assert Settings.from_environment({}) == Settings(
        dataset=None,
        dataset_revision="main",
        model=None,
        model_revision="main",
        refresh_minutes=0.0,
    )


def test_a_space_that_somebody_duplicated_looks_for_no_dataset_of_its_new_owner():
    """The new owner has none: the dataset is a variable of the Space, which is copied with it."""
    assert Settings.from_environment({"SPACE_AUTHOR_NAME": "ada"}).dataset is None


@pytest.mark.parametrize("value", ["~/code", '"~/code"', "'~/code'", " ~/code "])
def test_a_home_and_quotes_that_no_shell_has_read_are_read_here(monkeypatch: pytest.MonkeyPatch, value: str):
    """As an env file or a Docker option passes them; for the model's folder as well."""
    monkeypatch.setenv("HOME", "/home/ada")
    settings = Settings.from_environment({"CONDUCT_DATASET": value, "CONDUCT_MODEL": value})
    assert (settings.dataset, settings.model) == ("/home/ada/code", "/home/ada/code")


def test_the_dataset_and_its_revision_are_taken_as_they_are_set():
    """Without spaces around them."""
    environ = {"CONDUCT_DATASET": " grace/code ", "CONDUCT_DATASET_REVISION": "v2"}
    settings = Settings.from_environment(environ)
    assert (settings.dataset, settings.dataset_revision) == ("grace/code", "v2")


@pytest.mark.parametrize(
    ("environ", "model"),
    [
        ({"CONDUCT_MODEL": "  "}, (None, "main")),
        ({"CONDUCT_MODEL": "ada/model"}, ("ada/model", "main")),
        ({"CONDUCT_MODEL": "ada/model", "CONDUCT_MODEL_REVISION": " abc "}, ("ada/model", "abc")),
    ],
)
def test_the_encoder_and_its_revision_are_taken_as_they_are_set(environ: dict, model: tuple):
    """A published Space has both; an empty value counts as not set."""
    settings = Settings.from_environment(environ)
    assert (settings.model, settings.model_revision) == model


def test_minutes_may_have_a_fraction():
    """Such as 0.5."""
    assert Settings.from_environment({"CONDUCT_REFRESH_MINUTES": "0.5"}).refresh_minutes == 0.5


@pytest.mark.parametrize("value", ["-1", "soon", "nan", "inf", "1e9", "9" * 500])
def test_minutes_that_are_none_are_refused_in_a_sentence(value: str):
    """The sentence says what was expected, what was received and what to do."""
    with pytest.raises(SettingError, match=r"must be a number of minutes.*but it is.*set it to"):
        Settings.from_environment({"CONDUCT_REFRESH_MINUTES": value})


def test_make_private_switches_reports_off_but_respects_the_owner():
    """Analytics and telemetry are off unless the owner set these variables."""
    environ = {"GRADIO_ANALYTICS_ENABLED": "True"}
    apply_library_defaults(environ)
    assert environ["GRADIO_ANALYTICS_ENABLED"] == "True"
    assert environ["HF_HUB_DISABLE_TELEMETRY"] == "1"


@pytest.mark.parametrize("value", ["http://tei:8080", "https://a.endpoints.huggingface.cloud/embed", "ada/model"])
def test_an_engine_elsewhere_is_an_address_or_a_hub_id(value: str):
    """If it is not set, the model runs here."""
    assert Settings.from_environment({"CONDUCT_INFERENCE": f" {value} "}).inference == value
    assert Settings.from_environment({}).inference is None


@pytest.mark.parametrize(
    "value", ["tei:8080", "localhost", "ftp://tei/x", "http://", "http:// tei", "a/b/c", "https:///x"]
)
def test_an_engine_that_is_neither_is_refused_in_a_sentence(value: str):
    """Before anything is sent there."""
    with pytest.raises(SettingError, match=r"must be the address.*but it is.*set it to"):
        Settings.from_environment({"CONDUCT_INFERENCE": value})


def test_the_engines_token_is_read_and_never_shown():
    """Neither when the settings are printed nor in the sentence that refuses it."""
    settings = Settings.from_environment({"CONDUCT_INFERENCE_TOKEN": " engine_secret\n"})
    assert settings.inference_token == "engine_secret"
    assert "engine_secret" not in repr(settings)
    with pytest.raises(SettingError, match=r"^CONDUCT_INFERENCE_TOKEN must be.*copy it anew") as error:
        Settings.from_environment({"CONDUCT_INFERENCE_TOKEN": "engine\r\nsecret: 1"})
    assert "secret" not in str(error.value)
