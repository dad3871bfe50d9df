"""What a shopper waits for at the widget: time from send to first card and to last word, nothing lost, bytes, first paint, layout shift,
and what axe finds.

python benchmarks/browser_latency.py --shoppers 1,10,50

It starts `shop serve` with its real models on the demo shop (or `--store`), conversations in a file of its own, and drives Chromium.
Fifty browser tabs would take two cores for themselves, and they would be measured and not the shop: at most `--tabs` shoppers sit at
the widget in Chromium, timed in the page until the frame in which the card or the last word is drawn; the others send the widget's own
calls over HTTP, each from an address of its own (127.1.0.0/16), since one address has only a share of the line. All begin at once and
send the next message when the answer is there; who is refused over HTTP since the line is full or slow waits as told and sends again.
A small crowd says more messages each, so that a 95th percentile is one.
"""

from __future__ import annotations

import asyncio
import gzip
import json
import math
import os
import re
import secrets
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any

import httpx
import numpy as np
import typer
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page, async_playwright

import ui

NAMES = ("chromium", "chromium-headless-shell", "chromium-browser")
CHROMIUM = next(filter(None, map(shutil.which, NAMES)), None)
SWITCHES = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
MESSAGES = (
    "i need a warm desk lamp under 40",
    "a waterproof backpack for my laptop",
    "something to make coffee with for two",
    "a blanket for the sofa, not wool",
    "running shoes for women under 90",
    "only cheaper ones",
    "which of these is rated best",
    "show me more",
)
LEAST = 20  # messages of a crowd
OPENINGS = 5  # of those, how many can begin a conversation
LIMIT_S = 600  # for one message, the line included
# Says a text through the widget's own door; when the frame with the first card and with the last word was drawn, in ms since.
SAY = """text => new Promise(resolve => {
  const began = performance.now(), times = {card: null};
  const drawn = then => requestAnimationFrame(() => setTimeout(() => then(performance.now() - began)));
  const shown = () => drawn(ms => { times.card ??= ms; });
  const heard = ({detail}) => detail.from === "assistant" && end({kind: null, turn: detail.reply.turn});
  const failed = ({detail}) => end(detail);
  const end = ({kind, turn}) => {
    for (const [name, listener] of listeners) ShopAssistant.off(name, listener);
    drawn(ms => resolve({...times, word: ms, error: kind, turn}));
  };
  const listeners = [["product-shown", shown], ["message", heard], ["error", failed]];
  for (const [name, listener] of listeners) ShopAssistant.on(name, listener);
  ShopAssistant.send(text);
})"""
PAINT = """() => new Promise(resolve => {
  let shift = 0;
  new PerformanceObserver(list => list.getEntries().forEach(one => { if (!one.hadRecentInput) shift += one.value; }))
    .observe({type: "layout-shift", buffered: true});
  const paint = performance.getEntriesByName("first-contentful-paint")[0]?.startTime;
  setTimeout(() => resolve({paint, shift}), 500);
})"""


@dataclass(frozen=True)
class Heard:
    """One message's answer. card_ms: until the first card, None where none was shown; word_ms: until the last word.

    again: how often it was refused with a time to wait, waited, and was sent again; that is part of the times.
    """

    card_ms: float | None
    word_ms: float
    error: str | None = None
    again: int = 0


def main(
    shoppers: Annotated[str, typer.Option(help="How many at once, one run each.")] = "1,10,50",
    turns: Annotated[int, typer.Option(help=f"Messages of each shopper, at least; {LEAST} of all of them.")] = 2,
    tabs: Annotated[int, typer.Option(help="How many of them in the browser, at most.")] = 10,
    store: Annotated[Path | None, typer.Option(help="A store made by `shop index`; the demo shop without.")] = None,
) -> None:
    bytes_of_the_widget()
    with serving(store) as address:
        lost = asyncio.run(measure(address, [int(count) for count in shoppers.split(",")], turns, tabs))
    raise typer.Exit(1 if lost else 0)


def bytes_of_the_widget() -> None:
    dist = Path(ui.__file__).parent / "widget" / "dist"
    for name, when in (("widget.js", "on every page"), ("panel.js", "on first open")):
        plain = (dist / name).read_bytes()
        print(f"{name}: {len(plain):,} bytes, {len(gzip.compress(plain)):,} gzipped, {when}")


@contextmanager
def serving(store: Path | None) -> Iterator[str]:
    """The address of a server of its own, ready to answer."""
    command = [shutil.which("shop") or str(Path(sys.executable).with_name("shop")), "serve", "--port", "0"]
    with TemporaryDirectory() as place:
        env = {**os.environ, "SHOP_SESSIONS_URL": f"sqlite:///{place}/sessions.db"}
        given = ["--store", str(store)] if store else []
        with subprocess.Popen(
            [*command, *given], text=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=env
        ) as server:
            try:
                assert server.stdout is not None
                told = re.search(r"http://[^/]+", server.stdout.readline())
                if told is None:
                    raise typer.BadParameter(f"the server did not start; `{' '.join([*command, *given])}` says why")
                yield told[0]
            finally:
                server.terminate()


async def measure(address: str, counts: Sequence[int], turns: int, tabs: int) -> int:
    """Prints all figures; how many messages were left without their answer."""
    lost = 0
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=SWITCHES)
        async with httpx.AsyncClient(base_url=address, timeout=LIMIT_S) as client:
            (await client.get("/readyz")).raise_for_status()
            (await client.post("/v1/chat", json={"message": MESSAGES[0]})).raise_for_status()  # first calls allocate
        await paints(browser, address)
        for count in counts:
            lost += await run(browser, address, count, max(turns, math.ceil(LEAST / count)), tabs)
        await browser.close()
    return lost


async def paints(browser: Browser, address: str) -> None:
    """First paint, layout shift and what axe finds, of the chat page and of a shop's page with the widget, before and after a turn."""
    for name, path in (("page", "/"), ("shop's page with the widget", "/widget-demo")):
        page = await new_page(browser, address + path)
        print(f"{name}: {await painted(page)}")
        if path == "/widget-demo":
            print(f"  panel open {await page.evaluate(OPEN):.0f} ms after the click")
            await page.evaluate(SAY, MESSAGES[0])
        else:
            await page.get_by_role("textbox", name="Your message").fill(MESSAGES[0])
            await page.keyboard.press("Enter")
            await page.locator("#now .turn:not([aria-busy]) .about").wait_for()
        print(f"  after a turn: {await painted(page)}; axe: {await faults(page)}")
        await page.context.close()


async def faults(page: Page) -> str:
    """What axe finds wrong, by rule and weight."""
    found = (await Axe().run(page)).response
    wrong = [f"{one['id']} ({one['impact']}, {len(one['nodes'])})" for one in found["violations"]]
    return f"{', '.join(wrong) or 'nothing wrong'}; {len(found['passes'])} rules hold"


OPEN = """() => new Promise(resolve => {
  const began = performance.now();
  ShopAssistant.on("opened", () => requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - began))));
  document.querySelector("shop-assistant").shadowRoot.querySelector("#bubble").click();
})"""


async def painted(page: Page) -> str:
    seen = await page.evaluate(PAINT)
    return f"first contentful paint {seen['paint']:.0f} ms, layout shift {seen['shift']:.3f}"


async def new_page(browser: Browser, url: str) -> Page:
    context = await browser.new_context(viewport={"width": 1280, "height": 860})
    context.set_default_timeout(LIMIT_S * 1e3)
    page = await context.new_page()
    await page.goto(url)
    await page.locator("textarea, #bubble").first.wait_for()
    return page


async def run(browser: Browser, address: str, count: int, turns: int, tabs: int) -> int:
    """One crowd; how many of its messages were left without their answer."""
    seated = min(count, tabs)
    pages = [await new_page(browser, f"{address}/widget-demo") for _ in range(seated)]
    load, began = os.getloadavg()[0], time.perf_counter()
    at_tabs = [in_tab(page, said_by(number, turns)) for number, page in enumerate(pages)]
    calling = [over_http(address, number, said_by(number, turns)) for number in range(seated, count)]
    # The tabs begin amid the others: at the head of the line they would wait less than most.
    middle = len(calling) // 2
    crowd = await asyncio.gather(*calling[:middle], *at_tabs, *calling[middle:])
    heard = [*crowd[middle : middle + seated], *crowd[:middle], *crowd[middle + seated :]]
    took_s = time.perf_counter() - began
    for page in pages:
        await page.context.close()
    loads = f"load {load:.1f} before, {os.getloadavg()[0]:.1f} after"
    print(f"{count} at once ({seated} in the browser), {turns} messages each, {took_s:.0f} s; {loads}")
    show("in the browser", [answer for answers in heard[:seated] for answer in answers])
    show("over HTTP", [answer for answers in heard[seated:] for answer in answers])
    lost = sum(answer.error is not None for answers in heard for answer in answers)
    again = sum(answer.again for answers in heard for answer in answers)
    print(
        f"  {count * turns} messages, {count * turns - lost} answered, {lost} lost; {again} times refused and sent again"
    )
    return lost


def said_by(number: int, turns: int) -> list[str]:
    """An opening, what may follow it, another opening …: another for each shopper."""
    pairs = range(number, number + turns)
    rest = MESSAGES[OPENINGS:]
    said = (message for at in pairs for message in (MESSAGES[at % OPENINGS], rest[at % len(rest)]))
    return list(islice(said, turns))


async def in_tab(page: Page, messages: Sequence[str]) -> list[Heard]:
    times = [await page.evaluate(SAY, message) for message in messages]
    kept = [
        one["error"] or (None if one["turn"] == number else "not kept") for number, one in enumerate(times, start=1)
    ]
    return [Heard(one["card"], one["word"], error) for one, error in zip(times, kept, strict=True)]


async def over_http(address: str, number: int, messages: Sequence[str]) -> list[Heard]:
    """The widget's own calls, from an address of its own; the transcript must hold every message at the end."""
    headers = {"X-Visitor": secrets.token_urlsafe(16)}
    session = f"s_{secrets.token_hex(16)}"
    way = httpx.AsyncHTTPTransport(verify=False, local_address=f"127.1.{number // 250}.{number % 250 + 1}")
    async with httpx.AsyncClient(base_url=address, headers=headers, transport=way, timeout=LIMIT_S) as client:
        heard = [
            await asked(client, {"message": message, "session_id": session, "stream": True}) for message in messages
        ]
        kept = (await client.get(f"/v1/sessions/{session}")).json()
    if [turn["message"] for turn in kept.get("turns", [])] != list(messages):
        return [Heard(one.card_ms, one.word_ms, one.error or "not kept") for one in heard]
    return heard


async def asked(client: httpx.AsyncClient, body: dict[str, Any]) -> Heard:
    """The answer to a message, however often it has to be sent."""
    began, again = time.perf_counter(), 0
    while True:
        sent_ms = (time.perf_counter() - began) * 1e3
        heard, wait_s = await answered(client, body)
        if not wait_s or sent_ms > LIMIT_S * 1e3:
            card_ms = None if heard.card_ms is None else heard.card_ms + sent_ms
            return Heard(card_ms, heard.word_ms + sent_ms, heard.error, again)
        again += 1
        await asyncio.sleep(wait_s)


async def answered(client: httpx.AsyncClient, body: dict[str, Any]) -> tuple[Heard, int]:
    """What came of sending it once, and after how many seconds to send it again; 0 where that is not needed."""
    began, card_ms, event = time.perf_counter(), None, ""
    async with client.stream("POST", "/v1/chat", json=body) as answer:
        async for line in answer.aiter_lines():
            now_ms = (time.perf_counter() - began) * 1e3
            if answer.status_code != 200:
                return Heard(None, now_ms, str(answer.status_code)), int(answer.headers.get("Retry-After", 0))
            event = line.removeprefix("event: ") if line.startswith("event: ") else event
            data = line.removeprefix("data: ") if line.startswith("data: ") else ""
            if data and event == "products" and '"id"' in data:
                card_ms = card_ms or now_ms
            elif data and event == "done":
                return Heard(card_ms, now_ms), 0
            elif data and event == "error":
                return Heard(card_ms, now_ms, "error"), json.loads(data).get("retry_after", 0)
    return Heard(card_ms, (time.perf_counter() - began) * 1e3, "cut off"), 0


def show(where: str, heard: Sequence[Heard]) -> None:
    if not heard:
        return
    cards = [one.card_ms for one in heard if one.card_ms is not None]
    words = [one.word_ms for one in heard if one.error is None]
    print(f"  {where}: first card {spread(cards)}; last word {spread(words)}")


def spread(times_ms: Sequence[float]) -> str:
    if not times_ms:
        return "none"
    p50, p95 = np.percentile(times_ms, [50, 95]) / 1e3
    return f"{p50:.2f} s p50, {p95:.2f} s p95 ({len(times_ms)})"


if __name__ == "__main__":
    typer.run(main)
