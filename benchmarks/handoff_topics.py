"""How many messages of each topic reach a person, and how many ordinary ones do: handoff_topics.toml.

python benchmarks/handoff_topics.py
"""

from __future__ import annotations

import tomllib
from pathlib import Path

from assistant.build import build_embedder
from assistant.outbound.handoff import HandoffRules
from assistant.outbound.topics import Topics
from assistant.settings import Settings

GIVEN = Path(__file__).with_suffix(".toml")


def measure() -> None:
    """Passed on, of each kind, with what went wrong."""
    given = tomllib.loads(GIVEN.read_text(encoding="utf-8"))
    rules, embedder = HandoffRules(topics=given["topics"]), build_embedder(Settings())
    topics = Topics(rules.topics, rules.ordinary, rules.topic_from)
    for kind, messages in given["messages"].items():
        found = {message: topics.of(message, embedder) for message in messages}
        print(f"{kind}: {sum(topic is not None for topic in found.values())} of {len(found)} passed on")
        for message, topic in found.items():
            if (topic is None) != (kind == "ordinary"):
                print(f"  wrong: {message!r} -> {topic}")


if __name__ == "__main__":
    measure()
