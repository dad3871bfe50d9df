"""What the OpenAPI page shows: one conversation's objects, whole."""

from __future__ import annotations

from typing import Any

Example = dict[str, Any]

CARD: Example = {
    "id": "brass-lamp",
    "title": "Brass Desk Lamp",
    "price": 34.99,
    "list_price": 49.99,
    "currency": "USD",
    "brand": "Halden",
    "category": ["lighting", "desk lamps"],
    "image_url": "/pictures/desk-lamp/brass/steel.svg",
    "url": "https://shop.example/brass-lamp",
    "in_stock": True,
    "rating": 4.6,
    "review_count": 512,
    "rank": 1,
    "score": 0.93,
    "reasons": [
        {"kind": "constraint", "text": "$34.99 is under your $40 limit", "field": "price"},
        {"kind": "match", "text": "“warm white light”", "field": "description"},
    ],
    "caveats": [],
    "sponsored": False,
}
WISHES: Example = {
    "product": "desk lamp",
    "category": None,
    "brand": None,
    "color": [],
    "size": [],
    "material": [],
    "gender": None,
    "features": ["warm"],
    "exclude": [],
    "price_min": None,
    "price_max": 40.0,
    "quantity": None,
    "in_stock": False,
}
CART: Example = {"items": [], "count": 0, "total": 0.0, "currency": "USD"}
REPLY: Example = {
    "session_id": "s_9f2c5d1e7a3b4c6d8e0f1a2b3c4d5e6f",
    "turn": 1,
    "intent": "search",
    "acts": ["search"],
    "reply": "Here is a desk lamp under $40: the Brass Desk Lamp at $34.99.",
    "products": [CARD],
    "constraints": WISHES,
    "wishes": [
        {"field": "product", "value": None, "text": "desk lamp"},
        {"field": "features", "value": "warm", "text": "warm"},
        {"field": "price", "value": None, "text": "under $40"},
    ],
    "also": [],
    "relaxed": [],
    "question": None,
    "comparison": None,
    "cart": CART,
    "suggestions": ["Add the first one to my cart"],
    "sources": [],
    "handoff": None,
    "contact_link": None,
    "shop_cart_count": None,
    "checkout_url": None,
    "checkout_reference": None,
    "warnings": [],
    "fault": None,
    "latency_ms": {"parse": 310.0, "retrieve": 12.0, "rerank": 95.0, "write": 3.0, "total": 420.0},
}
STAFF_ANSWER: Example = {
    "number": 1,
    "turn": 1,
    "text": "The lamp comes back on Friday. Shall we put one aside for you?",
    "at": "2026-05-01T12:05:00+00:00",
}
ATTACHED: Example = {
    "number": 1,
    "name": "broken arm.jpg",
    "type": "image/jpeg",
    "size": 183204,
    "at": "2026-05-01T12:03:00+00:00",
}
TAKEN_ANSWER: Example = {"session_id": REPLY["session_id"], **STAFF_ANSWER}
CHATWOOT: Example = {"taken": True}
ANSWERS: Example = {"session_id": REPLY["session_id"], "answers": [STAFF_ANSWER], "may_attach": 0}
SESSION: Example = {
    "session_id": REPLY["session_id"],
    "turns": [{"message": "i need a warm desk lamp under 40", "reply": REPLY}],
    "constraints": WISHES,
    "cart": CART,
    "thumbs": [{"turn": 1, "thumb": "up", "comment": None}],
    "answers": [STAFF_ANSWER],
    "attachments": [ATTACHED],
    "may_attach": 0,
}
FEEDBACK: Example = {"session_id": REPLY["session_id"], "turn": 1, "thumb": "down", "comment": "too dear"}
SEARCH: Example = {"query": "warm desk lamp", "products": [CARD], "total": 1, "relaxed": []}
TAKEN: Example = {"accepted": 2, "repeated": 1, "unknown_products": []}
BECAUSE: Example = {"kind": "interest", "text": "because you looked at “Black Desk Lamp”", "field": "events"}
SCORES: Example = {
    "candidates": [
        {
            "id": CARD["id"],
            "title": CARD["title"],
            "scores": {
                "cosine": 0.71,
                "bm25": 1.0,
                "wishes": 1.0,
                "kind": 1.0,
                "sold_out": 0.0,
                "children": 0.0,
                "mix": 0.68,
                "network": 2.9,
                "relevance": 0.83,
            },
        }
    ]
}
PROFILE: Example = {
    "facts": [
        {
            "text": "you liked “Aria Desk Lamp, Black”",
            "how": "like",
            "at": "2026-05-10T12:00:05+00:00",
            "times": 2,
            "product_id": CARD["id"],
            "query": None,
        }
    ],
    "regions": ["US-CA"],
}
PRIVACY: Example = {
    "keep_days": 30,
    "keep_events_days": 365,
    "processors": [
        {
            "host": "models.example",
            "receives": "each message with the exchange before it, to be read by a language model",
        }
    ],
}
RECOMMENDED: Example = {"products": [{**CARD, "reasons": [BECAUSE], "propensity": 1.0}]}
PRODUCT: Example = {
    "id": "brass-lamp",
    "title": "Brass Desk Lamp",
    "description": "A warm white light for late pages.",
    "brand": "Halden",
    "category": ["lighting", "desk lamps"],
    "price": 34.99,
    "list_price": 49.99,
    "currency": "USD",
    "in_stock": True,
    "stock": 5,
    "rating": 4.6,
    "review_count": 512,
    "attributes": {"color": ["brass"]},
    "options": {},
    "group_id": None,
    "image_url": None,
    "url": "https://shop.example/brass-lamp",
}
PROBLEM: Example = {
    "type": "urn:shopping-assistant:too-many-requests",
    "title": "Too many requests",
    "status": 429,
    "detail": "That is more than 60 messages and requests in 60 s from this visitor.",
    "fix": "wait 12 s, then send it again",
    "retry_after": 12,
    "request_id": "r_5b1f0c9d2e7a4836",
}
EVENTS = """event: queued
data: {"ahead": 2, "wait_s": 5}

event: parsed
data: {"intent": "search", "constraints": {"product": "desk lamp", "price_max": 40.0}}

event: products
data: {"products": []}

event: token
data: {"text": "Here "}

event: done
data: {"session_id": "s_9f2c", "turn": 1, "reply": "Here ..."}
"""
