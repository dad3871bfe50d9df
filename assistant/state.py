"""What the shopper wants now, after one more message: carry over, replace, drop, reset. Pure functions of values."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from retrieval.kinds.of_listings import kind_at_end
from retrieval.query import Constraints, Sort
from retrieval.words import content_stems

from .lasting import given_up, said_of_oneself
from .mentions import says_an_order, says_which
from .merging import ALSO_CALLED, WISH_LISTS, drop, merge
from .model import CartLine, DialogueState, Exchange, Need, Outcome, Parse, Slots, Taste
from .orders.book import OrderTalk
from .outbound.handover import HandedCart, Handoff
from .parse import clean
from .sayings.assent import agrees, refuses
from .wishes import without

LOOKS_AT_THE_CART = ("cart_view", "checkout", "bye")
NARROWING = ("refine", "similar", "recommend", "more", "compare")
NEEDS_KEPT = 5  # earlier needs that a conversation can come back to


@dataclass(frozen=True)
class Effect:
    """What a turn leaves behind for the next: which products stand on the table, the cart, what was spoken of last.

    found: those of them that were looked for.
    constraints, taste: None when the action did not change them. asked: an act that waits for a yes. questioned: the field asked about.
    failed: whether the whole turn got the shopper no further; its last act has it. then: of the message's next act.
    """

    shown: tuple[str, ...] = ()
    cart: tuple[CartLine, ...] | None = None
    focus: str | None = None
    constraints: Constraints | None = None
    taste: Taste | None = None
    asked: Parse | None = None
    order: OrderTalk | None = None
    questioned: str | None = None
    handed: HandedCart | None = None
    handoff: Handoff | None = None
    failed: bool = False
    then: Effect | None = None
    compared: tuple[str, ...] = ()
    found: tuple[str, ...] = ()
    asked_of: tuple[str, ...] = ()

    def in_order(self) -> Iterator[Effect]:
        """What each act left, this one first."""
        one: Effect | None = self
        while one is not None:
            yield replace(one, then=None)
            one = one.then


def update(state: DialogueState, parse: Parse, message: str = "") -> DialogueState:
    """The state with this message's slots in it. A search starts a new need, and the one before is kept to come back to; a refinement
    that names the kind of an earlier need goes on with that one. A reset forgets all needs, never the cart. An act that is only to be
    asked about changes no wish.
    """
    points_back = state.acts[-1:] == ("policy",) and says_which(message)
    asked = {"ask_product": parse.slots.asked_about, "policy": "" if points_back else message}.get(parse.intent)
    topic = "" if asked is None else asked or state.topic
    passed_over = _passed_over(state, parse)
    state = replace(arrived(state, parse.page), acts=(*state.acts, parse.intent), topic=topic, passed_over=passed_over)
    if parse.yes is False:
        return state
    if (wish := parse.lets_go) is not None:
        own = tuple(one for one in state.own if one != wish)
        let_go = (*state.let_go, (wish.field, wish.value or ""))
        return replace(state, own=own, let_go=let_go, constraints=without(state.constraints, wish))
    if parse.intent == "reset":
        return replace(
            state, constraints=Constraints(), sort=None, said="", shown=(), seen=frozenset(), focus=state.page, taste=Taste(),
            earlier=(), questioned=(), dropped=(), compared=(), let_go=(), own=(), found=(), taken_out=(), passed_over=(),
            asked_of=(),
        )  # fmt: skip
    if parse.intent == "search":
        return _begun(state, parse, message)
    return _narrowed(state, parse) if parse.intent in NARROWING else state


def _begun(state: DialogueState, parse: Parse, message: str) -> DialogueState:
    """The state with a new need, and the one before kept to come back to."""
    constraints = merge(Constraints(), _with_always(parse.slots, parse))
    fresh = DialogueState(constraints, parse.slots.sort, said=message, focus=state.page, page=state.page)
    return replace(
        fresh, earlier=_left_for_another(state, parse.slots.product), cart=state.cart, handed=state.handed, taste=state.taste,
        let_go=state.let_go, own=state.own, acts=state.acts, taken_out=state.taken_out, passed_over=state.passed_over,
        last=state.last, turn=state.turn, handoff=state.handoff, failed=state.failed,
    )  # fmt: skip


def _narrowed(state: DialogueState, parse: Parse) -> DialogueState:
    """The state with the need under way, or the earlier one that is named, as a refinement leaves it."""
    if parse.slots.product is None and (kind := _forgotten(state, parse.slots.drop)):
        state = _without_need(state, kind)
    state, slots = _come_back(state, parse.slots)
    cheaper = slots.sort == "price_asc" and not says_an_order(parse.message)
    taken_back = ("price_min",) if cheaper else ()  # "cheaper ones" after "around 50"
    constraints = merge(drop(state.constraints, (*slots.drop, *taken_back)), _with_always(slots, parse))
    dropped = (*state.dropped, *(ALSO_CALLED.get(name, name) for name in slots.drop))
    if parse.drops is not None:
        constraints, dropped = without(constraints, parse.drops), (*dropped, parse.drops.field)
    leaves = _turns_to_another(state, constraints)
    return replace(
        state, constraints=constraints, sort=slots.sort or _kept_sort(state, parse), dropped=dropped,
        seen=frozenset() if leaves else state.seen,  # "the oak one" may be of those before "under 50"
        let_go=(*state.let_go, *given_up(state.constraints, constraints)), own=(*state.own, *said_of_oneself(parse)),
        earlier=_left_for_another(state, constraints.product) if leaves else state.earlier,
    )  # fmt: skip


def _turns_to_another(state: DialogueState, constraints: Constraints) -> bool:
    """Whether these are of another kind than that under way, whose list is one to come back to then: a backpack is one of the bags."""
    now, then = state.constraints.kind, constraints.kind
    if not state.found or now is None or then is None or same_kind(now, then):
        return False
    kinds, wider = kind_at_end(then)[0], kind_at_end(now)[0]
    return not (kinds and kinds <= wider)


def turned(state: DialogueState, constraints: Constraints | None) -> DialogueState:
    """The state with the constraints as an action left them, None for as they were; for another kind of thing they are a new need, in no
    order yet, without what is on the table already, and the one before is kept to come back to."""
    now = state.constraints.product
    if constraints is None or not constraints.product or not now or same_kind(now, constraints.product):
        return replace(state, constraints=constraints or state.constraints)
    return replace(
        state, constraints=constraints, sort=None, said="", seen=frozenset(state.shown), questioned=(), dropped=(),
        earlier=_left_for_another(state, constraints.product),
    )  # fmt: skip


def arrived(state: DialogueState, page: str | None) -> DialogueState:
    """The state of a shopper who is on the page of this product, or of none: one that they come to is the one spoken of."""
    return state if page == state.page else replace(state, page=page, focus=page or state.focus)


def _with_always(slots: Slots, parse: Parse) -> Slots:
    """The slots, and the kept wishes that the need begins with."""
    lists: dict[str, Any] = {wish.field: (*getattr(slots, wish.field), wish.value) for wish in parse.always}
    return replace(slots, **lists)


def _forgotten(state: DialogueState, names: Iterable[str]) -> str | None:
    """Of what is taken back the name of a thing that is or was looked for: "forget the wallet"."""
    return next((name for name in names if any(same_kind(need.product, name) for need in state.needs())), None)


def _without_need(state: DialogueState, kind: str) -> DialogueState:
    """The state without the need of that kind; where it is the one under way, with none under way."""
    kept = tuple(need for need in state.earlier if not same_kind(need.constraints.product, kind))
    state = replace(state, earlier=kept)
    if not same_kind(state.constraints.product, kind):
        return state
    return replace(
        state, constraints=Constraints(), sort=None, said="", seen=frozenset(), questioned=(), dropped=(), found=()
    )


def _left_for_another(state: DialogueState, product: str | None) -> tuple[Need, ...]:
    """The earlier needs with the one under way, without those of the kind that is now looked for anew."""
    now = Need(state.constraints, state.sort, state.seen, state.said, state.found, state.questioned, state.dropped)
    needs = [need for need in (now, *state.earlier) if need.constraints.product]
    return tuple(need for need in needs if not same_kind(need.constraints.product, product))[:NEEDS_KEPT]


def _come_back(state: DialogueState, slots: Slots) -> tuple[DialogueState, Slots]:
    """The state with the earlier need of the kind that is named under way again, and the slots with the fuller name of the two; both as
    they are where the kind is that of now, or of no earlier need."""
    if slots.product is None or same_kind(state.constraints.product, slots.product):
        return state, slots
    need = next((need for need in state.earlier if same_kind(need.constraints.product, slots.product)), None)
    if need is None:
        return state, slots
    name = max(need.constraints.product or "", slots.product, key=len)
    back = replace(
        state,
        constraints=need.constraints,
        sort=need.sort,
        seen=need.seen,
        said=need.said,
        found=need.found,
        questioned=need.questioned,
        dropped=need.dropped,
    )
    return replace(back, earlier=_left_for_another(state, slots.product)), replace(slots, product=name)


def need_to_go_on_with(state: DialogueState, slots: Slots) -> Need | None:
    """The earlier need, of another kind than that under way, that a search by this name goes back to: what it says besides takes the
    place of nothing that is wished for there, and the name is no narrower one."""
    name = slots.product
    if name is None or same_kind(state.constraints.product, name):
        return None
    need = next((need for need in state.earlier if same_kind(need.constraints.product, name)), None)
    if need is None or len(content_stems(name)) > len(content_stems(need.constraints.product or "")):
        return None
    return need if _all_stays(need.constraints, merge(need.constraints, slots)) else None


def _all_stays(before: Constraints, after: Constraints) -> bool:
    """Whether every wish but the name of the thing still stands."""
    lists = all(set(getattr(before, name)) <= set(getattr(after, name)) for name in WISH_LISTS)
    singles = ("brand", "gender", "price_min", "price_max", "in_stock")
    return lists and all(getattr(before, name) in (None, getattr(after, name)) for name in singles)


def _passed_over(state: DialogueState, parse: Parse) -> tuple[str, ...]:
    """What it was asked whether to put it in, with what this message leaves open; what was told when the cart was last looked at is done
    with."""
    before = () if state.acts and state.acts[-1] in LOOKS_AT_THE_CART else state.passed_over
    if state.asked is None or agrees(parse.message) or refuses(parse.message):
        return before
    left = [product_id for one in state.asked.in_order() for product_id in one.puts]
    return tuple(dict.fromkeys((*before, *left)))


def same_kind(one: str | None, other: str | None) -> bool:
    """Whether both name the same thing: the shorter's words are the longer's last ones ("desks", "standing desk")."""
    stems, others = sorted((content_stems(one or ""), content_stems(other or "")), key=len)
    return bool(stems) and others[-len(stems) :] == stems


def remember(state: DialogueState, effect: Effect, exchange: Exchange) -> DialogueState:
    """The state after the reply: what was shown, the cart as it is, one turn more."""
    return ended(leave(state, effect), effect, exchange)


def ended(state: DialogueState, effect: Effect, exchange: Exchange) -> DialogueState:
    """The state at a turn's end, its acts done: what was said, what is asked, and whether it got the shopper further."""
    failed = state.failed + 1 if effect.failed else 0
    handoff = effect.handoff or state.handoff
    return replace(state, last=exchange, turn=state.turn + 1, asked=effect.asked, failed=failed, handoff=handoff)


def leave(state: DialogueState, effect: Effect) -> DialogueState:
    """The state with what one act left: the next act of the same message begins there.

    Of a list none was spoken of: on a product's page "this one" means that product still, elsewhere the list's first. What the question
    before was about is spoken of still where the same things are shown again.
    """
    again = set(effect.shown) == set(state.shown) and state.acts[-2:-1] == ("ask_product",)
    first = (state.page or effect.shown[0]) if effect.shown and not again else state.focus
    state = turned(_with_cart(state, effect.cart), effect.constraints)
    return replace(
        state,
        shown=effect.shown or state.shown,
        seen=state.seen | frozenset(effect.shown),
        focus=effect.focus or first,
        taste=effect.taste or state.taste,
        asked=effect.asked,
        order=effect.order or _kept_order(state),
        questioned=(*state.questioned, effect.questioned) if effect.questioned else state.questioned,
        handed=effect.handed or state.handed,
        compared=effect.compared or _told_together(state, effect) or (() if effect.shown else state.compared),
        found=effect.found or state.found,
        asked_of=() if effect.shown else (*state.asked_of, *(effect.asked_of if len(effect.asked_of) == 1 else ())),
    )


def _told_together(state: DialogueState, effect: Effect) -> tuple[str, ...]:
    """Ids of those of the list that a question was answered of together: "the cheaper one" after that is one of them."""
    return effect.asked_of if 1 < len(effect.asked_of) < len(state.shown) else ()


def _with_cart(state: DialogueState, cart: tuple[CartLine, ...] | None) -> DialogueState:
    """The state with the cart as an action left it, None for as it was, and with what went out of it."""
    if cart is None:
        return state
    inside = {line.product_id for line in cart}
    before = (*state.taken_out, *(line.product_id for line in state.cart))
    return replace(state, cart=cart, taken_out=tuple(dict.fromkeys(one for one in before if one not in inside)))


def replay(state: DialogueState, parse: Parse, effect: Effect, exchange: Exchange) -> DialogueState:
    """The state after a turn that was kept: every act of its message with what it left, in order."""
    *before, last = zip(parse.in_order(), effect.in_order(), strict=True)
    for act, left in before:
        state = leave(update(state, act, clean(exchange.shopper)), left)
    return remember(update(state, last[0], clean(exchange.shopper)), last[1], exchange)


def _kept_order(state: DialogueState) -> OrderTalk | None:
    """A proven order stays known over other subjects; what was being done with it does not."""
    return OrderTalk(state.order.number, proven=True) if state.order and state.order.proven else None


def effect_of(outcome: Outcome) -> Effect:
    """What the outcome leaves on the table: the products shown, or those that the answer numbered, so that "the second" means them."""
    shown = (*outcome.above, *(hit.product.id for hit in outcome.hits), *outcome.rest) or outcome.listed
    questioned = outcome.question.field if outcome.question else None
    alone = outcome.hits[0].product.id if len(outcome.hits) == 1 else None
    return Effect(
        shown, outcome.cart, outcome.focus or alone, outcome.constraints, outcome.taste, outcome.asked, outcome.order, questioned,
        outcome.handed, outcome.handoff,
        compared=tuple(row.product_id for row in outcome.comparison.rows) if outcome.comparison else (),
        found=tuple(hit.product.id for hit in outcome.hits),
        asked_of=outcome.asked_of,
    )  # fmt: skip


def _kept_sort(state: DialogueState, parse: Parse) -> Sort | None:
    return None if "sort" in parse.slots.drop else state.sort
