"""A remote engine encodes questions: the unpatched client, the real weights, a server on this machine."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import httpx2
import pytest
from huggingface_hub import HfApi
from huggingface_hub.errors import InferenceTimeoutError
from huggingface_hub.inference._providers import get_provider_helper

from conduct.answering.engine import Engine
from conduct.errors import HubError, InferenceError
from conduct.hub import client, find_dataset
from conduct.hub.refresh import Refresher
from conduct.hub.snapshot import Snapshot
from conduct.model import remote as remote_encoder
from conduct.model.packaged import PROMPT
from conduct.model.remote import ATTEMPTS, AWAY, Limits, RemoteEncoder
from conduct.model.sentence_transformer import SentenceEncoder
from conduct.settings import Settings
from conduct.training import comparison
from tests.fakes import WordEncoder
from tests.support.hub_process import ROOT, environment
from tests.support.loopback_engine import LoopbackEngine

LONG = "he laughs at my accent and " * 30


class ServedEncoder:
    """The packaged encoder as an engine runs it: the texts have the prompt already."""

    def __init__(self, encoder: SentenceEncoder) -> None:
        self._encoder = encoder

    def encode(self, texts):
        """Unit vectors of texts, after a check that each has the prompt once."""
        assert all(text.startswith(PROMPT) for text in texts)
        return self._encoder.encode([text.removeprefix(PROMPT) for text in texts])


@pytest.fixture
def served(encoder: SentenceEncoder) -> Iterator[LoopbackEngine]:
    """An engine with the real weights."""
    with LoopbackEngine(ServedEncoder(encoder)) as served:
        yield served


@pytest.fixture(scope="module")
def limits(model: Snapshot) -> Limits:
    """How the packaged model reads a text, which takes a third of a second to find out."""
    return RemoteEncoder.loader("http://127.0.0.1")(model.folder)._limits


@pytest.fixture
def remote(served: LoopbackEngine, limits: Limits) -> RemoteEncoder:
    """An encoder that uses it, with a short timeout."""
    return RemoteEncoder(served.url, limits, seconds=5.0)


@pytest.fixture(autouse=True)
def _short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """A second request follows at once."""
    monkeypatch.setattr(remote_encoder, "FIRST_PAUSE_SECONDS", 0.001)


def engine_at(url: str, model: Snapshot, **options: object) -> Engine:
    """The app with a remote engine."""
    return Engine(Settings(inference=url), find_model=lambda settings: model, **options)


def test_the_ranking_is_that_of_the_model_in_process(
    served: LoopbackEngine, engine: Engine, model: Snapshot, caplog: pytest.LogCaptureFixture
):
    """Every passage of 64 questions to 1e-3 in relevance, from the vectors that are there, and in few requests."""
    questions = [question.text for question in engine.answerer().dataset.read_questions()[:63]] + [LONG]
    elsewhere = engine_at(served.url, model)
    elsewhere.answerer()
    begun = len(served.asked)
    answers = elsewhere.ask_many(questions, 10)
    assert "built anew" not in caplog.text
    assert len(served.asked) - begun < len(questions)
    for answer, expected in zip(answers, engine.ask_many(questions, 10), strict=True):
        relevance = {shown.id: shown.relevance for shown in expected.passages}
        assert {s.id: s.relevance for s in answer.passages} == pytest.approx(relevance, abs=1e-3)
        assert [s.relevance for s in answer.passages] == pytest.approx(list(relevance.values()), abs=1e-3)
        assert (answer.coverage, answer.notice) == (expected.coverage, expected.notice)
    source = answers[0].source
    assert (source.model, source.model_revision, source.is_remote) == ("packaged", "packaged", True)
    assert not engine.text().source.is_remote


def test_no_torch_is_imported(served: LoopbackEngine, tmp_path: Path):
    """A process that gives the answer has neither torch nor sentence-transformers in memory."""
    program = (
        "import json, sys\n"
        "from conduct.settings import Settings, apply_library_defaults\n"
        "apply_library_defaults()\n"
        "from conduct.answering.engine import Engine\n"
        "from conduct.api.service import AskService\n"
        "from conduct.web.page import build_page\n"
        "engine = Engine(Settings.from_environment())\n"
        "build_page(AskService(engine))\n"
        "first = engine.ask('They laugh at his accent').passages[0].id\n"
        "print(json.dumps([first, [name for name in ('torch', 'sentence_transformers') if name in sys.modules]]))\n"
    )
    environ = environment(tmp_path, "http://127.0.0.1:9") | {"CONDUCT_INFERENCE": served.url}
    done = subprocess.run([sys.executable, "-c", program], env=environ, cwd=ROOT, capture_output=True, text=True)
    assert json.loads(done.stdout) == ["diversity-equity-inclusion-2", []]


def test_what_the_engine_does_not_scale_is_scaled_here(served: LoopbackEngine, remote: RemoteEncoder, encoder):
    """Not every engine returns vectors of unit length."""
    served.fault = "long"
    assert remote.encode(["an accent"]) == pytest.approx(encoder.encode(["an accent"]), abs=1e-6)


def test_requests_hold_as_many_texts_as_the_engine_takes(served: LoopbackEngine, remote: RemoteEncoder):
    """No request is sent without texts."""
    assert remote.encode(["accent"] * 70).shape == (70, 384)
    assert [asked.texts for asked in served.asked] == [32, 32, 6]
    assert remote.encode([]).shape == (0, 384)
    assert len(served.asked) == 3


def test_it_knows_where_the_model_stops_reading(remote: RemoteEncoder, encoder: SentenceEncoder):
    """To the token, like the model itself."""
    texts = ["a " * count for count in (1, 250, 251, 252, 253, 254, 255, 499)]
    found = [remote.truncates(text) for text in texts]
    assert found == [encoder.truncates(text) for text in texts]
    assert (found[0], found[-1]) == (False, True)


@pytest.mark.parametrize("fault", ["429 once", "drop once"])
def test_an_engine_that_fails_once_is_asked_again(served: LoopbackEngine, remote: RemoteEncoder, fault: str):
    """Visitors do not notice it."""
    served.fault = fault
    assert remote.encode(["an accent"]).shape == (1, 384)
    assert len(served.asked) == 2


@pytest.mark.parametrize(
    ("fault", "requests", "why"),
    [
        ("503", ATTEMPTS, "it answered 503"),
        ("drop", ATTEMPTS, "RemoteProtocolError"),
        ("422", 1, "it answered 422"),
        ("hang", 1, "it took too long"),
        ("tokens", 1, "1 vectors were expected, but the shape is (1, 2, 384)"),
        ("object", 1, "its answer is no list of vectors"),
        ("fewer", 1, "1 vectors were expected, but the shape is (0,)"),
        ("zero", 1, "a vector has no length"),
        ("narrow", 1, "1 vectors were expected, but the shape is (1, 7)"),
    ],
)
def test_an_engine_that_gives_no_vectors_is_one_sentence(
    served: LoopbackEngine, remote: RemoteEncoder, caplog: pytest.LogCaptureFixture, fault: str, requests: int, why: str
):
    """Always the same one for visitors; the owner gets the reason, once. The next question may be answered again."""
    remote.encode(["before"])
    served.asked.clear()
    served.fault = fault
    if fault == "hang":
        remote._seconds = 0.5
    for _ in range(2):
        with pytest.raises(InferenceError) as raised:
            remote.encode(["zanzibar"])
        assert str(raised.value) == AWAY
    assert len(served.asked) == 2 * requests
    assert [record.getMessage() for record in caplog.records if record.name == "conduct.model.remote"] == [
        f"127.0.0.1 gives no vectors ({why}): questions cannot be answered until it does."
    ]
    assert "zanzibar" not in caplog.text
    served.fault, remote._seconds = "", 5.0
    assert remote.encode(["after"]).shape == (1, 384)
    assert "127.0.0.1 gives vectors again." in caplog.text


def test_an_engine_that_is_away_at_the_start_is_waited_for(encoder: SentenceEncoder, model: Snapshot):
    """Until then each question gets the sentence at once; then answers, without a restart."""
    with LoopbackEngine(ServedEncoder(encoder)) as gone:
        port = gone.port
    app = engine_at(f"http://127.0.0.1:{port}", model, retry_seconds=0.1)
    for _ in range(2):
        with pytest.raises(InferenceError, match="does not answer"):
            app.ask("an accent")
    assert (app.ready, app.loading) == (False, False)
    with LoopbackEngine(ServedEncoder(encoder), port=port):
        until = time.monotonic() + 60
        while not app.ready and time.monotonic() < until:
            time.sleep(0.05)
        assert app.ask("They laugh at his accent").passages[0].id == "diversity-equity-inclusion-2"


def test_a_text_without_vectors_is_built_through_the_engine(tmp_path: Path):
    """With another model and another text: the vectors of the engine are used."""
    (tmp_path / "code_of_conduct.md").write_text("# Ours\n\n## Words\n\nNo accent is wrong.\n\nNo threat is fair.\n")
    model = Snapshot(comparison.minilm_folder(), "ada/words", "a" * 40)
    with LoopbackEngine(WordEncoder()) as served:
        app = Engine(Settings(dataset=str(tmp_path), inference=served.url), find_model=lambda settings: model)
        assert app.ask("a threat").passages[0].text == "No threat is fair."


def test_a_new_text_is_not_given_up_because_the_engine_is_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """The next poll finds it again; a text that cannot be used would not be tried again."""
    new = Snapshot(tmp_path, "ada/code", "b" * 40)
    monkeypatch.setattr(find_dataset, "newest_dataset", lambda settings: new.revision)
    monkeypatch.setattr(find_dataset, "pull_dataset", lambda settings, seconds: new)
    monkeypatch.setattr(find_dataset, "remember_dataset", lambda settings, commit: None)
    made, swapped = [InferenceError(AWAY), HubError("slow"), "reader"], []

    def make(snapshot: Snapshot) -> str:
        result = made.pop(0)
        if isinstance(result, Exception):
            raise result
        return result

    serving = Snapshot(tmp_path, "ada/code", "a" * 40)
    refresher = Refresher(Settings(dataset="ada/code"), lambda: serving, make, swapped.append)
    assert [refresher.once(), refresher.once(), refresher.once()] == [False, False, True]
    assert swapped == ["reader"]


TOKENS = [
    (None, None),
    ("engine_secret", "Bearer engine_secret"),
]


@pytest.mark.parametrize(("own", "sent"), TOKENS)
def test_an_engine_at_an_address_is_given_its_own_token_or_none(
    served: LoopbackEngine, model: Snapshot, monkeypatch: pytest.MonkeyPatch, own: str | None, sent: str | None
):
    """Never HF_TOKEN: anybody's code may run at an address, also on Hugging Face's hosts."""
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    settings = Settings(inference=served.url, inference_token=own)
    Engine(settings, find_model=lambda settings: model).ask("They laugh at his accent")
    assert {(asked.path, asked.token) for asked in served.asked} == {("/", sent)}


@pytest.mark.parametrize(
    "host",
    ["abc.us-east-1.aws.endpoints.huggingface.cloud", "ada-tei.hf.space", "huggingface.co", "router.huggingface.co"],
)
def test_no_host_is_given_the_owners_token_for_its_name(monkeypatch: pytest.MonkeyPatch, host: str):
    """Requests are checked when they are sent: nothing reaches the network here."""
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    sent = []

    def send(self, request, **_: object):
        sent.append((request.url.host, request.headers.get("authorization")))
        raise InferenceTimeoutError("not sent")

    monkeypatch.setattr(httpx2.Client, "send", send)
    with pytest.raises(InferenceTimeoutError):
        client.embed(f"https://{host}/embed", ["an accent"], 1.0)
    assert sent == [(host, None)]


def test_an_engine_that_leads_elsewhere_gives_no_token_away(
    served: LoopbackEngine, encoder: SentenceEncoder, model: Snapshot
):
    """A redirect to another host is followed without it."""
    with LoopbackEngine(ServedEncoder(encoder)) as other:
        served.leads_to = other.url.replace("127.0.0.1", "localhost")
        assert RemoteEncoder.loader(served.url, "engine_secret")(model.folder).encode(["an accent"]).shape == (1, 384)
        assert [asked.token for asked in served.asked] == ["Bearer engine_secret"]
        assert [asked.token for asked in other.asked] == [None]


@pytest.mark.parametrize(("own", "sent"), [(None, "Bearer hf_secret"), TOKENS[1]])
def test_a_hub_id_goes_to_hugging_faces_own_engines(
    served: LoopbackEngine, model: Snapshot, monkeypatch: pytest.MonkeyPatch, own: str | None, sent: str
):
    """With HF_TOKEN unless another token is set, to the client's address for them (here: this machine)."""
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    info = SimpleNamespace(pipeline_tag="sentence-similarity", tags=["feature-extraction"])
    monkeypatch.setattr(HfApi, "model_info", lambda self, model: info)
    helper = get_provider_helper("hf-inference", task="feature-extraction", model="ada/model")
    monkeypatch.setattr(helper, "base_url", f"{served.url}/hf-inference")
    assert RemoteEncoder.loader("ada/model", own)(model.folder).encode(["an accent"]).shape == (1, 384)
    path = "/hf-inference/models/ada/model/pipeline/feature-extraction"
    assert [(asked.path, asked.token) for asked in served.asked] == [(path, sent)]
