"""What a tokenised corpus was made of, beside its tokens."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from hebbdsl.parts.datasets.corpora.corpus_source import SPLITS
from hebbdsl.parts.datasets.corpora.token_rules import TOKENISING

MANIFEST, SEAL = "manifest.json", "manifest.seal"

_DIGEST = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
_FILES = [*(f"{split}.tokens" for split in SPLITS), "counts", "words.txt"]
_COUNT = {"type": "integer", "minimum": 0}
MANIFEST_SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "What a tokenised corpus was made of",
    "type": "object",
    "required": [
        "version",
        "key",
        "rules",
        "text",
        "tokens",
        "words",
        "sizes",
        "content",
        "fingerprint",
    ],
    "additionalProperties": False,
    "properties": {
        "version": {"const": TOKENISING},
        "key": _DIGEST,
        "rules": {"type": "object"},
        "text": {
            "type": "object",
            "required": list(SPLITS),
            "additionalProperties": _DIGEST,
        },
        "tokens": {
            "type": "object",
            "required": list(SPLITS),
            "additionalProperties": _COUNT,
        },
        "words": {"type": "integer", "minimum": 1},
        "sizes": {
            "description": "bytes of each file",
            "type": "object",
            "required": _FILES,
            "additionalProperties": _COUNT,
        },
        "content": {
            "description": "SHA-256 of each file",
            "type": "object",
            "required": _FILES,
            "additionalProperties": _DIGEST,
        },
        "fingerprint": _DIGEST,
    },
}


def written(manifest: dict[str, Any]) -> bytes:
    """A manifest as it is kept, once it was checked against its schema."""
    import jsonschema

    text = json.dumps(manifest, indent=1)
    jsonschema.validate(json.loads(text), MANIFEST_SCHEMA)
    return text.encode()


def sealed(manifest: bytes) -> str:
    """The digest of a manifest together with its schema.

    It is kept beside a manifest that was checked. Where it fits, the same bytes were checked
    against the same schema before, and whoever opens a corpus need not load `jsonschema`, which
    takes longer than all the rest; where it does not, the manifest is not believed.
    """
    schema = json.dumps(MANIFEST_SCHEMA, sort_keys=True).encode()
    return hashlib.sha256(schema + b"\n" + manifest).hexdigest()
