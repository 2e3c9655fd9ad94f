#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The order of models under the compat rules, computed apart from the library.

    compat_order.py openrouter|models CATALOGUE.json < cases

Written from docs/compat.md, sharing nothing with the C code: it reads the
catalogue itself and computes in Python's floats, as the original component
did.  A case is a line, "TASK KEY=VALUE ...", with the keys of DEFAULTS below;
capabilities are joined by "+".  For each case it prints the line "case N" and
then "ID SCORE" for each model that is left, best first, the score with the 17
digits that tell any two floats apart.

"openrouter" is the answer of GET /models.  "models" is a list of objects: id,
provider, prompt and completion (whole pico-USD a token, null for unknown,
"dynamic"), context, capabilities, safety, performance (null for unknown).
"""
import json
import sys
from decimal import Decimal

DEFAULTS = {
    "max_latency_ms": 0.0, "min_quality": 0.0, "max_cost": 0.0, "safety": 1.0, "context": 0.0, "capabilities": "",
    "free_only": 0.0, "prefer_free": 1.0, "prefer_local": 0.0, "safety_weight": 0.4, "performance_weight": 0.3,
    "cost_weight": 0.3, "min_safety": 7.0,
}

HOSTED = {"openrouter", "custom_api", "openai", "anthropic"}

TASK_WORDS = {
    "narrative_generation": ["creative_writing", "storytelling", "long_form"],
    "dialogue_generation": ["conversation", "chat", "dialogue"],
    "therapeutic_response": ["empathy", "safety", "therapeutic"],
    "character_development": ["character", "personality", "psychology"],
    "world_building": ["creative_writing", "world_building", "description"],
    "choice_generation": ["decision_making", "options", "branching"],
    "consequence_analysis": ["analysis", "reasoning", "logic"],
    "general_chat": ["chat", "conversation", "general"],
}

FAMILIES = {
    "narrative_generation": [("anthropic/claude", 2.0), ("meta-llama/llama-3.1", 1.5), ("qwen/qwen2.5", 1.0)],
    "therapeutic_response": [("anthropic/claude", 2.5), ("openai/gpt-4", 2.0), ("meta-llama/llama-3.1", 1.0)],
    "dialogue_generation": [("meta-llama/llama-3.1", 2.0), ("anthropic/claude", 1.5), ("qwen/qwen2.5", 1.0)],
}


def openrouter_model(entry):
    name = entry["id"].lower()
    words = []
    if "chat" in name or "instruct" in name:
        words += ["chat", "instruction_following"]
    if "code" in name:
        words.append("code_generation")
    prompt = (entry.get("pricing") or {}).get("prompt")
    completion = (entry.get("pricing") or {}).get("completion")
    cost = None if prompt is None or completion is None else (float(prompt) + float(completion)) / 2000000
    return {"id": entry["id"], "provider": "openrouter", "cost": cost, "context": entry.get("context_length"),
            "words": words, "safety": None, "performance": None}


def usd(price):
    return -1.0 if price == "dynamic" else float(Decimal(price).scaleb(-12))


def stated_model(entry):
    cost = None
    if entry["prompt"] is not None and entry["completion"] is not None:
        divisor = 2000000 if entry["provider"] == "openrouter" else 2
        cost = (usd(entry["prompt"]) + usd(entry["completion"])) / divisor
    return {"id": entry["id"], "provider": entry["provider"], "cost": cost, "context": entry["context"],
            "words": entry["capabilities"], "safety": entry["safety"], "performance": entry["performance"]}


def passes(model, case):
    if case["free_only"] and model["cost"] != 0:
        return False
    if case["max_latency_ms"] and model["performance"]:
        if 5000 / max(model["performance"], 1.0) > case["max_latency_ms"]:
            return False
    if case["max_cost"] and model["cost"] and model["cost"] > case["max_cost"]:
        return False
    if case["min_quality"] and model["performance"] and model["performance"] < case["min_quality"]:
        return False
    if case["safety"]:
        if model["safety"] is None:
            return model["provider"] in HOSTED
        if model["safety"] < case["min_safety"]:
            return False
    if case["context"] and model["context"] and model["context"] < case["context"]:
        return False
    return all(word in model["words"] for word in case["capabilities"].split("+") if word)


def bonus(model, task):
    total = 0.5 * sum(word in model["words"] for word in TASK_WORDS[task])
    for part, points in FAMILIES.get(task, []):
        if part in model["id"].lower():
            return total + points
    return total


def score(model, task, case):
    total = (model["performance"] or 5.0) * case["performance_weight"]
    total += (model["safety"] or (7.0 if model["provider"] in HOSTED else 5.0)) * case["safety_weight"]
    cost_points = 10.0
    if model["cost"] and model["cost"] > 0:
        cost_points = max(0, 10.0 * (1 - min(model["cost"] / 0.01, 1.0)))
    total += cost_points * case["cost_weight"]
    total += bonus(model, task)
    if case["prefer_free"] and model["cost"] == 0:
        total += 1.0
    if case["prefer_local"] and model["provider"] == "local":
        total += 1.0
    return total


def parse_case(line):
    task, *settings = line.split()
    case = dict(DEFAULTS)
    for setting in settings:
        key, value = setting.split("=", 1)
        case[key] = value if isinstance(DEFAULTS[key], str) else float(value)
    return task, case


def main():
    with open(sys.argv[2], encoding="utf-8") as catalogue:
        entries = json.load(catalogue)
    if sys.argv[1] == "openrouter":
        models = [openrouter_model(entry) for entry in entries["data"]]
    else:
        models = [stated_model(entry) for entry in entries]
    for number, line in enumerate(sys.stdin, start=1):
        task, case = parse_case(line)
        rated = [(score(model, task, case), model["id"]) for model in models if passes(model, case)]
        print("case", number)
        for points, name in sorted((r for r in rated if r[0] > 0), key=lambda r: r[0], reverse=True):
            print(name, "%.17g" % points)


if __name__ == "__main__":
    main()
