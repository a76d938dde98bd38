"""The command's answers in JSON, held against the schema that its users have.

Why: what is documented is what comes out, in every test that reads an answer.
What may not be in here: what a particular answer should be.
"""

from __future__ import annotations

import functools
import json
from pathlib import Path

import jsonschema

SCHEMA = Path(__file__).parents[2] / "docs" / "ostree-unlock.schema.json"


def parse(text: str) -> dict:
    """The one document in `text`, which has no key that the schema has not."""
    document = json.loads(text)
    _validator().validate(document)
    return document


def parse_lines(text: str, kind: str) -> list[dict]:
    """The documents in `text`, a line each, which are of this kind in the schema."""
    documents = [json.loads(line) for line in text.splitlines()]
    schema = _schema()
    validator = jsonschema.Draft202012Validator({"$ref": f"#/$defs/{kind}", "$defs": schema["$defs"]})
    for document in documents:
        validator.validate(document)
    return documents


@functools.cache
def _validator() -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(_schema())


@functools.cache
def _schema() -> dict:
    schema = json.loads(SCHEMA.read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    whole = schema.pop("properties")
    _close(schema)
    return {**schema, "properties": whole}


def _close(schema: object) -> None:
    """Users have to put up with keys that are added; here each has to be in the schema."""
    if isinstance(schema, dict):
        if "properties" in schema:
            schema["additionalProperties"] = False
        for value in schema.values():
            _close(value)
    elif isinstance(schema, list):
        for value in schema:
            _close(value)
