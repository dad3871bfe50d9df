"""A row of a feed as a Product."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from ..product import Product
from .aside import Aside
from .columns import Role, attribute_name, role_of
from .json_text import repeated_in
from .losses import Losses, Lost
from .money import parse_currency, parse_money
from .row_parts import (
    Named,
    brand_of,
    category_of,
    description_of,
    page_of,
    picture_of,
    rating_of,
    required,
    stock_of,
)
from .stand_ins import parted, stands_in
from .values import (
    BadValue,
    as_date,
    facts,
    is_empty,
    named_values,
    plain_text,
    structured_content,
)

# Column that names a unit -> the columns whose figures are in it.
UNITS_OF = {
    "dimensions unit": ("length", "width", "height", "dimensions"),
    "item weight unit": ("weight", "item weight"),
    "weight unit": ("weight",),
}
AS_TEXT = ("id", "title", "description", "private")  # parts in which JSON is not looked for, or told to nobody
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
        aside = Aside(lost)
        product = self._product(cells, aside)
        self.losses.add(aside.lost)
        return product

    def _product(self, cells: Mapping[str, object], aside: Aside) -> Product:
        parts, objects, further = self._sort(cells, aside)
        product_id, title = required(parts, "id"), required(parts, "title")
        aside.lose_markup("title", parts["title"])
        aside.lose_markup("brand", parts.get("brand"))
        aside.lose_markup("description", parts.get("description"), is_html=True)
        price, list_price, currency = self._prices(parts, aside)
        in_stock, stock = stock_of(parts, further, aside)
        rating, review_count = rating_of(parts, further, aside)
        category = category_of(parts.get("category"), aside)
        attributes = self._attributes(objects, further, aside)
        group_id = plain_text(parts["group_id"]) if "group_id" in parts else None
        options = _options(parts["options"], attributes, aside) if "options" in parts else {}
        if group_id and "options" not in parts:
            options = _telling_apart(further, attributes)
        return Product(
            id=product_id,
            title=title,
            description=aside.text("description", description_of(parts.get("description", ""))),
            brand=aside.text("brand", brand_of(parts.get("brand"), aside) or "") or None,
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
            image_url=picture_of(parts, aside),
            url=page_of(parts, aside),
            stand_ins=aside.stand_ins,
        )

    def _sort(self, cells: Mapping[str, object], aside: Aside) -> tuple[dict[str, object], Named, Named]:
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
                    aside.stand(name, (value.strip(),))
                continue
            if isinstance(value, str) and role.part not in AS_TEXT:
                aside.lost += repeated_in(value, column)
            if role.attribute.startswith("structured "):
                value = structured_content(value)
            if role.part == "private":
                aside.lose("private", column, "kept from the shopper")
            elif role.part == "stand_ins":
                for each, words in named_values(value) or ():
                    standing = self._roles.get(each) or self._learn(each)
                    aside.stand(standing.part or standing.attribute, facts(words) or ())
            elif role.part == "category" and str(value).isdigit():  # a number of a taxonomy says nothing to a shopper
                aside.lose("ignored", column, value)
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

    def _prices(self, parts: Mapping[str, object], aside: Aside) -> tuple[Decimal | None, Decimal | None, str]:
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
        if sale and self._sale_runs(parts.get("sale_dates"), aside):  # 0 is how shop systems export "no sale"
            price, before = sale, max(filter(None, (price, before)), default=None)
        if before is not None and before <= (price or 0):
            if 0 < before < (price or 0):
                aside.lose("prices", "list_price", f"{before}, below the price now of {price}")
            before = None
        return price, before, currency or self._currency

    def _sale_runs(self, dates: object, aside: Aside) -> bool:
        """Whether today lies in "first day/last day"; without dates a sale runs, with unreadable ones it does not."""
        if dates is None:
            return True
        first, _, last = plain_text(dates).partition("/")
        begin, end = as_date(first), as_date(last)
        if begin is None or end is None:
            aside.lose("not understood", "sale_price_effective_date", dates)
        return begin is not None and end is not None and begin <= self._today <= end

    def _attributes(self, objects: Named, further: Named, aside: Aside) -> dict[str, tuple[str, ...]]:
        """Attributes of columns that hold many by name, then of further columns."""
        attributes: dict[str, tuple[str, ...]] = {}
        for column, value in objects:
            pairs = named_values(value)
            for name, each in pairs or ():
                if not _add(attributes, attribute_name(name), each, aside):
                    aside.lose("ignored", f"{column}.{name}", each)
                aside.lose_markup(f"{column}.{name}", each)
            if pairs is None:
                aside.lose("ignored", column, value)
        for column, value in further:
            role = self._roles.get(column) or self._learn(column)
            if _add(attributes, role.attribute, value, aside):
                self.attribute_columns.add(column)
            else:
                aside.lose("ignored", column, value)
            aside.lose_markup(column, value)
        return attributes


def _telling_apart(further: Named, attributes: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    """Options of a variant whose feed names none: colour, size, pattern and material, where a column or the product has one value."""
    columns = {
        name: parted(name, facts(value) or ())[0] for column, value in further if (name := attribute_name(column))
    }
    values = {name: (columns.get(name, ()), attributes.get(name, ())) for name in TELLS_VARIANTS_APART}
    single = {name: next((each for each in both if len(each) == 1), ()) for name, both in values.items()}
    return {name: each[0] for name, each in single.items() if each}


def _options(value: object, attributes: dict[str, tuple[str, ...]], aside: Aside) -> dict[str, str]:
    """What tells the variant from its siblings. Options are facts of the product too, so they are put into `attributes`."""
    options: dict[str, tuple[str, ...]] = {}
    pairs = named_values(value)
    for name, each in pairs or ():
        texts = facts(each)
        if stated := aside.stated(attribute_name(name), texts or ()):
            options[attribute_name(name)] = stated
        if texts is None or len(texts) > 1:
            aside.lose("names" if texts else "ignored", f"options.{name}", each, len(texts or (1, 1)) - 1)
    if pairs is None:
        aside.lose("ignored", "options", value)
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


def _add(attributes: dict[str, tuple[str, ...]], name: str, value: object, aside: Aside) -> bool:
    """Put the value under the name, beside what is there, or what only stands in apart; False when it cannot be an attribute."""
    texts = facts(value)
    if texts is None or not name:
        return False
    if stated := aside.stated(name, texts):
        known = attributes.get(name)
        attributes[name] = tuple(dict.fromkeys((*known, *stated))) if known else stated
    return True
