#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Compares the library's compat order with that of compat_order.py.

    compat_order_test.py DUMP_PROGRAM DATA_DIRECTORY

Both get the same catalogues, three real ones and two made up at random (seeded),
and the same cases; their output must be equal to the last byte, and no order
may be empty, because two empty orders would agree about nothing.
"""
import json
import os
import random
import subprocess
import sys
import tempfile

ORACLE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "compat_order.py")

TASKS = ["narrative_generation", "dialogue_generation", "character_development", "therapeutic_response",
         "world_building", "choice_generation", "consequence_analysis", "general_chat"]

# Of OpenRouter's models no score is known, so limits on scores must change nothing.
OPENROUTER_CASES = [
    "",
    "safety=0",
    "safety=0 context=200000",
    "context=100000000 capabilities=tools+telepathy",  # safety is unknown: neither is looked at
    "safety=0 capabilities=chat",
    "safety=0 capabilities=code_generation",
    "safety=0 capabilities=chat+instruction_following context=32000",
    "safety=0 max_latency_ms=1 min_quality=9.9",
    "max_cost=1e-12",
    "max_cost=2.5e-13 prefer_free=0",
    "max_cost=0.001",
    "free_only=1",
    "prefer_free=0",
    "prefer_local=1",
    "cost_weight=0 prefer_free=0",
    "cost_weight=1e6",
    "safety_weight=0.1 performance_weight=0.7 cost_weight=0.2",
    "min_safety=0",
]

STATED_CASES = [
    "",
    "safety=0",
    "min_safety=5",
    "min_safety=10",
    "safety=0 capabilities=chat",
    "safety=0 capabilities=reasoning context=20000",
    "context=100000 capabilities=storytelling",
    "safety=0 max_latency_ms=900",
    "safety=0 max_latency_ms=900 min_quality=8 max_cost=0.001 context=8192",
    "max_latency_ms=4999",
    "min_quality=7.5",
    "max_cost=0.0001",
    "max_cost=-0.5",
    "min_quality=-1",
    "free_only=1",
    "prefer_local=1",
    "prefer_local=1 prefer_free=0 safety=0",
    "safety_weight=0.1 performance_weight=0.7 cost_weight=0.2",
    "safety_weight=0 performance_weight=0 cost_weight=1 safety=0",
    "safety_weight=0.37 performance_weight=0.11 cost_weight=0.53 min_safety=3.3",
]

IDS = ["anthropic/claude-%d", "META-LLAMA/Llama-3.1-%d", "qwen/qwen2.5-%d", "openai/gpt-4-%d",
       "x/meta-llama/llama-3-%d", "some/chat-code-%d", "plain-%d", "mix/anthropic/claude/qwen/qwen2.5-%d"]

PROVIDERS = ["local", "openrouter", "openai", "anthropic", "ollama", "lm_studio", "custom_api"]

WORDS = ["chat", "conversation", "dialogue", "general", "creative_writing", "storytelling", "long_form", "empathy",
         "safety", "therapeutic", "character", "personality", "psychology", "world_building", "description",
         "decision_making", "options", "branching", "analysis", "reasoning", "logic", "tools"]


def random_price(rng):
    return rng.choice([None, "dynamic", 0, 0, rng.randrange(1, 10**6), rng.randrange(1, 2 * 10**10), 250000])


def random_score(rng):
    return rng.choice([None, None, 0, 10, 7.0, round(rng.uniform(0, 10), 1), rng.uniform(0, 10)])


def random_models(seed, count):
    rng = random.Random(seed)
    return [{
        "id": rng.choice(IDS) % number, "provider": rng.choice(PROVIDERS), "prompt": random_price(rng),
        "completion": random_price(rng), "context": rng.choice([None, 0, 1024, 4096, 32768, 131072, 1000000]),
        "capabilities": rng.sample(WORDS, rng.randrange(0, 8)), "safety": random_score(rng),
        "performance": random_score(rng),
    } for number in range(count)]


def output_of(command, cases):
    result = subprocess.run(command, input=cases, capture_output=True, text=True, check=False)
    if result.returncode != 0:
        sys.exit("%s failed (%d): %s" % (" ".join(command), result.returncode, result.stderr))
    return result.stdout.splitlines()


def compare(dump, form, catalogue, settings):
    cases = [("%s %s" % (task, setting)).strip() for task in TASKS for setting in settings]
    text = "".join(case + "\n" for case in cases)
    wanted = output_of([sys.executable, ORACLE, form, catalogue], text)
    got = output_of([dump, form, catalogue], text)
    case = 0
    for number in range(max(len(wanted), len(got))):
        ours = got[number] if number < len(got) else "(nothing)"
        theirs = wanted[number] if number < len(wanted) else "(nothing)"
        if theirs.startswith("case "):
            case = int(theirs.split()[1])
        if ours != theirs:
            sys.exit("%s, \"%s\", line %d: the library says %s, the oracle %s"
                     % (catalogue, cases[case - 1], number + 1, ours, theirs))
    orders = "\n".join(wanted + ["case"]).split("case")[1:-1]
    if len(orders) != len(cases):
        sys.exit("%s: %d orders for %d cases" % (catalogue, len(orders), len(cases)))
    for case, order in zip(cases, orders):
        if len(order.splitlines()) < 2:
            sys.exit("%s, \"%s\": no model is left, so the case says nothing" % (catalogue, case))
    print("%s: %d orders agree, %d lines" % (os.path.basename(catalogue), len(cases), len(wanted)))


def main():
    if len(sys.argv) != 3:
        sys.exit("usage: compat_order_test.py DUMP_PROGRAM DATA_DIRECTORY")
    dump, data = sys.argv[1:]
    for name in ("openrouter_models.json", "openrouter_models_2026-02.json", "openrouter_models_2025-07.json"):
        compare(dump, "openrouter", os.path.join(data, name), OPENROUTER_CASES)
    with tempfile.TemporaryDirectory() as directory:
        for seed in (1, 2):
            path = os.path.join(directory, "models_%d.json" % seed)
            with open(path, "w", encoding="utf-8") as catalogue:
                json.dump(random_models(seed, 700), catalogue)
            compare(dump, "models", path, STATED_CASES)


if __name__ == "__main__":
    main()
