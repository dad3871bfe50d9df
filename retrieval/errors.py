"""Errors of the product. Every one says what was seen and how to mend it.

ShopError
├── BadInput            a value that a person or a program passed in
│   ├── FeedError       a feed with no usable row, or no feed at all
│   └── NotFound        a product or a session that is not there
├── StoreError
│   ├── StoreNotFound   no index in this directory
│   ├── StoreBusy       another process has the store open
│   └── StoreOutdated   made by an older schema or with other models
├── ModelError          a model that cannot be fetched or does not match its hash
├── Overloaded          too much at once; later it works
└── TookTooLong         not answered in time; it may still be
"""

from __future__ import annotations

RETRY_AFTER_S = 2  # where an error passes and nothing better is known


class ShopError(Exception):
    """The only root. `detail` says what is wrong, `fix` what to do about it; HTTP and the command line need no more.

    retry_after_s: seconds after which asking again may help; None where it does not.
    """

    status, slug, retryable = 500, "internal", False

    def __init__(self, detail: str, *, fix: str, retry_after_s: int | None = None) -> None:
        super().__init__(f"{detail} Fix: {fix}")
        self.detail, self.fix = detail, fix
        self.retry_after_s = retry_after_s or (RETRY_AFTER_S if self.retryable else None)


class BadInput(ShopError):
    status, slug = 422, "bad-input"


class FeedError(BadInput):
    slug = "feed"


class TooFewEvents(BadInput):
    slug = "too-few-events"


class NotFound(BadInput):
    status, slug = 404, "not-found"


class StoreError(ShopError):
    slug = "store"


class StoreNotFound(StoreError):
    status, slug = 404, "store-not-found"


class StoreBusy(StoreError):
    status, slug, retryable = 503, "store-busy", True


class StoreOutdated(StoreError):
    status, slug = 409, "store-outdated"


class ModelError(ShopError):
    status, slug = 503, "model"


class Overloaded(ShopError):
    status, slug, retryable = 503, "overloaded", True


class TookTooLong(ShopError):
    """The answer was not there in time; what was begun goes on."""

    status, slug = 504, "took-too-long"
