"""A row of a feed as a Product."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from ..product import Product
from .columns import Role, attribute_name, role_of
from .losses import Losses, Lost
from .money import parse_currency, parse_money
from .stand_ins import parted, stands_in
from .values import (
    BadValue,
    as_date,
    facts,
    further_categories,
    is_absent,
    is_empty,
    listed_urls,
    markup_in,
    named_values,
    parse_availability,
    parse_category,
    parse_count,
    parse_rating,
    parse_url,
    plain_lines,
    plain_text,
    structured_content,
)

Named = list[tuple[str, object]]  # (column, value)
StandIns = dict[str, tuple[str, ...]]  # field or attribute -> the words that stand in for its value

# Column that names a unit -> the columns whose figures are in it.
UNITS_OF = {
    "dimensions unit": ("length", "width", "height", "dimensions"),
    "item weight unit": ("weight", "item weight"),
    "weight unit": ("weight",),
}
TELLS_VARIANTS_APART = ("color", "size", "pattern", "material")  # for feeds that group variants and name no options


class RowReader:
    """Turns rows into products, and remembers which columns became attributes and what was lost of the rows it could read.

    currency: of prices that name none. today: the day by which dated sales are judged; a feed is a picture of one day.
    """

    def __init__(self, currency: str = "USD", *, today: date | None = None) -> None:
        self._currency, self._today = currency, today or date.today()
        self._roles: dict[str, Role] = {}
        self.attribute_columns: set[str] = set()
        self.losses = Losses()

    def product(self, cells: Mapping[str, object], lost: Sequence[Lost] = ()) -> Product:
        """The product of a row. BadValue when it has no id or title, or a price that cannot be read.

        lost: what the row lost before it came here.
        """
        losses = list(lost)
        product = self._product(cells, losses)
        self.losses.add(losses)
        return product

    def _product(self, cells: Mapping[str, object], lost: list[Lost]) -> Product:
        """The product of a row; what it does not keep goes to `lost`."""
        stand_ins: StandIns = {}
        parts, objects, further = self._sort(cells, lost, stand_ins)
        product_id, title = _required(parts, "id"), _required(parts, "title")
        lost += _left_over("title", parts["title"]) + _left_over("brand", parts.get("brand"))
        lost += _left_over("description", parts.get("description"), is_html=True)
        price, list_price, currency = self._prices(parts, lost)
        in_stock, stock = _stock(parts, further, lost)
        rating, review_count = _rating(parts, further, lost)
        category = _category(parts.get("category"), lost)
        attributes = self._attributes(objects, further, lost, stand_ins)
        group_id = plain_text(parts["group_id"]) if "group_id" in parts else None
        options = _options(parts.get("options"), attributes, lost, stand_ins) if "options" in parts else {}
        if group_id and "options" not in parts:
            options = _telling_apart(further, attributes)
        return Product(
            id=product_id,
            title=title,
            description=_stated("description", _description(parts.get("description", "")), stand_ins),
            brand=_stated("brand", _brand(parts.get("brand"), lost) or "", stand_ins) or None,
            category=category,
            price=price,
            list_price=list_price,
            currency=currency,
            in_stock=in_stock,
            stock=stock,
            rating=rating,
            review_count=review_count,
            attributes=attributes,
            options=options,
            group_id=group_id,
            image_url=_picture(parts, lost),
            url=_page(parts, lost),
            stand_ins=stand_ins,
        )

    def _sort(
        self, cells: Mapping[str, object], lost: list[Lost], stand_ins: StandIns
    ) -> tuple[dict[str, object], Named, Named]:
        """(part of the product -> value, columns that hold attributes by name, further columns); what is absent is left out.

        Of two columns for one part the likelier name wins, and the other is a further column.
        """
        parts: dict[str, object] = {}
        chosen: dict[str, Role] = {}
        objects: Named = []
        further: Named = []
        for column, value in cells.items():
            if is_empty(value):
                continue
            role = self._roles.get(column) or self._learn(column)
            name = role.part or role.attribute
            if isinstance(value, str) and stands_in(name, value):
                if role.part != "private":
                    _stand(stand_ins, name, (value.strip(),))
                continue
            if role.attribute.startswith("structured "):
                value = structured_content(value)
            if role.part == "private":
                lost.append(Lost("private", column, "kept from the shopper"))
            elif role.part == "stand_ins":
                for each, words in named_values(value) or ():
                    standing = self._roles.get(each) or self._learn(each)
                    _stand(stand_ins, standing.part or standing.attribute, facts(words) or ())
            elif role.part == "category" and str(value).isdigit():  # a number of a taxonomy says nothing to a shopper
                lost.append(Lost("ignored", column, value))
            elif role.part is None:
                further.append((column, value))
            elif role.part == "attributes":
                objects.append((column, value))
            elif role.part not in chosen or role.rank < chosen[role.part].rank:
                if role.part in chosen:
                    further.append((chosen[role.part].column, parts[role.part]))
                chosen[role.part], parts[role.part] = role, value
            else:
                further.append((column, value))
        return parts, objects, _with_units(further)

    def _learn(self, column: str) -> Role:
        return self._roles.setdefault(column, role_of(column))

    def _prices(self, parts: Mapping[str, object], lost: list[Lost]) -> tuple[Decimal | None, Decimal | None, str]:
        """(price now, price before a discount, currency). With a sale price, `price` is the one before, as merchant feeds have it."""
        stated = parse_currency(parts["currency"], "currency", self._currency) if "currency" in parts else None
        amounts: dict[str, Decimal] = {}
        currency = stated
        for field in ("price", "sale_price", "list_price"):
            if field in parts:
                amounts[field], named = parse_money(parts[field], field, currency or self._currency)
                if currency and named and named != currency:
                    raise BadValue(field, parts[field], f"in {named}, and the row speaks of {currency}")
                currency = currency or named
        price, before = amounts.get("price"), amounts.get("list_price")
        sale = amounts.get("sale_price")
        if sale and self._sale_runs(
            parts.get("sale_dates"), lost
        ):  # a sale price of 0 is how shop systems export "no sale"
            price, before = sale, max(filter(None, (price, before)), default=None)
        if before is not None and before <= (price or 0):
            if 0 < before < (price or 0):
                lost.append(Lost("prices", "list_price", f"{before}, below the price now of {price}"))
            before = None
        return price, before, currency or self._currency

    def _sale_runs(self, dates: object, lost: list[Lost]) -> bool:
        """Whether today lies in "first day/last day"; without dates a sale runs, with unreadable ones it does not."""
        if dates is None:
            return True
        first, _, last = plain_text(dates).partition("/")
        begin, end = as_date(first), as_date(last)
        if begin is None or end is None:
            lost.append(Lost("not understood", "sale_price_effective_date", dates))
        return begin is not None and end is not None and begin <= self._today <= end

    def _attributes(
        self, objects: Named, further: Named, lost: list[Lost], stand_ins: StandIns
    ) -> dict[str, tuple[str, ...]]:
        """Attributes of columns that hold many by name, then of further columns."""
        attributes: dict[str, tuple[str, ...]] = {}
        for column, value in objects:
            pairs = named_values(value)
            for name, each in pairs or ():
                if not _add(attributes, attribute_name(name), each, stand_ins):
                    lost.append(Lost("ignored", f"{column}.{name}", each))
                lost += _left_over(f"{column}.{name}", each)
            if pairs is None:
                lost.append(Lost("ignored", column, value))
        for column, value in further:
            role = self._roles.get(column) or self._learn(column)
            if _add(attributes, role.attribute, value, stand_ins):
                self.attribute_columns.add(column)
            else:
                lost.append(Lost("ignored", column, value))
            lost += _left_over(column, value)
        return attributes


def _telling_apart(further: Named, attributes: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    """Options of a variant whose feed names none: colour, size, pattern and material, where a column or the product has one value."""
    columns = {
        name: parted(name, facts(value) or ())[0] for column, value in further if (name := attribute_name(column))
    }
    values = {name: (columns.get(name, ()), attributes.get(name, ())) for name in TELLS_VARIANTS_APART}
    single = {name: next((each for each in both if len(each) == 1), ()) for name, both in values.items()}
    return {name: each[0] for name, each in single.items() if each}


def _options(
    value: object, attributes: dict[str, tuple[str, ...]], lost: list[Lost], stand_ins: StandIns
) -> dict[str, str]:
    """What tells the variant from its siblings. Options are facts of the product too, so they are put into `attributes`."""
    options: dict[str, tuple[str, ...]] = {}
    pairs = named_values(value)
    for name, each in pairs or ():
        texts = facts(each)
        stated, standing = parted(attribute_name(name), texts or ())
        _stand(stand_ins, attribute_name(name), standing)
        if stated:
            options[attribute_name(name)] = stated
        if texts is None or len(texts) > 1:
            lost.append(Lost("names" if texts else "ignored", f"options.{name}", each, len(texts or (1, 1)) - 1))
    if pairs is None:
        lost.append(Lost("ignored", "options", value))
    for name, texts in options.items():
        attributes.setdefault(name, texts)
    return {name: texts[0] for name, texts in options.items()}


def _with_units(further: Named) -> Named:
    """The columns with each figure beside its unit: length 30 and dimensions_unit cm give length 30 cm."""
    units = {attribute_name(column): value for column, value in further if attribute_name(column) in UNITS_OF}
    if not units:
        return further
    unit_of = {measured: plain_text(unit) for name, unit in units.items() for measured in UNITS_OF[name]}
    joined: Named = []
    for column, value in further:
        unit = unit_of.get(attribute_name(column), "")
        text = "" if isinstance(value, Mapping | list | tuple) else plain_text(value)
        if attribute_name(column) not in units:
            joined.append((column, f"{text} {unit}" if unit and text[-1:].isdigit() else value))
    return joined


def _add(attributes: dict[str, tuple[str, ...]], name: str, value: object, stand_ins: StandIns) -> bool:
    """Put the value under the name, beside what is there, or what only stands in apart; False when it cannot be an attribute."""
    texts = facts(value)
    if texts is None or not name:
        return False
    stated, standing = parted(name, texts)
    if stated:
        known = attributes.get(name)
        attributes[name] = tuple(dict.fromkeys((*known, *stated))) if known else stated
    _stand(stand_ins, name, standing)
    return True


def _stand(stand_ins: StandIns, name: str, words: tuple[str, ...]) -> None:
    if words:
        stand_ins[name] = tuple(dict.fromkeys((*stand_ins.get(name, ()), *words)))


def _stated(field: str, text: str, stand_ins: StandIns) -> str:
    """The text; "" where it only stands in."""
    if not text or not stands_in(field, text):
        return text
    _stand(stand_ins, field, (text,))
    return ""


def _left_over(column: str, value: object, *, is_html: bool = False) -> list[Lost]:
    """Markup in what should be plain, told once."""
    texts = value if isinstance(value, list | tuple) else (value,)
    found = (markup_in(text, is_html=is_html) for text in texts if isinstance(text, str))
    return [Lost("markup", column, seen) for seen in found if seen][:1]


def _required(parts: Mapping[str, object], field: str) -> str:
    value = parts.get(field)
    if isinstance(value, Mapping | list | tuple):
        raise BadValue(field, value, "not a text")
    text = "" if value is None else plain_text(value)
    if not text:
        raise BadValue(field, value, "missing")
    return text


def _stock(parts: Mapping[str, object], further: Named, lost: list[Lost]) -> tuple[bool | None, int | None]:
    """(in stock, how many). What is not understood, or says more, goes to `further`."""
    in_stock: bool | None = None
    stock: int | None = None
    if "availability" in parts:
        in_stock, words = parse_availability(parts["availability"])
        if words:
            further.append(("availability", words))
        if in_stock is None:
            lost.append(Lost("not understood", "availability", parts["availability"]))
    if "stock" in parts:
        stock = parse_count(parts["stock"])
        if stock is None:
            further.append(("stock", parts["stock"]))
            lost.append(Lost("not understood", "stock", parts["stock"]))
    if in_stock is None and stock is not None:
        in_stock = stock > 0
    return in_stock, stock


def _rating(parts: Mapping[str, object], further: Named, lost: list[Lost]) -> tuple[float | None, int | None]:
    """(stars 0..5, number of reviews). What is not understood goes to `further`; no stars from nobody is no rating."""
    rating: float | None = None
    count: int | None = None
    if "review_count" in parts:
        count = parse_count(parts["review_count"])
        if count is None:
            further.append(("reviews", parts["review_count"]))
            lost.append(Lost("not understood", "review_count", parts["review_count"]))
    if "rating" in parts:
        rating = parse_rating(parts["rating"], parts.get("rating_scale"))
        if rating is None:
            further.append(("rating", parts["rating"]))
            lost.append(Lost("not understood", "rating", parts["rating"]))
    return (rating if rating or count else None), count


def _category(value: object, lost: list[Lost]) -> tuple[str, ...]:
    if value is None:
        return ()
    path = parse_category(value)
    if count := further_categories(value):
        lost.append(Lost("categories", "category", value, count))
    if not path:
        lost.append(Lost("not understood", "category", value))
    return path


def _brand(value: object, lost: list[Lost]) -> str | None:
    if isinstance(value, list | tuple) and value:
        if len(value) > 1:
            lost.append(Lost("names", "brand", value, len(value) - 1))
        value = value[0]
    if isinstance(value, Mapping):
        value = value.get("name")
    if is_absent(value):
        return None
    if isinstance(value, list | tuple | Mapping):
        lost.append(Lost("not understood", "brand", value))
        return None
    return plain_text(value) or None


def _picture(parts: Mapping[str, object], lost: list[Lost]) -> str | None:
    """The first picture; further ones, and addresses that no page can show, are lost."""
    usable: dict[str, None] = {}
    for column in ("image_url", "more_images"):
        for each in listed_urls(parts.get(column)):
            if url := parse_url(each):
                usable[url] = None
            else:
                lost.append(Lost("not understood", column, each))
    first, *others = usable or [None]
    if others:
        lost.append(Lost("pictures", "image_url", others[0], len(others)))
    return first


def _page(parts: Mapping[str, object], lost: list[Lost]) -> str | None:
    url = parse_url(parts.get("url", ""))
    if url is None and "url" in parts:
        lost.append(Lost("not understood", "url", parts["url"]))
    return url


def _description(value: object) -> str:
    if isinstance(value, Mapping):
        value = next((value[kind] for kind in ("plain", "html", "markdown") if value.get(kind)), "")
    if isinstance(value, list | tuple):
        value = "\n".join(str(part) for part in value)
    return plain_lines(value)
