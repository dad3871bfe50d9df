"""Amounts of money as people and programs write them in feeds. Strict: what could mean two amounts is refused, not guessed.

price-parser was tried and reads too much: "2 for $10" as 2, "Free" as 0, "1299.000" as 1,299,000.
"""

from __future__ import annotations

import re
from decimal import Decimal
from functools import cache

from babel.numbers import get_currency_precision, get_currency_symbol, list_currencies

from .values import BadValue

LARGEST = Decimal(10) ** 12

# Marks that stand for more than one currency: the shop's own when it is among them, else the first; "" when none is likelier.
_FAMILIES = {
    "$": ("USD", "CAD", "AUD", "NZD", "SGD", "HKD", "TWD", "MXN", "ARS", "CLP", "COP"),
    "¥": ("JPY", "CNY"),
    "£": ("GBP", "EGP"),
    "KR": ("", "SEK", "NOK", "DKK", "ISK"),
}
_MARKS = {"US$": "USD", "C$": "CAD", "AU$": "AUD", "S$": "SGD", "ZŁ": "PLN", "KČ": "CZK", "FR": "CHF", "SFR": "CHF"}
_MARKS |= {"LEI": "RON", "FT": "HUF", "₽": "RUB", "₺": "TRY", "₴": "UAH", "RM": "MYR", "元": "CNY", "円": "JPY"}

# Countries of these currencies write a comma before the cents, so that a dot before three digits groups thousands.
_COMMA_DECIMALS = frozenset("EUR PLN CZK SEK NOK DKK ISK HUF RON BGN TRY RUB UAH BRL ARS CLP COP IDR VND".split())

_PLAIN = re.compile(r"[0-9]+(?:\.[0-9]{1,2})?")
_NUMBER = re.compile(r"[0-9](?:[0-9 .,'’]*[0-9])?|[.,][0-9]+")
_THOUSANDS_COMMA = re.compile(r"[0-9]{1,3}(?:,[0-9]{2,3})*,[0-9]{3}(?:\.[0-9]+)?")  # {2,3}: lakhs, as in 1,29,999
_THOUSANDS_DOT = re.compile(r"[0-9]{1,3}(?:\.[0-9]{3})+(?:,[0-9]+)?")
_THOUSANDS_SPACE = re.compile(r"[0-9]{1,3}(?:[ '’][0-9]{3})+(?:[.,][0-9]{1,2})?")
_ONE_MARK = re.compile(r"[0-9]*[.,][0-9]+")
_NO_CENTS = re.compile(r"^\s*[.,:]?\s?[-–—]{1,2}")  # "19,-" and "99:-"


def parse_money(value: object, field: str, shop_currency: str) -> tuple[Decimal, str | None]:
    """The amount, 0 or more, and the ISO 4217 code that the text names, if any. BadValue when it cannot be told.

    shop_currency: decides what "$" and a lone dot before three digits mean where the text does not.
    """
    if isinstance(value, str):
        amount, currency = _parse_text(value, field, shop_currency)
    elif isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        amount, currency = Decimal(str(value)), None
    else:
        raise BadValue(field, value, "not an amount")
    if not amount.is_finite() or amount >= LARGEST:
        raise BadValue(field, value, "not an amount that anything costs")
    if amount < 0:
        raise BadValue(field, value, "negative")
    return _without_binary_noise(amount, currency or shop_currency), currency


def parse_currency(value: object, field: str, shop_currency: str) -> str:
    """ISO 4217 code of a code or a symbol. BadValue when it is neither."""
    currency = _currency_of(str(value), shop_currency)
    if currency is None:
        raise BadValue(field, value, "not a currency (three letters of ISO 4217 are expected, such as USD)")
    return currency


def _parse_text(text: str, field: str, shop_currency: str) -> tuple[Decimal, str | None]:
    text = text.strip()
    if _PLAIN.fullmatch(text):  # nine in ten cells
        return Decimal(text), None
    text = re.sub(r"\s", " ", text).replace("\N{MINUS SIGN}", "-")
    found = _NUMBER.search(text)
    if found is None:
        raise BadValue(field, text, "no amount in it")
    before, after = text[: found.start()], _NO_CENTS.sub("", text[found.end() :])
    negative = before.strip().startswith("-") or before.strip().endswith("-")
    currency = _named_currency([before.replace("-", "", 1) if negative else before, after], field, text, shop_currency)
    amount = _amount(found.group(), field, currency or shop_currency, named=currency is not None)
    return (-amount if negative else amount), currency


def _named_currency(marks: list[str], field: str, text: str, shop_currency: str) -> str | None:
    """The one currency that the words around the number name; a code outweighs a symbol of many countries, as in "$12 CAD"."""
    found: dict[str, str] = {}
    for mark in (mark.strip(" .:") for mark in marks):
        if mark:
            currency = _currency_of(mark, shop_currency)
            if currency is None:
                raise BadValue(field, text, f"more than an amount: {mark!r} is not understood")
            found[mark] = currency
    if len(set(found.values())) > 1:
        found = {mark: currency for mark, currency in found.items() if mark.upper() not in _FAMILIES}
    if len(set(found.values())) > 1:
        raise BadValue(field, text, "two currencies")
    return next(iter(found.values()), None)


def _currency_of(mark: str, shop_currency: str) -> str | None:
    mark = mark.strip(" .").upper()
    if mark in _FAMILIES:
        family = _FAMILIES[mark]
        return shop_currency if shop_currency in family else (family[0] or None)
    return mark if mark in _codes() else _MARKS.get(mark) or _symbols().get(mark)


def _amount(number: str, field: str, currency: str, *, named: bool) -> Decimal:
    """The number under the shape that it fits; BadValue where it fits none, or two."""
    if _ONE_MARK.fullmatch(number):
        return _with_one_mark(number, field, currency, named=named)
    if number.isdigit():
        return Decimal(number)
    if _THOUSANDS_COMMA.fullmatch(number):
        return Decimal(number.replace(",", ""))
    if _THOUSANDS_DOT.fullmatch(number):
        return Decimal(number.replace(".", "").replace(",", "."))
    if _THOUSANDS_SPACE.fullmatch(number):
        return Decimal(re.sub(r"[ '’]", "", number).replace(",", "."))
    raise BadValue(field, number, "not one amount")


def _with_one_mark(number: str, field: str, currency: str, *, named: bool) -> Decimal:
    """Digits with one comma or dot: before three digits it may group thousands, else it begins the cents."""
    whole, mark, rest = number.partition("." if "." in number else ",")
    may_group = len(rest) == 3 and 1 <= len(whole) <= 3 and whole != "0"
    if not may_group or get_currency_precision(currency) == 3:
        return Decimal(f"{whole or 0}.{rest}")
    if mark == "," or (named and currency in _COMMA_DECIMALS):
        return Decimal(whole + rest)
    raise BadValue(field, number, f"could be {whole}{rest} or {whole}.{rest}; two decimals would tell")


def _without_binary_noise(amount: Decimal, currency: str) -> Decimal:
    """19.989999999999998 is 19.99 that went through a binary float."""
    exponent = amount.as_tuple().exponent
    if isinstance(exponent, int) and exponent < -6:
        return round(amount, get_currency_precision(currency))
    return amount


@cache
def _codes() -> frozenset[str]:
    return frozenset(list_currencies())


@cache
def _symbols() -> dict[str, str]:
    """Symbol -> code, for the symbols that only one currency has."""
    symbols: dict[str, str] = {}
    for code in _codes():
        symbol = get_currency_symbol(code, locale="en").upper()
        if symbol != code:
            symbols[symbol] = code
    return symbols
