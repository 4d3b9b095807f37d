"""The description of the contract in each interface, compared with the committed one: it cannot change unnoticed."""

import http.client
import json
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from gradio_client import Client
from jsonschema import Draft202012Validator
from mcp import ClientSession

from conduct.api.endpoints import ENDPOINTS
from tests.support.tooling import with_tools

EXPECTED = Path(__file__).parents[1] / "expected" / "api.json"
CAME = EXPECTED.with_name("api.came.json")


@pytest.fixture
def openapi(address: str) -> dict:
    """The OpenAPI description that is served."""
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=30)
    connection.request("GET", "/gradio_api/openapi.json")
    return json.loads(connection.getresponse().read())


def test_the_interfaces_are_described_as_committed(address: str, client: Client, openapi: dict):
    """view_api(), OpenAPI and the MCP tools."""

    async def tools(session: ClientSession) -> list[dict]:
        return [tool.model_dump(exclude_none=True) for tool in (await session.list_tools()).tools]

    came = {
        "view_api": client.view_api(return_format="dict", print_info=False),
        "openapi": openapi,
        "mcp": with_tools(address, tools),
    }
    CAME.write_text(json.dumps(came, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    assert came == json.loads(EXPECTED.read_text(encoding="utf-8")), (
        f"The contract has changed, on which people's programs depend. If that is meant: mv {CAME} {EXPECTED}"
    )
    CAME.unlink()


def test_each_parameter_and_field_is_described(client: Client):
    """Wherever a type has properties, each of them has a description."""
    info = client.view_api(return_format="dict", print_info=False)["named_endpoints"]
    for endpoint in ENDPOINTS:
        described = list(undescribed(endpoint.parameters)) + list(undescribed(endpoint.returns))
        assert described == []
        parameters = info[f"/{endpoint.name}"]["parameters"]
        assert [one["python_type"]["description"] for one in parameters] == [
            one["description"] for one in endpoint.parameters["properties"].values()
        ]


def undescribed(schema: object) -> list[str]:
    """Names of properties without a description, at any depth."""
    if isinstance(schema, list):
        return [name for one in schema for name in undescribed(one)]
    if not isinstance(schema, dict):
        return []
    own = [name for name, one in schema.get("properties", {}).items() if not one.get("description")]
    return own + [name for one in schema.values() for name in undescribed(one)]


@pytest.mark.parametrize(
    ("name", "arguments"),
    [("ask", {"question": "He talks over her"}), ("ask_many", {"questions": ["pizza"], "limit": 1}), ("code", {})],
)
def test_what_comes_is_what_openapi_says(client: Client, openapi: dict, name: str, arguments: dict):
    """The arguments and the result of a real call fit the schemas."""
    operation = openapi["paths"][f"/gradio_api/run/{name}"]["post"]
    taken = operation["requestBody"]["content"]["application/json"]["schema"]
    given = operation["responses"]["200"]["content"]["application/json"]["schema"]
    result = {"data": [client.predict(**arguments, api_name=f"/{name}")]}
    for schema, value in ((taken, arguments), (given, result)):
        Draft202012Validator.check_schema(schema)
        Draft202012Validator(schema).validate(value)
    broken = {"data": [None]}
    assert not Draft202012Validator(given).is_valid(broken)
