"""What axe-core finds wrong with a page as it is now."""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

# WCAG 2.2's 24 pixels for what is pressed are not looked at unless asked for.
OPTIONS = {"resultTypes": ["violations"], "rules": {"target-size": {"enabled": True}}}


def faults(page: Page) -> list[tuple[str, list[str]]]:
    """Each broken rule, with the elements that break it."""
    found = Axe().run(page, options=OPTIONS).response
    assert found["passes"]
    return [(fault["id"], [node["html"] for node in fault["nodes"]]) for fault in found["violations"]]
