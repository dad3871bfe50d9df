"""Pictures of the main states of page, widget and operator's page, written to a folder: what a look finds that no test does.

python benchmarks/screenshots.py pictures

It starts `shop serve` with its real models on the demo shop (or `--store`) and has one conversation on the page and one in the widget,
in Chromium, at a desk and on a phone, light and dark.
"""

from __future__ import annotations

import asyncio
import os
import secrets
from pathlib import Path
from typing import Annotated, Any

import typer
from browser_latency import CHROMIUM, LIMIT_S, SWITCHES, serving
from playwright.async_api import Browser, Page, async_playwright

DESK, PHONE = {"width": 1280, "height": 860}, {"width": 390, "height": 844}
MESSAGE = "i need a warm desk lamp under 40"
FRAMES = (
    "() => new Promise(done => requestAnimationFrame(() => setTimeout(done, 300)))"  # until smooth scrolling is over
)


def main(
    out: Annotated[Path, typer.Argument(help="Folder for the pictures; made where it is not there.")],
    store: Annotated[Path | None, typer.Option(help="A store made by `shop index`; the demo shop without.")] = None,
) -> None:
    out.mkdir(parents=True, exist_ok=True)
    token = os.environ["SHOP_ADMIN_TOKEN"] = secrets.token_hex(16)
    os.environ.setdefault("SHOP_CHECKOUT_URL", "https://shop.example/checkout?items={items}")
    with serving(store) as address:
        asyncio.run(take(out, address, token))


async def take(out: Path, address: str, token: str) -> None:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=SWITCHES)
        for scheme in ("light", "dark"):
            await of_the_page(await opened(browser, f"{address}/", DESK, scheme), out, scheme)
            await of_the_widget(await opened(browser, f"{address}/widget-demo", DESK, scheme), out, scheme)
        await on_a_phone(
            await opened(browser, f"{address}/", PHONE), await opened(browser, f"{address}/widget-demo", PHONE), out
        )
        await of_the_operator(await opened(browser, f"{address}/admin", DESK), out, token)
        await snap(await opened(browser, f"{address}/widget-install", DESK), out, "install")
        await browser.close()


async def of_the_page(page: Page, out: Path, scheme: str) -> None:
    await snap(page, out, f"page-welcome-{scheme}")
    await said(page, MESSAGE)
    await snap(page, out, f"page-{scheme}")
    if scheme == "dark":
        return
    await page.locator("#now .reason summary").first.click()
    await page.locator("#now .about summary").click()
    await page.get_by_role("region", name="Scores by step").wait_for()
    await page.locator("#now .about").scroll_into_view_if_needed()
    await snap(page, out, "page-about")
    await said(page, "compare the first two")
    await snap(page, out, "page-comparison")
    await said(page, "add the first one to my cart")
    await said(page, "check out")
    await snap(page, out, "page-cart")
    await said(page, "a saddle for my unicorn")
    await snap(page, out, "page-nothing-found")
    await page.context.set_offline(True)
    await page.locator("#message .offline").wait_for()
    await snap(page, out, "page-offline")


async def of_the_widget(page: Page, out: Path, scheme: str) -> None:
    await snap(page, out, f"widget-closed-{scheme}")
    await page.locator("#bubble").click()
    await snap(page, out, f"widget-welcome-{scheme}")
    await asked(page, MESSAGE)
    await snap(page, out, f"widget-{scheme}")
    if scheme == "dark":
        return
    await asked(page, "compare the first two")
    await snap(page, out, "widget-comparison")
    await asked(page, "add the first one to my cart")
    await page.locator("#panel .cart").click()
    await snap(page, out, "widget-cart")
    await page.context.set_offline(True)
    await page.evaluate("ShopAssistant.send('in black please')")
    await page.locator("#panel .trouble").wait_for()
    await snap(page, out, "widget-offline")


async def on_a_phone(page: Page, shop: Page, out: Path) -> None:
    await said(page, MESSAGE)
    await snap(page, out, "page-phone")
    await shop.locator("#bubble").click()
    await asked(shop, MESSAGE)
    await snap(shop, out, "widget-phone")


async def of_the_operator(page: Page, out: Path, token: str) -> None:
    await page.get_by_label("Token").fill(token)
    await page.keyboard.press("Enter")
    await page.get_by_role("heading", name="Overview").wait_for()
    await snap(page, out, "operator")
    await page.get_by_role("link", name="Conversations", exact=True).click()
    await page.locator("main tbody a").first.click()
    await snap(page, out, "operator-conversation")


async def said(page: Page, message: str) -> None:
    """A message on the page, until its answer is whole."""
    await page.get_by_role("textbox", name="Your message").fill(message)
    await page.keyboard.press("Enter")
    turn = page.locator("#now .turn:not([aria-busy])").filter(has=page.locator(".said", has_text=message))
    await turn.locator(".about").wait_for()


async def asked(page: Page, message: str) -> None:
    """A message in the widget, likewise."""
    answered = await page.locator("#panel .thumbs").count()
    await page.evaluate("message => void ShopAssistant.send(message)", message)
    await page.locator("#panel .thumbs").nth(answered).wait_for()


async def opened(browser: Browser, url: str, size: Any, scheme: Any = "light") -> Page:
    context = await browser.new_context(
        viewport=size, color_scheme=scheme, has_touch=size is PHONE, is_mobile=size is PHONE
    )
    context.set_default_timeout(LIMIT_S * 1e3)
    page = await context.new_page()
    await page.goto(url)
    await page.locator("textarea, #bubble, input").first.wait_for()
    return page


async def snap(page: Page, out: Path, name: str) -> None:
    await page.evaluate(FRAMES)
    await page.screenshot(path=out / f"{name}.png")
    print(out / f"{name}.png")


if __name__ == "__main__":
    typer.run(main)
