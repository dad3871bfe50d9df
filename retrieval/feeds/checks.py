"""What to look at in each product of a feed: what is missing, what looks wrong, and what either costs in this shop's search. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from ..product import Product

Group = Literal["missing", "suspicious", "duplicate"]
Weight = Literal["costly", "noticeable", "minor"]
THIN = 40  # characters under which a description says hardly more than a title
LONGEST_TITLE = 150  # characters; merchant feeds allow no more, and cards cut earlier
BARCODES = ("gtin", "ean", "upc", "isbn", "barcode", "mpn")
_CODE = re.compile(r"(gtin|ean|upc|isbn)[- ]?(a|\d+)?")  # names of attributes: "gtin", "ean13", "isbn-10", "upc-a"
DIGITS_OF = {
    "gtin": (8, 12, 13, 14),
    "ean": (8, 13),
    "upc": (12,),
    "isbn": (10, 13),
}  # kind of barcode -> how many it may have

_DAMAGED = re.compile("\ufffd|Ã[\u0080-\u00bf]|â€|Â[\u00a0-\u00bf]")
_DOUBTFUL = re.compile(r"test|xx+|n\.?a\.?|dummy|placeholder|no description.*", re.IGNORECASE)
_DUMMY_AMOUNT = re.compile(r"9{5,}|1{5,}|123456?7?8?9?")
_NOUGHT = re.compile(r"0+(?:[.,]0+)?\s?(?:mm|cm|m|in|g|kg|lb|oz|l|ml)?")
_MEASURED = re.compile(r"(?:.* )?(?:weight|width|height|depth|length|diameter|volume)")


@dataclass(frozen=True)
class Check:
    """find: what was seen in a product that has the fault, "" when there is nothing to see; None for a product without it."""

    name: str
    group: Group
    weight: Weight
    title: str
    cost: str
    fix: str
    find: Callable[[Product], str | None]


def _absent(field: str) -> Callable[[Product], str | None]:
    return lambda product: "" if getattr(product, field) in (None, "", (), {}) else None


def _thin(product: Product) -> str | None:
    return product.description if 0 < len(product.description) < THIN else None


def _no_barcode(product: Product) -> str | None:
    return None if any(product.attributes.get(name) for name in BARCODES) else ""


def _free(product: Product) -> str | None:
    return "0" if product.price == 0 else None


def _dummy_price(product: Product) -> str | None:
    digits = "" if product.price is None else f"{product.price.normalize():f}".replace(".", "")
    return str(product.price) if _DUMMY_AMOUNT.fullmatch(digits) else None


def _deep_discount(product: Product) -> str | None:
    if not product.price or product.list_price is None or product.list_price < 10 * product.price:
        return None
    return f"{product.price}, before {product.list_price}"


def _shouting(product: Product) -> str | None:
    letters = [letter for letter in product.title if letter.isalpha()]
    return product.title if len(letters) > 10 and sum(map(str.isupper, letters)) > 0.8 * len(letters) else None


def _title_length(product: Product) -> str | None:
    return product.title if len(product.title) > LONGEST_TITLE else None


def _nameless(product: Product) -> str | None:
    """A title of nothing but the brand and numbers: no word says what the thing is."""
    brand = (product.brand or "").casefold()
    words = [word for word in re.findall(r"[^\W_]+", product.title.casefold()) if len(word) > 1 and word not in brand]
    return product.title if all(re.search(r"\d", word) for word in words) else None


def _says_its_title_again(product: Product) -> str | None:
    said, title = (re.sub(r"\W+", " ", text).casefold().strip() for text in (product.description, product.title))
    return product.description if said and said == title else None


def _texts(product: Product) -> list[str]:
    return [
        product.title,
        product.description,
        product.brand or "",
        *(v for vs in product.attributes.values() for v in vs),
    ]


def _damaged(product: Product) -> str | None:
    return _around(_DAMAGED, product)


def _around(pattern: re.Pattern[str], product: Product) -> str | None:
    """The first find with some words on each side."""
    for text in _texts(product):
        if found := pattern.search(text):
            return text[max(found.start() - 20, 0) : found.end() + 20]
    return None


def _stand_in(product: Product) -> str | None:
    return next((f"{name}: {words[0]}" for name, words in product.stand_ins.items()), None)


def _doubtful(product: Product) -> str | None:
    named = [("description", product.description), ("brand", product.brand or "")]
    named += [(name, value) for name, values in product.attributes.items() for value in values]
    return next((f"{name}: {value}" for name, value in named if _DOUBTFUL.fullmatch(value)), None)


def _nought(product: Product) -> str | None:
    for name, values in product.attributes.items():
        if _MEASURED.fullmatch(name) and (value := next(filter(_NOUGHT.fullmatch, values), None)):
            return f"{name}: {value}"
    return None


def _stock(product: Product) -> str | None:
    counted = product.stock or 0
    return f"{counted:,}" if counted > 100_000 or counted in (9_999, 99_999) else None


def _bad_code(product: Product) -> str | None:
    named = ((_CODE.fullmatch(name), codes) for name, codes in product.attributes.items())
    return next((code for kind, codes in named if kind for code in codes if not _is_code(kind, code)), None)


def _is_code(kind: re.Match[str], code: str) -> bool:
    """Whether it has as many digits as its kind, and the last is the check digit of the others; hyphens part those of an ISBN."""
    is_book, length = kind[1] == "isbn", kind[2] or ""
    digits = re.sub("[- ]", "", code) if is_book else code
    allowed = (int(length),) if length.isdigit() else DIGITS_OF[kind[1]]
    if len(digits) not in allowed or not digits.isascii():
        return False
    if len(digits) == 10:
        return _is_isbn_10(digits.upper())
    return digits.isdigit() and (not is_book or digits.startswith(("978", "979"))) and _checks_out(digits)


def _checks_out(digits: str) -> bool:
    """Whether the last digit is GS1's check digit: with weights 1, 3, 1, 3 … from the right the sum is a multiple of 10."""
    return sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(reversed(digits))) % 10 == 0


def _is_isbn_10(digits: str) -> bool:
    """Whether with weights 10, 9 … 1 the sum is a multiple of 11; X is ten, and only the last can be."""
    if not digits[:9].isdigit() or not (digits[9].isdigit() or digits[9] == "X"):
        return False
    values = [*map(int, digits[:9]), 10 if digits[9] == "X" else int(digits[9])]
    return sum(value * weight for value, weight in zip(values, range(10, 0, -1), strict=True)) % 11 == 0


CHECKS = (
    Check("no-price", "missing", "costly", "No price", "Never shown to a shopper who names a price (“under $50”), and the last where "
          "prices order the list.", "Fill the price column, or look among the rejects whether it was not understood.", _absent("price")),
    Check("no-description", "missing", "costly", "No description", "Only the title can answer a wish: “quiet”, “easy to clean” or “for a "
          "small room” find nothing, and every such wish is said to be not stated.", "Write two sentences on what it is for and what it is "
          "made of.", _absent("description")),
    Check("no-category", "missing", "noticeable", "No category", "What the thing is must be told from its title alone; “something for the "
          "kitchen” passes it over, and it cannot be offered as a choice of kind.", "Fill product_type, from the department to the "
          "narrowest.", _absent("category")),
    Check("no-availability", "missing", "noticeable", "Availability not stated", "Left out when a shopper wants only what is in stock, "
          "since unknown is not in stock; asked about it, the assistant has to say that it does not know.", "Fill availability or stock.",
          _absent("in_stock")),
    Check("no-facts", "missing", "noticeable", "No facts at all", "No colour, size or material to meet a wish with, and nothing to put "
          "into a comparison.", "Add columns such as color, size, material, or product_detail.", _absent("attributes")),
    Check("no-picture", "missing", "noticeable", "No picture", "Its card shows a drawn stand-in.", "Fill image_link.",
          _absent("image_url")),
    Check("no-page", "missing", "noticeable", "No link to its page", "The card cannot lead to the product's page.", "Fill link.",
          _absent("url")),
    Check("thin-description", "missing", "noticeable", f"Description under {THIN} characters", "Few wishes can find their words in it.",
          "Write two sentences.", _thin),
    Check("no-brand", "missing", "minor", "No brand", "Left out when a shopper insists on a brand, unless the title names it.",
          "Fill brand.", _absent("brand")),
    Check("no-rating", "missing", "minor", "No rating", "Comes last under “best rated”.", "Add rating and review_count.",
          _absent("rating")),
    Check("no-barcode", "missing", "minor", "No GTIN or part number", "Nothing in this shop's own search but a search for the number; "
          "other channels tell by it whose offers are the same.", "Fill gtin, or mpn.", _no_barcode),
    Check("price-zero", "suspicious", "costly", "Price of 0", "Shown as free, and first under “cheapest”.", "Give the price, or leave the "
          "cell empty.", _free),
    Check("price-dummy", "suspicious", "costly", "Price that looks like a stand-in", "Shown as it stands; sorts to the end or out of "
          "every price limit.", "Give the price, or leave the cell empty.", _dummy_price),
    Check("discount", "suspicious", "noticeable", "Ten times as dear before", "A discount of 90 % or more is shown as it stands, and "
          "may be a slip of the decimal point.", "Check both prices.", _deep_discount),
    Check("damaged-text", "suspicious", "costly", "Damaged characters", "The damaged words cannot be found, and are shown as they are.",
          "Export the feed as UTF-8.", _damaged),
    Check("stand-in", "suspicious", "noticeable", "Stand-in instead of a value", "Counts as not stated: no wish finds it, and the "
          "assistant says that the listing does not say.", "Give the value, or leave the cell empty.", _stand_in),
    Check("doubtful-value", "suspicious", "noticeable", "Value that may be a stand-in", "Told to shoppers as if it were a fact.",
          "Give the value, or leave the cell empty.", _doubtful),
    Check("measure-zero", "suspicious", "noticeable", "Measure of 0", "Told to shoppers as if it were a fact, also in comparisons.",
          "Leave the cell empty.", _nought),
    Check("description-is-title", "suspicious", "noticeable", "Description repeats the title", "Adds no word that a wish could find.",
          "Write two sentences.", _says_its_title_again),
    Check("title-nameless", "suspicious", "noticeable", "Title that hardly says what it is", "Neither words nor meaning tell what kind of "
          "thing it is, so it is found by its number only.", "Put brand, kind and the telling feature into the title.", _nameless),
    Check("title-long", "suspicious", "minor", f"Title over {LONGEST_TITLE} characters", "Cut on cards, and hard to say in a sentence.",
          "Move details into the description or facts.", _title_length),
    Check("title-caps", "suspicious", "minor", "Title in capitals", "Found all the same; reads as shouting on the card and in replies.",
          "Write it as a sentence.", _shouting),
    Check("stock-dummy", "suspicious", "minor", "Stock that looks like a stand-in", "Told to a shopper who asks how many are left.",
          "Give the count, or availability alone.", _stock),
    Check("gtin-wrong", "suspicious", "minor", "Barcode that cannot be one", "Nothing in this shop's own search; other channels refuse it.",
          "Copy it from the package; spreadsheets round and cut it.", _bad_code),
)  # fmt: skip
