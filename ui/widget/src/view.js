// What a reply looks like: cards, chips, comparison, cart. Pure: data and what to do in, elements out.
import { ENGLISH, button, drawing, el, listedAddress, pictureAddress } from "./dom.js";
import { fill } from "./words.js";

const PARCEL = "M8 17l16-8 16 8v16l-16 8-16-8zM8 17l16 8 16-8M24 25v16M16 13l16 8";

// opens: whether the page shows products itself, so that a title leads on without an address too.
function card(product, { words, money, act, base, opens, links, compare }) {
  const link = listedAddress(product.url, links);
  const title = link
    ? el("a", { href: link, target: "_blank", rel: "noopener noreferrer", onclick: (event) => act("product-click", product, event) }, product.title)
    : opens ? button(product.title, (event) => act("product-click", product, event), { cls: "title" }) : product.title;
  const facts = el("div", { cls: "facts" },
    product.sponsored && el("p", { cls: "sponsored" }, words.sponsored),
    product.brand && el("p", { cls: "brand" }, product.brand),
    el("h3", {}, title), price(product, money), standing(product, words),
    why(product, words, act), actions(product, { words, act, compare }));
  return el("li", {}, el("article", { cls: "card", "aria-label": product.title }, picture(product, base), facts));
}

// All cards, one after the other; where a message asked for several things, a list for each under its name.
export function cards(products, look) {
  const needs = [...new Set(products.map(({ need }) => need ?? ""))];
  return needs.flatMap((need) => {
    const list = products.filter((product) => (product.need ?? "") === need).map((product) => card(product, look));
    return need ? [el("p", { cls: "need", "aria-hidden": "true" }, need), el("ol", { cls: "cards", "aria-label": need }, list)] : [el("ol", { cls: "cards" }, list)];
  });
}

function picture(product, base) {
  const standIn = () => drawing(PARCEL, "stand-in");
  const address = pictureAddress(product.image_url, base);
  const frame = el("div", { cls: "picture" });
  if (!address) frame.append(standIn());
  else {
    const failed = () => frame.replaceChildren(standIn());
    frame.append(el("img", { src: address, alt: product.title, loading: "lazy", decoding: "async", referrerpolicy: "no-referrer", onerror: failed }));
  }
  return frame;
}

function price(product, money) {
  if (product.price === null) return null;
  const struck = product.list_price > product.price && el("s", {}, money(product.list_price, product.currency));
  return el("p", { cls: "price" }, el("strong", {}, money(product.price, product.currency)), struck && [" ", struck]);
}

function standing(product, words) {
  const rated = product.rating !== null && el("span", { role: "img", cls: "rating", "aria-label": fill(words.rating, product.rating, product.review_count ?? 0) },
    `★ ${product.rating}${product.review_count ? ` (${product.review_count})` : ""}`);
  const stock = product.in_stock !== null && el("span", { cls: product.in_stock ? "yes" : "no" }, product.in_stock ? words.inStock : words.soldOut);
  return (rated || stock) && el("p", { cls: "standing" }, rated, stock);
}

function why({ id, reasons, caveats }, words, act) {
  const met = reasons.map((reason) => el("li", {}, mark("✓", "tick"), quoted(id, reason, words, act)));
  const unmet = caveats.map((caveat) => el("li", { cls: "caveat" }, mark("–", "dash"), el("span", ENGLISH, caveat.text)));
  return (met.length + unmet.length > 0) && el("ul", { cls: "why" }, met, unmet);
}

const mark = (sign, cls) => el("span", { cls, "aria-hidden": "true" }, sign);

// A reason that opens into the listing's own words for that field; of what shoppers did a listing says nothing.
function quoted(id, reason, words, act) {
  if (reason.field === "events") return el("span", ENGLISH, reason.text);
  const place = el("blockquote", { "aria-live": "polite" });
  const open = async (event) => {
    if (event.target.open && !place.textContent) place.textContent = `${words.listing}: ${(await act("quote", id, reason.field)) ?? words.silent}`;
  };
  return el("details", { ontoggle: open }, el("summary", ENGLISH, reason.text), place);
}

function actions(product, { words, act, compare }) {
  const named = (label, name, cls) => button(label, () => act(name, product), { cls, "aria-label": `${label}: ${product.title}` });
  return el("div", { cls: "actions" }, product.in_stock !== false && named(words.add, "add", "main add"),
    compare && button(words.compareOne, () => act("compare", product),
      { "data-compare": product.id, "aria-pressed": "false", "aria-label": `${words.compareOne}: ${product.title}` }),
    named(words.similar, "similar"), named(words.ask, "ask"));
}

export function comparison({ fields, rows }, titles, words) {
  const head = el("tr", {}, el("td"), rows.map((row) => el("th", { scope: "col" }, titles.get(row.product_id) ?? row.product_id)));
  const body = fields.map((field, at) =>
    el("tr", {}, el("th", { scope: "row" }, field.replaceAll("_", " ")), rows.map((row) => el("td", {}, row.values[at] ?? "–"))));
  return el("div", { cls: "compare", tabindex: "0", role: "region", "aria-label": words.comparison }, el("table", {}, el("thead", {}, head), el("tbody", {}, body)));
}

// The shop's own way to its staff: a page elsewhere, or a program of the device that writes or calls.
export function contactLink({ text, url }) {
  const elsewhere = url.startsWith("https:") && { target: "_blank", rel: "noopener noreferrer" };
  return /^(https|mailto|tel|sms):/.test(url) && el("a", { cls: "main", href: url, dir: "auto", ...elsewhere }, text);
}

export const staffAnswer = ({ text }, words) =>
  el("section", { cls: "turn staff" }, el("p", { cls: "from" }, words.team), el("p", { cls: "answer", dir: "auto" }, text), el("p", { cls: "next" }, words.next));

// marked: how a text is marked that is not in the panel's language.
export const chips = (texts, say, label, marked) =>
  texts.length > 0 && el("div", { cls: "chips", role: "group", "aria-label": label }, texts.map((text) => button(text, () => say(text), { ...marked(text) })));

// also: the other needs whose lists are on the table.
export function wishChips(list, also, say, words) {
  const chips = list.map(({ text, field, value }) => el("li", {}, el("span", ENGLISH, text),
    field && button("×", () => say(fill(words.drop, text), { drop: { field, value } }), { "aria-label": fill(words.drop, text) })));
  return [...chips, ...also.map((need) => el("li", { cls: "also" }, el("span", {}, words.also), el("span", ENGLISH, need)))];
}

export function cartLines(cart, { words, money, say, checkout }) {
  if (!cart.items?.length) return [el("p", { cls: "soft" }, words.empty)];
  const set = (sign, name, { product_id, title }, quantity) =>
    button(sign, () => say(`${name}: ${title}`, { cart: { product_id, quantity } }), { "aria-label": `${name}: ${title}` });
  const lines = cart.items.map((item) => el("li", {}, el("span", {}, item.title),
    el("span", { cls: "many" }, !say ? `× ${item.quantity}` : [item.quantity > 1 && set("−", words.fewer, item, item.quantity - 1), String(item.quantity),
      set("+", words.another, item, item.quantity + 1), set("×", words.remove, item, 0)]),
    el("strong", {}, money(item.subtotal, cart.currency))));
  return [el("ul", { cls: "lines" }, lines),
    el("p", { cls: "total" }, words.total, " ", el("strong", {}, money(cart.total, cart.currency))),
    button(words.checkout, checkout, { cls: "main" })];
}

// What is known of the shopper, each with its ×, and the ways on. may: "less" where it can be learnt from no more, "more" where it may begin.
export function knownLines(facts, regions, may, { words, notice, forget, learn, close, more }) {
  const line = (fact) => el("li", {}, el("span", ENGLISH, fact.text), button("×", () => forget(fact), { "aria-label": fill(words.forget, fact.text) }));
  return [el("h3", {}, words.known), facts.length ? el("ul", { cls: "lines known" }, facts.map(line)) : !regions.length && el("p", { cls: "soft" }, words.knownNothing),
    regions.length > 0 && el("p", { cls: "soft" }, fill(words.regions, regions.join(", "))),
    el("p", {}, el("a", { href: notice, target: "_blank", rel: "noopener noreferrer" }, words.notice)),
    el("div", { cls: "chips" }, may === "less" ? button(words.forgetAll, () => forget()) : may === "more" && button(more, learn), button(words.close, close))];
}
