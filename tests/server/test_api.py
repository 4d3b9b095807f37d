"""The public endpoints, through the real Python client and plain HTTP."""

import http.client
import json
from urllib.parse import urlsplit

import pytest
from gradio_client import Client
from gradio_client.exceptions import AppError

from conduct.answering.dataset_revision import DatasetRevision
from conduct.answering.engine import Engine

ACCENT = "is it ok to laugh about a thick accent if the guy laughs along?"


def test_there_are_three_endpoints_and_no_other(client: Client):
    """The page's own events are private: the page may change, the API may not."""
    endpoints = client.view_api(return_format="dict", print_info=False)
    assert sorted(endpoints["named_endpoints"]) == ["/ask", "/ask_many", "/code"]
    assert endpoints["unnamed_endpoints"] == {}
    parameters = {
        name: [(p["parameter_name"], p["parameter_has_default"], p["parameter_default"]) for p in one["parameters"]]
        for name, one in endpoints["named_endpoints"].items()
    }
    assert parameters == {
        "/ask": [("question", False, None), ("limit", True, 3)],
        "/ask_many": [("questions", False, None), ("limit", True, 3)],
        "/code": [],
    }


def test_an_answer_has_exactly_the_fields_of_the_contract(client: Client, dataset: DatasetRevision):
    """Names, types and order, as in docs/api.md."""
    answer = client.predict(question=f"  {ACCENT}\n", api_name="/ask")
    assert list(answer) == ["question", "coverage", "message", "notice", "passages", "source", "care", "next_steps"]
    assert answer["care"] is None
    assert list(answer["next_steps"][0]) == ["text", "url"]
    assert (answer["question"], answer["coverage"], answer["notice"]) == (ACCENT, "covered", None)
    assert answer["message"] == "The code speaks to this."
    assert len(answer["passages"]) == 3
    first = answer["passages"][0]
    assert list(first) == ["id", "section", "text", "highlight", "relevance", "because", "about"]
    assert first["about"] is None
    assert (first["id"], first["section"]) == ("diversity-equity-inclusion-2", "Diversity, Equity & Inclusion")
    assert first["highlight"] in first["text"]
    assert type(first["relevance"]) is float
    assert 0 <= first["relevance"] <= 1
    assert answer["source"] == {
        "title": "Hugging Face Ambassador Code of Conduct",
        "complete": False,
        "dataset": "bundled",
        "dataset_revision": "bundled",
        "model": "packaged",
        "model_revision": "packaged",
        "situations": len(dataset.bank.situations),
    }


def test_many_questions_come_back_in_order(client: Client):
    """Each answer is what /ask gives."""
    questions = ["He talks over her", "cheap flights to Rome", ACCENT]
    answers = client.predict(questions=questions, limit=2, api_name="/ask_many")
    assert [answer["question"] for answer in answers] == questions
    assert [len(answer["passages"]) for answer in answers] == [2, 2, 2]
    alone = client.predict(question=ACCENT, limit=2, api_name="/ask")
    assert [p["id"] for p in answers[2]["passages"]] == [p["id"] for p in alone["passages"]]


def test_the_whole_code(client: Client):
    """Sections, passages, and that it is not complete."""
    code = client.predict(api_name="/code")
    assert list(code) == ["title", "complete", "sections", "source"]
    assert code["complete"] is False
    assert [section["title"] for section in code["sections"]] == [
        "Preamble",
        "Diversity, Equity & Inclusion",
        "Learning and Growing",
        "Approach Everything with an Open Mind",
        "Unacceptable Behaviors",
    ]
    assert sum(len(section["passages"]) for section in code["sections"]) == 8
    assert list(code["sections"][0]["passages"][0]) == ["id", "text"]


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({"question": " "}, "The question is empty: describe in a few words what happened or what you want to do."),
        ({"question": "x" * 10_001}, "The question may have 10,000 characters, but this one has 10,001: keep what "
                                     "matters most and ask again."),
        ({"question": None}, "The question must be a text, but nothing came: send the question as a string."),
        ({"question": ["x"]}, "The question must be a text, but a list came: send the question as a string."),
        ({"question": "x", "limit": 0}, "The limit must be a whole number from 1 to 10, but 0 came: leave it out "
                                        "for 3."),
        ({"question": "x", "limit": 11}, "The limit must be a whole number from 1 to 10, but 11 came: leave it out "
                                         "for 3."),
        ({"question": "x", "limit": "3"}, "The limit must be a whole number from 1 to 10, but a text came: leave it "
                                          "out for 3."),
    ],
)  # fmt: skip
def test_bad_input_comes_back_as_one_sentence(client: Client, sent: dict, sentence: str):
    """What was expected, what was received, the next step; no traceback and no bare "Error"."""
    with pytest.raises(AppError) as refused:
        client.predict(**sent, api_name="/ask")
    assert refused.value.message == sentence


def test_sixty_five_questions_are_too_many(client: Client):
    """The sentence names the limit."""
    with pytest.raises(AppError, match="One call takes 1 to 64 questions, but 65 came"):
        client.predict(questions=["x"] * 65, api_name="/ask_many")


@pytest.mark.parametrize("question", ["a\x00b", "\u202eoffensive\u202c", "<script>alert(1)</script>", "😀" * 900, "?!"])
def test_strange_questions_get_a_proper_answer(client: Client, question: str):
    """Control characters, right-to-left marks, HTML, emoji."""
    assert client.predict(question=question, api_name="/ask")["coverage"] in ("covered", "unclear", "not_covered")


def test_half_a_surrogate_pair_in_raw_json_gets_a_proper_answer(address: str):
    """The Python client cannot even send it; curl can."""
    status, body = post(address, "gradio_api/run/ask", b'{"data": ["is \\ud800 ok?", 3]}')
    assert status == 200
    assert json.loads(body)["data"][0]["question"] == "is � ok?"


def test_healthz_says_whether_questions_can_be_answered(address: str, serve):
    """503 until the model is there, 200 then."""
    assert get(address, "healthz") == (200, b"ready\n")
    with serve(_Loading()) as loading:
        assert get(loading, "healthz") == (503, b"loading\n")


class _Loading(Engine):
    """An engine that never loads its model."""

    def __init__(self) -> None:
        from conduct.settings import Settings

        super().__init__(Settings())

    def start(self) -> None:
        """Never load."""


def post(address: str, path: str, body: bytes, kind: str = "application/json") -> tuple[int, bytes]:
    """Status and body of a POST."""
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=30)
    connection.request("POST", f"/{path}", body, {"Content-Type": kind})
    response = connection.getresponse()
    return response.status, response.read()


def get(address: str, path: str) -> tuple[int, bytes]:
    """Status and body of a GET."""
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=30)
    connection.request("GET", f"/{path}")
    response = connection.getresponse()
    return response.status, response.read()
