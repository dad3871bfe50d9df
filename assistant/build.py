"""The one place where parts are made and joined. Nothing heavy is made elsewhere."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from pydantic import HttpUrl, SecretStr

from retrieval.catalog import Catalog
from retrieval.dense import Dense, MiniLMEmbedder
from retrieval.errors import BadInput, StoreOutdated
from retrieval.lexical import Lexical
from retrieval.models import ModelHome, model_path
from retrieval.policies.passages import Policies
from retrieval.rerank import LinearMix
from retrieval.reranking.cross_encoder import CrossEncoderReranker
from retrieval.reviews.store import Reviews
from retrieval.reviews.tone import ToneReader
from retrieval.search import Searcher
from retrieval.spelling import Speller, english_words
from retrieval.store import UNANSWERED, Store

from .events.log import EventLog
from .everyday import everyday_words
from .experiments.exposures import ExposureLog
from .experiments.plan import Plan, read_plan
from .experiments.trial import Named
from .orders.desk import OrderDesk, open_desk
from .orders.log import OrderLog
from .outbound.attachments import Attachments
from .outbound.chatwoot import ByChatwoot
from .outbound.checkout import CheckoutHook
from .outbound.handoff import HandoffDesk, HandoffRules
from .outbound.letters import Letters
from .outbound.review_alerts import ReviewAlerts
from .outbound.routes import ByMail, ByWebhook, ToInbox
from .outbound.webhook import Webhook
from .parse import Parser
from .parse_model import ModelParser
from .parts import Parts
from .privacy.kept import Places
from .privacy.seal import Seal
from .reading.chat_model import ChatModel
from .reading.llm_model import ChatInProcess, LocalChat
from .reading.llm_parser import LlmParser, questions
from .reading.llm_server import ChatServer, Endpoint
from .reading.tagging.tagger import read_tagger
from .recommending.interest.model import Interest
from .recommending.placing import Placing
from .recommending.proposal import Source
from .recommending.sources import SOURCES, new_arrivals, rediscovered
from .relearning.versions import with_learnt
from .rules import read_toml
from .sessions import MemorySessions, Sessions
from .sessions_sql import SqlSessions
from .settings import Settings
from .unanswered import Unanswered
from .writing.model import ModelWriter
from .writing.server import ServerWriter
from .writing.writer import Writer

log = logging.getLogger(__name__)


def build_embedder(settings: Settings) -> MiniLMEmbedder:
    return MiniLMEmbedder(model_path("all-minilm-l6-v2"), threads=settings.threads)


def build_parser(settings: Settings) -> Parser:
    """Our own parser; before it the large model that the settings name, if any."""
    large = build_chat_model(settings)
    local = build_local_parser(settings)
    return LlmParser(large, local) if large else local


def build_chat_model(settings: Settings) -> ChatModel | None:
    """The model of a server or in this process; the latter has read what all questions begin with."""
    if settings.llm_url is not None:
        return _server(settings)
    if settings.llm is None:
        return None
    chat = LocalChat(settings.llm, threads=settings.threads, hub=ModelHome.from_environment().hub)
    model = ChatInProcess(chat, timeout_s=settings.llm_timeout_s)
    model.read_ahead(questions("", None)[:-1])
    return model


def build_writer(settings: Settings) -> Writer | None:
    """The model that words replies, where the settings let one: that in a folder, else that of the server. None: composed sentences."""
    if not settings.llm_writes:
        return None
    if settings.llm_folder is not None:
        return ModelWriter(
            settings.llm_folder,
            least_parameters=settings.llm_least_parameters,
            threads=settings.threads,
            timeout_s=settings.llm_timeout_s,
        )
    if settings.llm_url is None:
        raise BadInput("SHOP_LLM_WRITES is on, but no model is named.", fix="set SHOP_LLM_URL or SHOP_LLM_FOLDER")
    return ServerWriter(_server(settings))


def _server(settings: Settings) -> ChatServer:
    key = settings.llm_key.get_secret_value() if settings.llm_key else None
    return ChatServer(Endpoint(str(settings.llm_url), settings.llm_model, key, settings.llm_timeout_s))


def build_local_parser(settings: Settings) -> ModelParser:
    adapter = settings.parser or model_path("parser")
    tagger = read_tagger(adapter, model_path("all-minilm-l6-v2"))
    return ModelParser(model_path("smollm2-135m-instruct"), adapter, threads=settings.threads, tagger=tagger)


def build_reranker(mix: LinearMix, settings: Settings) -> CrossEncoderReranker:
    folder = settings.reranker or model_path("reranker")
    return CrossEncoderReranker(folder, model_path("all-minilm-l6-v2"), mix, threads=settings.threads)


def build_tones(settings: Settings) -> ToneReader:
    """What reads how sentences of reviews sound."""
    from retrieval.reviews.tone_network import MiniLMTones  # imports torch, which takes seconds

    return MiniLMTones(model_path("tone"), model_path("all-minilm-l6-v2"), threads=settings.threads)


def build_parts(store: Store, settings: Settings, *, parser: Parser | None = None) -> Parts:
    """Everything that a turn needs, loaded. parser: another than the settings name."""
    settings = with_learnt(settings, store.path)
    embedder = build_embedder(settings)
    require_embedder(store, embedder.name)
    lexical = Lexical(store.catalog)
    chroma = store.chroma(settings.chroma_url)
    dense = Dense(chroma, embedder)
    reranker = build_reranker(LinearMix(dense, lexical), settings)
    searcher = Searcher(store.catalog, lexical, dense, reranker, store.manifest.currency)
    return Parts(
        parser=parser or build_parser(settings),
        searcher=searcher,
        catalog=store.catalog,
        embedder=embedder,
        products_shown=settings.products_shown,
        currency=store.manifest.currency,
        policies=Policies(store.catalog, chroma, embedder),
        reviews=Reviews(store.catalog, chroma, embedder),
        unanswered=Unanswered(store.unanswered_path),
        orders=build_orders(store, settings),
        confirm_below=settings.confirm_below,
        show_reading_below=settings.show_reading_below,
        confirm_above=settings.confirm_above,
        checkout_url=settings.checkout_url,
        checkout_hook=build_checkout(settings),
        writer=build_writer(settings),
        speller=Speller(store.catalog, lexical, english_words(), everyday_words),
        handoff=build_handoff(settings),
        placing=build_placing(store.catalog, settings),
    )


def build_placing(catalog: Catalog, settings: Settings) -> Placing:
    """What the settings say is sponsored, and what a brand may take. Products that the catalogue has no more are told to the log, and so
    is a bound on what no product names."""
    placing = read_toml(Placing, settings.placing, "SHOP_PLACING")
    if placing.brands.share < 1 and not any(map(placing.maker, catalog)):
        log.warning(
            "SHOP_PLACING bounds shares by %r, which no product names, so nothing is bounded", placing.brands.by
        )
    if unknown := catalog.unknown(placing.sponsored.products):
        log.warning("SHOP_PLACING names products that the catalogue has not: %s", ", ".join(unknown))
    return placing


def build_checkout(settings: Settings) -> CheckoutHook | None:
    """The server of the shop that takes carts over; None where the settings name none."""
    if settings.checkout_webhook is None:
        return None
    if settings.checkout_url is not None:
        raise BadInput("SHOP_CHECKOUT_URL and SHOP_CHECKOUT_WEBHOOK both take the cart over.", fix="set one of the two")
    return CheckoutHook(_webhook("SHOP_CHECKOUT_WEBHOOK", settings.checkout_webhook, settings.checkout_webhook_secret))


def build_handoff(settings: Settings) -> HandoffDesk:
    """The way to the shop's staff that the settings name; else the inbox, where there is a database for it; else none."""
    rules = read_toml(HandoffRules, settings.handoff_rules, "SHOP_HANDOFF_RULES")
    url, seal = settings.sessions_url, build_seal(settings)
    letters = Letters(url, seal)
    route = _sent(settings) or (ToInbox(letters) if letters.lasting else None)
    server = str(settings.public_url) if settings.public_url else None
    return HandoffDesk(rules, route, letters, Attachments(url, seal), server)


def build_review_alerts(settings: Settings) -> ReviewAlerts | None:
    """Who tells the staff that reviews turn bad; None where the settings do not ask for it."""
    if not settings.review_alerts:
        return None
    way = _sent(settings)
    if way is None:
        raise BadInput(
            "SHOP_REVIEW_ALERTS is set, and there is no way to tell anybody.",
            fix="set SHOP_HANDOFF_WEBHOOK, SHOP_HANDOFF_SMTP or SHOP_HANDOFF_CHATWOOT as in docs/handoff.md",
        )
    return ReviewAlerts(way, settings.sessions_url)


def _sent(settings: Settings) -> ByWebhook | ByMail | ByChatwoot | None:
    """The way out of this machine to the shop's staff."""
    ways = ("handoff_webhook", "handoff_smtp", "handoff_chatwoot")
    named = [f"SHOP_{way.upper()}" for way in ways if getattr(settings, way) is not None]
    if len(named) > 1:
        raise BadInput(f"{' and '.join(named)} are set.", fix="set one of them")
    if settings.handoff_webhook is not None:
        secret = settings.handoff_webhook_secret
        return ByWebhook(_webhook("SHOP_HANDOFF_WEBHOOK", settings.handoff_webhook, secret))
    if settings.handoff_smtp is not None:
        if not settings.handoff_to:
            raise BadInput("SHOP_HANDOFF_SMTP is set, SHOP_HANDOFF_TO is not.", fix="set the address it goes to")
        return ByMail(settings.handoff_smtp.get_secret_value(), settings.handoff_to, settings.handoff_from)
    if settings.handoff_chatwoot is not None:
        inbox = settings.handoff_chatwoot_inbox
        if inbox is None:
            raise BadInput(
                "SHOP_HANDOFF_CHATWOOT is set, SHOP_HANDOFF_CHATWOOT_INBOX is not.", fix="set the inbox's identifier"
            )
        return ByChatwoot(str(settings.handoff_chatwoot), inbox.get_secret_value())
    return None


def _webhook(setting: str, url: HttpUrl, secret: SecretStr | None) -> Webhook:
    if secret is None:
        raise BadInput(f"{setting} is set, {setting}_SECRET is not.", fix="set it: messages are signed with it")
    return Webhook(str(url), secret.get_secret_value())


def build_orders(store: Store, settings: Settings) -> OrderDesk | None:
    """The order system that the settings name, else the store's own orders.db where there is one, as in the demo shop."""
    own = store.path / "orders.db"
    url = settings.orders_url or (f"sqlite:///{own}" if own.is_file() else None)
    key = settings.orders_key.get_secret_value() if settings.orders_key else None
    return open_desk(url, settings.order_rules, settings.sessions_url, key=key, seal=build_seal(settings))


def require_embedder(store: Store, name: str) -> None:
    """StoreOutdated where the vectors of the store come from another embedder than this."""
    made_with = store.manifest.models.get("embedder")
    if made_with != name:
        raise StoreOutdated(
            f"The vectors of {store.path} come from {made_with}, this version embeds with {name}.",
            fix=f"run `shop index FEED --store {store.path}` again; it embeds anew",
        )


def build_sessions(settings: Settings) -> Sessions:
    return SqlSessions(settings.sessions_url, build_seal(settings)) if settings.sessions_url else MemorySessions()


def build_events(settings: Settings) -> EventLog:
    return EventLog(settings.sessions_url, build_seal(settings))


def build_interest(settings: Settings) -> Interest | None:
    """The model that orders suggestions; None where the settings name none."""
    return Interest.read(settings.interest) if settings.interest else None


def build_trust(settings: Settings) -> Mapping[Source, float]:
    """How far each source of suggestions is trusted."""
    return {**SOURCES, new_arrivals: settings.arrivals, rediscovered: settings.rediscovery}


def build_plan(settings: Settings) -> Plan:
    """The experiments that the settings name; none without a file."""
    return read_plan(settings.experiments) if settings.experiments else Plan()


def build_named(plan: Plan, searcher: Searcher, settings: Settings) -> Named:
    """What the arms of these experiments name by its folder."""
    arms = [arm for one in plan.experiment for arm in one.arm]
    mix = LinearMix(searcher.dense, searcher.lexical)
    rerankers = {
        name: build_reranker(mix, settings.model_copy(update={"reranker": Path(name)}))
        for name in sorted({arm.reranker for arm in arms if arm.reranker})
    }
    return Named(
        {name: Interest.read(Path(name)) for name in sorted({arm.interest for arm in arms if arm.interest})},
        {name: replace(searcher, reranker=reranker) for name, reranker in rerankers.items()},
    )


def build_seal(settings: Settings) -> Seal:
    return Seal(settings.encryption_key.get_secret_value() if settings.encryption_key else None)


def build_places(store: Path, settings: Settings) -> Places:
    """Where something of shoppers lies, without what a turn needs; the store may be in use."""
    url, seal = settings.sessions_url, build_seal(settings)
    questions, letters, events = Unanswered(store / UNANSWERED), Letters(url, seal), build_events(settings)
    sessions, orders, attachments = build_sessions(settings), OrderLog(url, seal), Attachments(url, seal)
    return Places(sessions, orders, questions, letters, events, ExposureLog(events), attachments)
