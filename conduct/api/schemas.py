"""The arguments of the endpoints, and the JSON schemas of arguments and results. Results: answering/answer.py.

The description of a field appears in the documentation of each interface.
"""

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from conduct.answering.limits import DEFAULT_LIMIT, MAX_CHARACTERS, MAX_LIMIT, MAX_QUESTIONS, MAX_TOTAL_CHARACTERS

EXAMPLE = "They laugh at his accent"

Question = Annotated[str, Field(min_length=1, max_length=MAX_CHARACTERS)]


@dataclass(frozen=True, slots=True)
class AskInput:
    """What /ask takes, in this order."""

    question: Annotated[
        Question,
        Field(
            description="What happened or what somebody wants to do, in everyday words, or the draft of a mail, a post "
            f"or a talk; 1 to {MAX_CHARACTERS:,} characters.",
            examples=[EXAMPLE],
        ),
    ]
    limit: Annotated[
        int, Field(ge=1, le=MAX_LIMIT, description=f"How many passages to give at most, 1 to {MAX_LIMIT}.")
    ] = DEFAULT_LIMIT


@dataclass(frozen=True, slots=True)
class AskManyInput:
    """What /ask_many takes, in this order."""

    questions: Annotated[
        list[Question],
        Field(
            min_length=1,
            max_length=MAX_QUESTIONS,
            description=f"1 to {MAX_QUESTIONS} questions or drafts, each of 1 to {MAX_CHARACTERS:,} characters and "
            f"together of {MAX_TOTAL_CHARACTERS:,}.",
            examples=[[EXAMPLE]],
        ),
    ]
    limit: Annotated[
        int,
        Field(
            ge=1, le=MAX_LIMIT, description=f"How many passages to give at most for each question, 1 to {MAX_LIMIT}."
        ),
    ] = DEFAULT_LIMIT


@dataclass(frozen=True, slots=True)
class CodeInput:
    """What /code takes: nothing."""


def json_schema(shape: object, mode: Literal["validation", "serialization"]) -> dict:
    """The JSON schema of a type, without references: not every program follows them."""
    schema = TypeAdapter(shape).json_schema(mode=mode)
    definitions = schema.pop("$defs", {})

    def inlined(node: object, named: bool = False) -> object:
        """`node` without references. `named`: its keys are names of fields, not keywords of JSON schema."""
        if isinstance(node, list):
            return [inlined(item) for item in node]
        if not isinstance(node, dict):
            return node
        if "$ref" in node:
            node = {**definitions[node["$ref"].removeprefix("#/$defs/")], **node}
        # Titles only repeat the names. `additionalProperties` is dropped so that clients with an older schema accept
        # answers with new fields.
        dropped = () if named else ("$ref", "title", "additionalProperties")
        return {key: inlined(value, key == "properties") for key, value in node.items() if key not in dropped}

    return inlined(schema)
