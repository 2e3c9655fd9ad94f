#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Makes a test catalogue of an answer of OpenRouter's GET /models.

    extract-catalogue.py ANSWER.json > tests/data/openrouter_models.json

The shape stays that of the real answer, one model a line so that two
catalogues diff well.  Facts alone are kept: no descriptions, benchmarks or
links.  Prices are strings in the answer and stay byte for byte as they were.
"""
import json
import sys

KEPT = ("id", "canonical_slug", "name", "created", "context_length", "architecture", "pricing", "top_provider",
        "supported_parameters", "expiration_date")
KEPT_OF_ARCHITECTURE = ("modality", "input_modalities", "output_modalities")


def extract(model):
    facts = {key: model[key] for key in KEPT if key in model}
    facts["architecture"] = {key: model["architecture"][key] for key in KEPT_OF_ARCHITECTURE
                             if key in model["architecture"]}
    return json.dumps(facts, ensure_ascii=False, separators=(",", ":"))


def main():
    if len(sys.argv) != 2:
        sys.exit("usage: extract-catalogue.py ANSWER.json > CATALOGUE.json")
    with open(sys.argv[1], encoding="utf-8") as answer:
        models = json.load(answer)["data"]
    sys.stdout.write('{"data":[\n' + ",\n".join(map(extract, models)) + "\n]}\n")


if __name__ == "__main__":
    main()
