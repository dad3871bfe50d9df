"""The catalogue: products in SQLite, the truth that both indexes are rebuilt from, with their BM25 index in the same file."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from pathlib import Path

from more_itertools import chunked

from .audience import audiences
from .errors import NotFound
from .kinds.of_listings import also_said, is_named, kind_of, words_version
from .product import Product
from .query import Sort
from .words import DENIED, joined

SCHEMA = """
CREATE TABLE IF NOT EXISTS products (
    row INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, record TEXT NOT NULL, content_hash TEXT NOT NULL,
    price REAL, rating REAL, in_stock INTEGER, audience TEXT, family TEXT, kind TEXT,
    run INTEGER NOT NULL, embedded INTEGER NOT NULL DEFAULT 0);
CREATE INDEX IF NOT EXISTS products_price ON products (price);
CREATE INDEX IF NOT EXISTS products_family ON products (family) WHERE family IS NOT NULL;
CREATE INDEX IF NOT EXISTS products_kind ON products (kind) WHERE kind IS NOT NULL;
CREATE INDEX IF NOT EXISTS products_pending ON products (embedded) WHERE embedded = 0;
CREATE TABLE IF NOT EXISTS arrivals (id TEXT PRIMARY KEY, at TEXT);
CREATE INDEX IF NOT EXISTS arrivals_at ON arrivals (at) WHERE at IS NOT NULL;
CREATE VIRTUAL TABLE IF NOT EXISTS listing USING fts5 (
    title, category, brand, attributes, description, said, tokenize = 'porter unicode61 remove_diacritics 2');
"""
BATCH = 500
_ORDERS: Mapping[Sort, str] = {
    "price_asc": "price IS NULL, price",
    "price_desc": "price IS NULL, price DESC",
    "rating": "rating IS NULL, rating DESC, coalesce(json_extract(record, '$.review_count'), 0) DESC",
}


class Catalog:
    """Products by id. Safe to read from many threads: each has a connection of its own. One process writes."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._local = threading.local()
        self._connections: list[sqlite3.Connection] = []
        self.connection.executescript("PRAGMA journal_mode = WAL;" + SCHEMA)

    @property
    def connection(self) -> sqlite3.Connection:
        """This thread's connection."""
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = sqlite3.connect(self._path, timeout=10, check_same_thread=False, isolation_level=None)
            connection.execute("PRAGMA synchronous = NORMAL")
            self._local.connection = connection
            self._connections.append(connection)
        return connection

    def close(self) -> None:
        while self._connections:
            self._connections.pop().close()
        self._local = threading.local()

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """All or nothing: a kill inside leaves the file as it was before."""
        self.connection.execute("BEGIN IMMEDIATE")
        try:
            yield self.connection
        except BaseException:
            self.connection.execute("ROLLBACK")
            raise
        self.connection.execute("COMMIT")

    def __len__(self) -> int:
        return int(self.connection.execute("SELECT count(*) FROM products").fetchone()[0])

    def get(self, product_id: str) -> Product:
        """The product, or NotFound."""
        for product in self.get_many([product_id]):
            return product
        raise NotFound(f"No product has the id {product_id!r}.", fix="use an id from a search result")

    def get_many(self, ids: Iterable[str]) -> list[Product]:
        """The products that exist, in the order of `ids`."""
        wanted = list(ids)
        rows = self.connection.execute(
            "SELECT id, record FROM products WHERE id IN (SELECT value FROM json_each(?))", [json.dumps(wanted)]
        )
        found = {product_id: Product.from_json(json.loads(record)) for product_id, record in rows}
        return [found[product_id] for product_id in wanted if product_id in found]

    def stating(self, field: str) -> dict[str, str]:
        """By id, what the records state under this name, as an option or else an attribute; only of those that do."""
        option, attribute = (f"$.{place}.{json.dumps(field)}" for place in ("options", "attributes"))
        rows = self.connection.execute(
            "SELECT id, coalesce(json_extract(record, ?1), json_extract(record, ?2 || '[0]')) AS stated FROM products"
            " WHERE stated IS NOT NULL",
            [option, attribute],
        )
        return dict(rows.fetchall())

    def unknown(self, names: Iterable[str]) -> list[str]:
        """Those that are neither a product's id nor that of a group of variants, sorted."""
        rows = self.connection.execute(
            "SELECT value FROM json_each(?) EXCEPT SELECT id FROM products EXCEPT SELECT family FROM products ORDER BY 1",
            [json.dumps(list(names))],
        )
        return [name for (name,) in rows]

    def texts(self) -> Iterator[str]:
        """What every product says in words, one after the other."""
        for row in self.connection.execute("SELECT title, category, brand, attributes, description FROM listing"):
            yield " ".join(part for part in row if part)

    def variants(self, product: Product) -> list[Product]:
        """All of the product's family, itself among them, in the order in which they came."""
        if product.group_id is None:
            return [product]
        rows = self.connection.execute("SELECT record FROM products WHERE family = ? ORDER BY row", [product.group_id])
        return [Product.from_json(json.loads(record)) for (record,) in rows]

    def families(self) -> Iterator[list[Product]]:
        """All products, those of a family together, in the order in which the first of each came."""
        rows = self.connection.execute(
            "SELECT record, place FROM (SELECT record, row, min(row) OVER (PARTITION BY coalesce(family, row)) AS place FROM products)"
            " ORDER BY place, row"
        )
        for _, family in groupby(rows, key=itemgetter(1)):
            yield [Product.from_json(json.loads(record)) for record, _ in family]

    def ids(self) -> frozenset[str]:
        return frozenset(row[0] for row in self.connection.execute("SELECT id FROM products"))

    def of_kinds(self, named: frozenset[str]) -> frozenset[str]:
        """Ids of the products that are of one of these kinds (entries of kinds/shopper_words.toml)."""
        kinds = [row[0] for row in self.connection.execute("SELECT DISTINCT kind FROM products WHERE kind IS NOT NULL")]
        chosen = json.dumps([kind for kind in kinds if is_named(kind, named)])
        rows = self.connection.execute(
            "SELECT id FROM products WHERE kind IN (SELECT value FROM json_each(?))", [chosen]
        )
        return frozenset(row[0] for row in rows)

    def shelves(self, ids: Iterable[str]) -> list[tuple[str, str | None, str]]:
        """(id, kind, narrowest category) of those of the products that have a category."""
        rows = self.connection.execute(
            "SELECT id, kind, json_extract(record, '$.category[#-1]') AS shelf FROM products"
            " WHERE shelf IS NOT NULL AND id IN (SELECT value FROM json_each(?))",
            [json.dumps(list(ids))],
        )
        return rows.fetchall()

    def called(self, ids: Iterable[str]) -> list[tuple[str, str, tuple[str, ...], str | None]]:
        """(id, title, categories, kind) of these products."""
        rows = self.connection.execute(
            "SELECT id, json_extract(record, '$.title'), json_extract(record, '$.category'), kind FROM products"
            " WHERE id IN (SELECT value FROM json_each(?))",
            [json.dumps(list(ids))],
        )
        return [(one, title, tuple(json.loads(categories or "[]")), kind) for one, title, categories, kind in rows]

    def departments(self, ids: Iterable[str]) -> frozenset[str]:
        """The widest categories that these products stand in."""
        rows = self.connection.execute(
            "SELECT DISTINCT json_extract(record, '$.category[0]') AS department FROM products"
            " WHERE department IS NOT NULL AND id IN (SELECT value FROM json_each(?))",
            [json.dumps(list(ids))],
        )
        return frozenset(row[0] for row in rows)

    def widest_categories(self) -> list[str]:
        """The widest categories of all products, those with the most products first."""
        rows = self.connection.execute(
            "SELECT json_extract(record, '$.category[0]') AS department FROM products WHERE department IS NOT NULL"
            " GROUP BY department ORDER BY COUNT(*) DESC, department"
        )
        return [row[0] for row in rows]

    def in_order(self, sort: Sort, ids: Iterable[str]) -> Iterator[Product]:
        """These products in the order asked for, read as far as the caller goes; those without a price or a rating come last."""
        chosen = "SELECT record FROM products WHERE id IN (SELECT value FROM json_each(?))"
        for (record,) in self.connection.execute(f"{chosen} ORDER BY {_ORDERS[sort]}, id", [json.dumps(list(ids))]):
            yield Product.from_json(json.loads(record))

    def count_families(self, ids: Iterable[str]) -> int:
        """How many different things these are: variants of one family count once."""
        row = self.connection.execute(
            "SELECT count(DISTINCT coalesce(family, id)) FROM products WHERE id IN (SELECT value FROM json_each(?))",
            [json.dumps(list(ids))],
        ).fetchone()
        return int(row[0])

    def put(self, products: Sequence[Product], *, run: int, at: datetime | None = None) -> int:
        """Write a batch in one transaction and return how many of them are new or changed. `run` marks what this indexing saw.

        at: since when the shop has those that were never here, in UTC; None where that is not known, as of all that it begins with.
        """
        latest = {product.id: product for product in products}  # of two with one id the last wins
        with self.transaction() as db:
            known = dict(
                db.execute(
                    "SELECT id, content_hash FROM products WHERE id IN (SELECT value FROM json_each(?))",
                    [json.dumps(list(latest))],
                ).fetchall()
            )
            changed = [product for product in latest.values() if known.get(product.id) != _hash_of(product)]
            seen = [(name, at.isoformat() if at and name not in known else None) for name in latest]
            db.executemany("INSERT OR IGNORE INTO arrivals (id, at) VALUES (?, ?)", seen)
            for product in changed:
                self._write(db, product, run)
            same = [product.id for product in latest.values() if known.get(product.id) == _hash_of(product)]
            db.execute(
                "UPDATE products SET run = ? WHERE id IN (SELECT value FROM json_each(?))", [run, json.dumps(same)]
            )
        return len(changed)

    def _write(self, db: sqlite3.Connection, product: Product, run: int) -> None:
        record = json.dumps(product.to_json(), ensure_ascii=False)
        (row,) = db.execute(
            "INSERT INTO products (id, record, content_hash, price, rating, in_stock, audience, family, kind, run)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET record = excluded.record,"
            " content_hash = excluded.content_hash, price = excluded.price, rating = excluded.rating,"
            " in_stock = excluded.in_stock, audience = excluded.audience, family = excluded.family, kind = excluded.kind,"
            " run = excluded.run, embedded = 0 RETURNING row",
            [
                product.id,
                record,
                _hash_of(product),
                None if product.price is None else float(product.price),
                product.rating,
                product.in_stock,
                json.dumps(audiences(product)),
                product.group_id,
                kind_of(product),
                run,
            ],
        ).fetchone()
        db.execute("DELETE FROM listing WHERE rowid = ?", [row])
        db.execute("INSERT INTO listing (rowid, title, category, brand, attributes, description, said)"
                   " VALUES (?, ?, ?, ?, ?, ?, ?)", [row, *map(joined, (*listing_fields(product), also_said(product)))])  # fmt: skip

    def arrived(self, after: datetime, until: datetime) -> dict[str, datetime]:
        """Since when the shop has what came between these times, by id; of variants only where all of the family did.

        Kept when a product changes, or goes and comes back.
        """
        rows = self.connection.execute(
            "SELECT p.id, a.at FROM arrivals AS a JOIN products AS p ON p.id = a.id WHERE a.at BETWEEN ?1 AND ?2 AND NOT EXISTS ("
            " SELECT 1 FROM products AS o LEFT JOIN arrivals AS b ON b.id = o.id"
            " WHERE o.family = p.family AND (b.at IS NULL OR b.at < ?1)) ORDER BY p.row",
            [after.isoformat(), until.isoformat()],
        )
        return {name: datetime.fromisoformat(at) for name, at in rows}

    def last_run(self) -> int:
        """The number of the latest indexing run, 0 before the first."""
        return int(self.connection.execute("SELECT coalesce(max(run), 0) FROM products").fetchone()[0])

    def stale(self, run: int) -> list[str]:
        """Ids that the run did not see."""
        return [row[0] for row in self.connection.execute("SELECT id FROM products WHERE run != ? ORDER BY row", [run])]

    def remove(self, ids: Sequence[str]) -> None:
        with self.transaction() as db:
            chosen = "(SELECT value FROM json_each(?))"
            db.execute(
                f"DELETE FROM listing WHERE rowid IN (SELECT row FROM products WHERE id IN {chosen})", [json.dumps(ids)]
            )
            db.execute(f"DELETE FROM products WHERE id IN {chosen}", [json.dumps(ids)])

    def pending_batches(self, size: int = BATCH) -> Iterator[list[Product]]:
        """Products whose vector is missing or old when this is called, in the order in which they came."""
        rows = self.connection.execute("SELECT id FROM products WHERE embedded = 0 ORDER BY row").fetchall()
        for batch in chunked((row[0] for row in rows), size):
            yield self.get_many(batch)

    def count_pending(self) -> int:
        return int(self.connection.execute("SELECT count(*) FROM products WHERE embedded = 0").fetchone()[0])

    def embedded_ids(self) -> set[str]:
        return {row[0] for row in self.connection.execute("SELECT id FROM products WHERE embedded = 1")}

    def mark_embedded(self, ids: Sequence[str], *, embedded: bool = True) -> None:
        with self.transaction() as db:
            db.execute(
                "UPDATE products SET embedded = ? WHERE id IN (SELECT value FROM json_each(?))",
                [embedded, json.dumps(ids)],
            )

    def __iter__(self) -> Iterator[Product]:
        """Every product, in the order in which they came."""
        for (record,) in self.connection.execute("SELECT record FROM products ORDER BY row"):
            yield Product.from_json(json.loads(record))


def _hash_of(product: Product) -> str:
    """What changes when the record does, or the words do by which its kind is told."""
    return f"{product.content_hash} {words_version()}"


def listing_fields(product: Product) -> tuple[str, str, str, str, str]:
    """What a product says in words, field by field: title, category, brand, attributes, description.

    A yes/no attribute that is "yes" is written as its name, one that is "no" not at all: a search for "touchscreen"
    must not find those without.
    """
    facts = [fact for name, values in product.attributes.items() for fact in _facts(name, values)]
    options = [f"{name} {value}" for name, value in product.options.items()]
    return (
        product.title,
        " ".join(product.category),
        product.brand or "",
        "; ".join([*facts, *options]),
        product.description if product.indexed_description is None else product.indexed_description,
    )


def _facts(name: str, values: Sequence[str]) -> Iterator[str]:
    for value in values:
        if value.casefold() == "yes":
            yield name
        elif value.casefold() not in DENIED:
            yield f"{name} {value}"
