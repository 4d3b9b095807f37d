"""Two copies of the app behind nginx, one of which is killed while it answers."""

import http.client
import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest
from gradio_client import Client

from conduct.answering.engine import Engine
from tests.support.copies import Copy, Proxy

VISITORS = 8
BEFORE, AFTER = 2, 4


@dataclass(frozen=True)
class Told:
    """The result of a question; `copy` is the copy that answered, if that is known."""

    visitor: int
    question: str
    began: float
    ended: float
    answer: dict | None
    copy: str = ""


@pytest.fixture(scope="module")
def told(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> tuple[list[Told], float, str, Path]:
    """Each visitor asks, the first copy is killed meanwhile, and each continues to ask."""
    questions = [question.text for question in engine.answerer().dataset.read_questions()]
    folder = tmp_path_factory.mktemp("nginx")
    with Copy() as first, Copy() as second:
        first.wait()
        second.wait()
        with Proxy(folder, (first, second)) as proxy, ThreadPoolExecutor(VISITORS) as pool:
            halfway, killed = threading.Barrier(VISITORS + 1), threading.Event()
            addresses = _addresses(proxy, (first, second))

            def visit(own: int) -> list[Told]:
                ask = (_through_client if own % 2 else _in_one_step)(proxy, own, addresses[own])
                mine, asked = questions[own::VISITORS], []
                for question in mine[:BEFORE]:
                    asked.append(ask(question))
                halfway.wait(120)
                after = 0
                for question in mine[BEFORE:]:
                    asked.append(ask(question))
                    after += killed.is_set()
                    if after == AFTER:
                        break
                return asked

            visits = [pool.submit(visit, own) for own in range(VISITORS)]
            halfway.wait(120)
            # While the next questions are answered.
            time.sleep(0.05)
            first.kill()
            at = time.monotonic()
            killed.set()
            everything = [one for visit in visits for one in visit.result(300)]
            # A page with a question in its address, for which nginx may try the dead copy.
            assert [proxy.get("/?q=zanzibar", address)[0] for address in addresses] == [200] * VISITORS
    return everything, at, f"127.0.0.1:{first.port}", folder


def test_each_answer_is_that_of_one_process(told, engine: Engine):
    """Both copies give the same passages and relevance."""
    for one in told[0]:
        if one.answer is not None:
            expected = engine.ask(one.question, 3).model_dump(mode="json")
            assert one.answer["question"] == expected["question"]
            given, wanted = (
                {passage["id"]: passage["relevance"] for passage in answer["passages"]}
                for answer in (one.answer, expected)
            )
            assert given == pytest.approx(wanted, abs=1e-5)


def test_a_visitor_stays_with_one_copy_while_it_lives(told):
    """Both have visitors, and no visitor moves."""
    everything, killed, first, _ = told
    homes = [
        {one.copy for one in everything if one.visitor == own and one.copy and one.ended < killed}
        for own in range(0, VISITORS, 2)
    ]
    assert [len(home) for home in homes] == [1] * (VISITORS // 2)
    assert len(set.union(*homes)) == 2
    assert first in set.union(*homes)


def test_what_was_not_in_flight_on_the_killed_copy_is_answered(told):
    """Only a question that had begun when it was killed can fail; all later ones are answered."""
    everything, killed, first, _ = told
    lost = [one for one in everything if one.answer is None]
    assert any(one.began < killed < one.ended for one in everything)
    assert all(one.began < killed <= one.ended for one in lost)
    assert len({one.visitor for one in lost}) == len(lost)
    later = [one for one in everything if one.began >= killed]
    assert len(later) >= VISITORS * (AFTER - 1)
    assert all(one.answer is not None for one in later)
    assert first not in {one.copy for one in later}


def test_a_question_in_one_step_is_not_even_lost_then(told):
    """nginx asks the other copy."""
    assert [one for one in told[0] if one.answer is None and one.visitor % 2 == 0] == []


def test_the_logs_of_nginx_hold_no_question(told):
    """Not of those that failed, either."""
    logs = list(told[3].rglob("*.log"))
    assert {log.name for log in logs} == {"main.log", "error.log"}
    assert not any("zanzibar" in log.read_text() for log in logs)


def _addresses(proxy: Proxy, copies: tuple[Copy, Copy]) -> list[str]:
    """Addresses of visitors: alternately two that nginx sends to the first copy and two to the second."""
    homes = {f"127.0.0.1:{copy.port}": [] for copy in copies}
    for number in range(1, 255):
        address = f"203.0.113.{number}"
        homes[proxy.get("/healthz", address)[1]].append(address)
    first, second = homes.values()
    return [(first if own // 2 % 2 else second).pop() for own in range(VISITORS)]


def _in_one_step(proxy: Proxy, own: int, address: str):
    def ask(question: str) -> Told:
        began = time.monotonic()
        connection = http.client.HTTPConnection("127.0.0.1", proxy.port, timeout=60)
        try:
            headers = {"Content-Type": "application/json", "X-Visitor": address}
            connection.request("POST", "/gradio_api/run/ask", json.dumps({"question": question}), headers)
            response = connection.getresponse()
            answer = json.loads(response.read())["data"][0] if response.status == 200 else None
            # After a second attempt the header names both.
            copy = response.headers["X-Copy"].split(", ")[-1]
        except (OSError, http.client.HTTPException):
            answer, copy = None, ""
        finally:
            connection.close()
        return Told(own, question, began, time.monotonic(), answer, copy)

    return ask


def _through_client(proxy: Proxy, own: int, address: str):
    client = Client(proxy.address, verbose=False, headers={"X-Visitor": address})

    def ask(question: str) -> Told:
        began = time.monotonic()
        try:
            answer = client.submit(question=question, limit=3, api_name="/ask").result(timeout=60)
        except Exception:
            answer = None
        return Told(own, question, began, time.monotonic(), answer)

    return ask
