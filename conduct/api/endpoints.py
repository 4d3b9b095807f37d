"""The endpoints: their arguments, what they do, and their results. Every interface is made from this list."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import MISSING, dataclass, fields
from functools import cache

from pydantic import TypeAdapter

from conduct.answering.answer import Answer
from conduct.answering.engine import Engine
from conduct.answering.full_text import FullText
from conduct.answering.validation import check_limit, clean_question, clean_questions
from conduct.api.markdown import answer_markdown, answers_markdown, code_markdown
from conduct.api.schemas import AskInput, AskManyInput, CodeInput, json_schema
from conduct.api.turns import in_parts
from conduct.errors import QuestionError, RequestError


@cache
def _adapter(gives: object) -> TypeAdapter:
    # It takes milliseconds to make, in the event loop that all requests share.
    return TypeAdapter(gives)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An endpoint of the public API. `takes` is a dataclass of its arguments in order, `gives` a type.

    `check` returns the cleaned arguments, or raises QuestionError; `run` returns the result, and may take long;
    `markdown` shows a result to people. A call that needs the model is split into `parts`, each the arguments of a
    smaller call, which are scheduled one by one; `questions` returns the texts of a part, `join` combines the results.
    """

    name: str
    title: str
    description: str
    result: str
    takes: type
    gives: object
    check: Callable[..., object]
    run: Callable[[Engine, object], object]
    markdown: Callable[[object], str]
    parts: Callable[[object], list[object]]
    questions: Callable[[object], list[str]]
    join: Callable[[list[object]], object]

    @property
    def parameters(self) -> dict:
        """The JSON schema of its arguments, an object."""
        # Some versions of pydantic add the dataclass's docstring; the endpoint's description says more.
        schema = json_schema(self.takes, "validation")
        return {key: value for key, value in schema.items() if key != "description"}

    @property
    def example(self) -> dict:
        """Example arguments."""
        properties = self.parameters.get("properties", {})
        return {name: schema["examples"][0] for name, schema in properties.items() if "examples" in schema}

    @property
    def returns(self) -> dict:
        """The JSON schema of its result, without references."""
        return {**json_schema(self.gives, "serialization"), "description": self.result}

    def dump(self, result: object) -> object:
        """A result as plain JSON values."""
        return _adapter(self.gives).dump_python(result, mode="json")

    def arguments(self, given: Mapping[str, object] | Sequence[object]) -> object:
        """An instance of `takes` from arguments by name or in order; a missing one has its default, or is None.

        Raises QuestionError for unknown arguments, and for values that the endpoint refuses.
        """
        takes = fields(self.takes)
        names = [field.name for field in takes]
        described = f"/{self.name} takes {' and '.join(names) or 'no arguments'}"
        if not isinstance(given, Mapping):
            if len(given) > len(names):
                raise QuestionError(f"{described}, but {len(given)} came: leave out what is too much.")
            given = dict(zip(names, given, strict=False))
        if unknown := [key for key in given if key not in names]:
            misnamed = any(field.default is MISSING and field.name not in given for field in takes)
            problem = f"{described}, but {str(unknown[0])[:40]!r} came"
            # A wrong name and a missing argument: probably "q" for "question".
            raise QuestionError(
                f"{problem} instead: send a body such as {json.dumps(self.example)}."
                if misnamed
                else f"{problem} as well: leave it out."
            )
        defaults = {field.name: None if field.default is MISSING else field.default for field in takes}
        return self.check(**defaults | dict(given))


ENDPOINTS = (
    Endpoint(
        name="ask",
        title="Is this okay?",
        description="Find the passages of the code of conduct that speak to a situation, word for word, or learn that "
        "the code does not speak about it. It never says yes or no: show the passages and let people decide.",
        result="An answer: whether the code speaks to the question, and the closest passages.",
        takes=AskInput,
        gives=Answer,
        check=lambda question, limit: AskInput(clean_question(question), check_limit(limit)),
        run=lambda engine, given: engine.ask(given.question, given.limit),
        markdown=answer_markdown,
        parts=lambda given: [given],
        questions=lambda given: [given.question],
        join=lambda results: results[0],
    ),
    Endpoint(
        name="ask_many",
        title="Are these okay?",
        description="Answer several questions at once, each as `ask` does, in order.",
        result="A list of answers, one for each question, in order.",
        takes=AskManyInput,
        gives=list[Answer],
        check=lambda questions, limit: AskManyInput(clean_questions(questions), check_limit(limit)),
        run=lambda engine, given: engine.ask_many(given.questions, given.limit),
        markdown=answers_markdown,
        parts=lambda given: [AskManyInput(part, given.limit) for part in in_parts(given.questions)],
        questions=lambda given: given.questions,
        join=lambda results: [answer for part in results for answer in part],
    ),
    Endpoint(
        name="code",
        title="The whole code of conduct",
        description="Read the whole code of conduct: its sections and passages with their ids, and where it comes "
        "from.",
        result="The whole code of conduct.",
        takes=CodeInput,
        gives=FullText,
        check=CodeInput,
        run=lambda engine, given: engine.text(),
        markdown=code_markdown,
        parts=lambda given: [],
        questions=lambda given: [],
        join=lambda results: results[0],
    ),
)
_BY_NAME = {endpoint.name: endpoint for endpoint in ENDPOINTS}
_PATHS = [f"/{name}" for name in _BY_NAME]
PATHS = f"{', '.join(_PATHS[:-1])} and {_PATHS[-1]}"


def endpoint(name: str) -> Endpoint:
    """The endpoint of that name, without its slash. Raises RequestError."""
    if name not in _BY_NAME:
        raise RequestError(f"The endpoints are {PATHS}, but another one was called: fix its name.", 404)
    return _BY_NAME[name]
