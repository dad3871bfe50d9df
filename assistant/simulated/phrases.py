"""How simulated shoppers say things: for each move at least a dozen wordings, written as people type and with no parser in mind.

In braces: `need` the thing with its wishes ("a leather backpack for women"), `kind` the bare thing, `words` one wish, `price` an amount.
"""

from __future__ import annotations

from collections.abc import Mapping

OPENINGS = (
    "i need {need}", "i'm looking for {need}", "do you have {need}?", "hi, i want to buy {need}", "looking for {need}",
    "{need}", "show me {need}", "can you help me find {need}?", "hello! i am after {need}", "i'd like {need}",
    "got {need} by any chance?", "please find me {need}", "could you suggest {need}", "we are in the market for {need}",
    "my sister wants {need}, what do you have?", "what have you got in the way of {need}", "searching for {need}",
    "need {need} asap", "i could really use {need}", "any chance you sell {need}?",
)  # fmt: skip
# Joined to the thing: "a backpack under $60".
PRICED = (
    "{need} under {price}", "{need} below {price}", "{need} for less than {price}", "{need}, {price} max", "{need} up to {price}",
    "{need}, no more than {price}", "{need}, my budget is {price}", "{need} for at most {price}", "{need} cheaper than {price}",
    "{need} - not over {price}", "{need}, i can spend {price}", "{need} within {price}", "{need}, {price} tops",
)  # fmt: skip
REFUSING = (
    "{need}, no {words}", "{need} without {words}", "{need} but not {words}", "{need}, anything but {words}",
    "{need} (no {words} please)",
    "{need} that isn't {words}", "{need}, just not {words}", "{need} - {words} is out", "{need}, i don't want {words}",
    "{need}, nothing {words}", "{need} with no {words}", "{need}, please not {words}",
)  # fmt: skip

FOLLOW_UPS: Mapping[str, tuple[str, ...]] = {
    "price": (
        "under {price} please", "it should cost less than {price}", "i don't want to pay more than {price}", "max {price}",
        "what about below {price}?", "my limit is {price}", "anything for {price} or less?", "too expensive, up to {price} please",
        "can you keep it under {price}", "i only have {price} to spend", "nothing over {price}", "{price} at the most",
        "budget is around... let's say at most {price}",
    ),
    "refused": (
        "no {words} please", "not {words}", "i don't like {words}", "anything without {words}?", "leave out the {words} ones",
        "but nothing {words}", "i'd rather not have {words}", "without {words}", "just not {words}", "no {words}, thanks",
        "i can't stand {words}", "please skip {words}", "the {words} ones are not for me",
    ),
    "audience": (
        "it's for {words}", "for {words}", "something for {words}", "i mean for {words}", "for {words}, please",
        "should be for {words}",
        "only for {words}", "do you have it for {words}?", "it has to be made for {words}", "show me the ones for {words}",
        "i should have said, for {words}", "what do you have for {words}?",
    ),
    "look": (
        "in {words} please", "preferably {words}", "{words} would be great", "do you have a {words} one?", "i'd like {words}",
        "make it {words}", "it should be {words}", "{words} please", "something {words}", "i prefer {words}", "what about {words}?",
        "more like {words}", "can i see {words} ones", "ideally {words}",
    ),
    "with": (
        "it should have {words}", "with {words}", "does any of them come with {words}?", "i want one with {words}", "needs {words}",
        "has to have {words}", "{words} would be nice", "one that has {words}", "is there one with {words}", "with {words} please",
        "i'd love {words}", "must have {words}", "looking for one with {words}",
    ),
    "for": (
        "it's for {words}", "i need it for {words}", "something for {words}", "good for {words}", "to use for {words}",
        "mostly for {words}", "would be used for {words}", "suitable for {words}", "i plan to use it for {words}",
        "it's meant for {words}",
        "one that works for {words}", "for {words}",
    ),
    "kind": (
        "i meant {need}", "no, {need}", "i was asking for {need}", "not these, i need {need}", "these aren't right. {need}",
        "hmm, i'm after {need}", "sorry, {need} is what i want", "let me say it again: {need}", "i said {need}",
        "really just {need}",
        "only {need} please", "but i want {need}", "that's something else, i want {need}",
    ),
}  # fmt: skip
INSIST = (
    "it really has to be so: {said}", "i said {said}", "again, {said}", "none of these fit, {said}", "hmm, {said}", "no, {said}",
    "as i said, {said}", "but {said}", "sorry, {said}", "still: {said}", "not quite. {said}", "those don't fit, {said}",
)  # fmt: skip
MORE = (
    "show me more", "what else do you have?", "any others?", "more please", "next", "anything else?", "do you have other ones?",
    "can i see some more options", "not these, what else is there", "keep going", "other options?", "let me see more",
    "more options please",
    "got anything different?",
)  # fmt: skip
NO_PREFERENCE = (
    "either is fine", "doesn't matter", "no preference", "i don't mind", "whatever", "any", "not important", "i'm open",
    "you choose", "don't care really", "all the same to me", "anything goes", "no idea, any is ok",
)  # fmt: skip
ANSWERS = (
    "{option}", "{option} please", "{option}, thanks", "the {option} one", "i'd say {option}", "let's go with {option}",
    "{option} i think",
    "probably {option}", "definitely {option}", "{option} would be good", "i'd go for {option}", "rather {option}", "hm, {option}",
)  # fmt: skip
NO = (
    "no", "nope", "no thanks", "not that", "no, not what i meant", "no i don't want that", "nah", "please don't",
    "no, leave it", "never mind that",
    "no, i'm still looking", "no, that's not it",
)  # fmt: skip
AMOUNTS = ("${amount}", "{amount} dollars", "{amount} bucks", "{amount}", "$ {amount}", "{amount} usd")
ENDINGS = ("", "", "", "", "", "", " please", " thanks", " :)", "!")

# Properties that people ask for by one word; a shopper wishes for those that the hidden product's own listing names.
COLORS = frozenset(
    "black white gray grey silver gold golden red pink purple lavender blue navy teal turquoise green olive yellow "
    "orange brown tan beige cream ivory burgundy maroon copper brass bronze charcoal".split()
)
MATERIALS = frozenset(
    "leather suede canvas denim cotton linen wool silk velvet satin wooden wood oak walnut bamboo wicker rattan "
    "marble glass ceramic porcelain steel aluminum plastic rubber nylon fleece mesh crystal pearl".split()
)
LOOKS = (
    COLORS
    | MATERIALS
    | frozenset(
        "acoustic electric wireless waterproof foldable portable adjustable rechargeable cordless vintage retro rustic "
        "modern minimalist classic round square oval rectangular small large mini compact oversized lightweight striped "
        "floral checkered plaid embroidered printed woven knitted quilted handmade organic vegan vegetarian spicy sweet "
        "fresh frozen gluten-free stackable insulated padded hooded".split()
    )
)

# Other words for the same: a shopper who uses one is told apart from the listing, as people are.
SYNONYMS: Mapping[str, str] = {
    "sofa": "couch", "sneakers": "trainers", "backpack": "rucksack", "handbag": "purse", "trousers": "pants",
    "jacket": "coat", "television": "tv", "sunglasses": "shades", "glasses": "spectacles", "drum kit": "drums", "lamp": "light",
    "cookware set": "pots and pans", "rug": "carpet", "curtains": "drapes", "cushion": "pillow", "mug": "cup", "wallet": "billfold",
    "bouquet": "bunch of flowers", "timepiece": "watch", "dresser": "chest of drawers", "pullover": "sweater", "suitcase": "trolley",
    "watch": "wristwatch", "gray": "grey", "golden": "gold", "wooden": "wood", "navy": "dark blue", "burgundy": "wine red",
    "small": "little", "large": "big", "minimalist": "simple", "vintage": "old-fashioned", "lightweight": "light weight",
    "foldable": "folding",
}  # fmt: skip
