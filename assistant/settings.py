"""Settings of one assistant: read once, from the environment, at the entry point; frozen after that."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Self

from pydantic import Field, HttpUrl, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Each setting is an environment variable with the prefix SHOP_, such as SHOP_THREADS=1."""

    model_config = SettingsConfigDict(env_prefix="SHOP_", frozen=True, extra="ignore")

    threads: int = Field(
        default_factory=lambda: min(os.cpu_count() or 1, 4),
        ge=1,
        description="Threads for the models. Take 1 where other busy processes share the cores.",
    )
    products_shown: int = Field(default=5, ge=1, le=20, description="Products shown with one reply.")
    message_limit: int = Field(default=2_000, ge=1, description="Longest message in characters.")
    parser: Path | None = Field(default=None, description="Folder of another parser adapter.")
    reranker: Path | None = Field(default=None, description="Folder of another reranker.")
    interest: Path | None = Field(
        default=None, description="Folder of a model made by `shop train interest`, which orders suggestions."
    )
    diversity: float = Field(
        default=0.2, ge=0, le=1, description="How much being unlike what is listed already counts in suggestions."
    )
    arrivals: float = Field(
        default=0.0,
        ge=0,
        le=1,
        description="How far what is new in the shop is trusted as a suggestion; 0 proposes none.",
    )
    report_least: int = Field(
        default=5, ge=1, description="How many shoppers or conversations a count that is passed on is told of at least."
    )
    report_epsilon: float | None = Field(
        default=None, gt=0, description="Noise in these counts, as epsilon of differential privacy; none without."
    )
    rediscovery: float = Field(
        default=0.0,
        ge=0,
        le=1,
        description="How far what a shopper liked a while ago is trusted as a suggestion; 0 proposes none.",
    )
    experiments: Path | None = Field(default=None, description="TOML file of the experiments (docs/experiments.md).")
    explore: float = Field(
        default=0.0,
        ge=0,
        le=0.5,
        description="Share of the places in a list of suggestions for products that too few have seen to be judged.",
    )
    placing: Path | None = Field(
        default=None,
        description="TOML file: what is sponsored, and what one brand may take of a list (docs/placing.md).",
    )
    chroma_url: str | None = Field(default=None, description="A Chroma server instead of the store's own folder.")
    sessions_url: str | None = Field(
        default=None,
        description="SQLAlchemy URL where conversations are kept; in memory by default.",
    )
    keep_days: int = Field(
        default=30,
        ge=1,
        description="Days after its last turn after which a conversation and all that came of it is deleted.",
    )
    keep_events_days: int = Field(
        default=365, ge=1, description="Days after which an event of a shopper (POST /v1/events) is deleted."
    )
    encryption_key: SecretStr | None = Field(
        default=None,
        description="Fernet key that encrypts conversations; several with commas between, the newest first.",
    )
    orders_url: str | None = Field(
        default=None,
        description="Where orders are: an SQLAlchemy URL, or http(s) of a JSON API as in docs/orders.md.",
    )
    orders_key: SecretStr | None = Field(default=None, description="Bearer key for that API.")
    order_rules: Path | None = Field(default=None, description="TOML file with the shop's rules for orders.")
    checkout_url: str | None = Field(
        default=None,
        pattern=r"^https?://[^/\s]+\S*\{items\}",
        description="Where the shop takes over the cart, such as https://shop.example/cart?items={items}.",
    )
    checkout_webhook: HttpUrl | None = Field(
        default=None, description="Instead: a server of the shop that takes the cart over, as in docs/checkout.md."
    )
    checkout_webhook_secret: SecretStr | None = Field(
        default=None, description="What carts are signed with: whsec_ and 24 to 64 bytes in base64."
    )
    handoff_webhook: HttpUrl | None = Field(
        default=None, description="A server of the shop that takes conversations for its staff, as in docs/handoff.md."
    )
    handoff_webhook_secret: SecretStr | None = Field(default=None, description="What they are signed with.")
    handoff_smtp: SecretStr | None = Field(
        default=None, description="Instead: a mail server, smtp://USER:PASSWORD@HOST:PORT or smtps://…"
    )
    handoff_to: str | None = Field(default=None, description="Where that mail goes: addresses separated by commas.")
    handoff_from: str | None = Field(default=None, description="Sender of that mail; the first address it goes to.")
    handoff_chatwoot: HttpUrl | None = Field(
        default=None, description="Instead: a Chatwoot server, such as https://app.chatwoot.com."
    )
    handoff_chatwoot_inbox: SecretStr | None = Field(
        default=None, description="The identifier of its inbox, which is one of the kind API."
    )
    handoff_chatwoot_secret: SecretStr | None = Field(
        default=None, description="What its webhook signs agents' answers with; without it none are taken."
    )
    public_url: HttpUrl | None = Field(
        default=None,
        description="Where this server is reached from outside, such as https://chat.shop.example; links to files need it.",
    )
    handoff_rules: Path | None = Field(
        default=None, description="TOML file: contact, office hours, and when a conversation is passed on."
    )
    review_alerts: bool = Field(
        default=False, description="Tell the staff by the same way when indexed reviews turn bad, each time once."
    )
    llm: str | None = Field(
        default=None,
        min_length=1,
        description="Folder, or name on a model hub, of a transformers chat model that reads messages.",
    )
    llm_url: HttpUrl | None = Field(
        default=None,
        description="An OpenAI-compatible server, such as http://127.0.0.1:8080/v1, whose model reads messages.",
    )
    llm_model: str = Field(default="default", description="Name of the model at that server.")
    llm_key: SecretStr | None = Field(default=None, description="Key for that server.")
    llm_timeout_s: float = Field(
        default=8.0, gt=0, description="Seconds for one answer, retries included; after that the small model reads."
    )
    llm_writes: bool = Field(
        default=False,
        description="Let a large model word the replies: that of SHOP_LLM_FOLDER, else that of SHOP_LLM_URL.",
    )
    llm_folder: Path | None = Field(
        default=None, description="Folder of a chat model for transformers that words the replies in this process."
    )
    llm_least_parameters: float = Field(
        default=1e9,
        ge=0,
        description="Parameters from which a model in a folder is capable of writing; a smaller one is refused.",
    )
    # Of 28 acts read in the development files, 11 lie below 0.4, all misread, and 3 misread ones above; of 194 searches 21 lie
    # below 0.05, all misread.
    confirm_below: float = Field(
        default=0.4,
        ge=0,
        le=1,
        description="Confidence below which a change of the cart or a checkout is asked back; twice that for “the cheapest”.",
    )
    show_reading_below: float = Field(
        default=0.05, ge=0, le=1, description="Confidence below which a search says how it was read."
    )
    # Of 209 acts on a cart in the labelled dialogues none names more than 12.
    confirm_above: int = Field(
        default=12, ge=0, description="Items in one message above which adding them is asked back, however surely read."
    )

    sites: Path | None = Field(default=None, description="TOML file of the sites that may carry the widget.")

    @model_validator(mode="after")
    def _one_reader(self) -> Self:
        if self.llm is not None and self.llm_url is not None:
            raise ValueError("SHOP_LLM and SHOP_LLM_URL both name a model to read the messages")
        return self
