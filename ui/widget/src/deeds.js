// What is done by a press on a card or in the cart: said as a turn, or left to the page where that takes it over.
import { webAddress } from "./dom.js";
import { fill, nth } from "./words.js";

export class Deeds {
  // chosen: the product that the next one is to be compared with.
  constructor(panel) {
    this.panel = panel;
  }

  get compares() { return !/\bcompare\b/.test(this.panel.options.without); }

  async act(name, product, extra) {
    const { panel } = this, { client, emit, input, page, turns } = panel;
    const place = `the ${nth(product.rank) ?? `number ${product.rank}`} one`;
    if (name === "quote") {
      const record = await client.product(product).catch(() => null);
      const words = record?.[extra] ?? record?.attributes?.[extra];
      return words === undefined || words === null ? null : [words].flat().join(", ");
    }
    if (name === "product-click") {
      this.did("click", product);
      const elsewhere = extra.ctrlKey || extra.metaKey || extra.shiftKey; // a tab or window that the shopper asks for
      if (!emit(name, { product })) extra.preventDefault();
      else if (page.has("openProduct") && !elsewhere) { extra.preventDefault(); page.show("openProduct", { product }); }
    }
    else if (name === "compare") this.compare(product);
    else if (name === "similar") turns.press(`Show me more like ${place}`, "similar", product);
    else if (name === "ask") { input.value = `About ${place}: `; input.focus(); }
    else if (name === "add") {
      const done = (worked = true) => this.put(product, worked);
      if (!emit("add-to-cart", { product, quantity: 1, done })) return;
      page.has("addToCart") ? page.put(product) : turns.press(`Add ${place} to my cart`, "cart_add", product);
    }
  }

  // Two products are compared by a press on each: the first is chosen, or let go by another press, and the second does it.
  compare(product) {
    const { log, titles, turns, words } = this.panel, first = this.chosen;
    this.chosen = first ? null : product;
    for (const button of log.querySelectorAll("[data-compare]")) {
      const id = button.dataset.compare, label = this.chosen && this.chosen.id !== id ? words.compareWith : words.compareOne;
      button.setAttribute("aria-pressed", this.chosen?.id === id);
      button.setAttribute("aria-label", `${label}: ${titles.get(id)}`);
      button.textContent = label;
    }
    if (first && first.id !== product.id) turns.press(fill(words.comparing, first.title, product.title), "compare", first, product);
  }

  // What the shop's own cart did with a product.
  put(product, worked) {
    const { words } = this.panel;
    if (worked) this.did("cart", product);
    this.panel.tell(worked ? words.taken : words.notTaken);
  }

  checkout() {
    const { context, emit, shown, turns } = this.panel;
    if (!emit("checkout-click", { cart: shown })) return;
    const pay = webAddress(context?.cart?.url);
    pay ? location.assign(pay) : turns.say("Check out");
  }

  did(type, product) { // nobody waits for it
    const { client, keep, page } = this.panel;
    if (keep.learns) client.did(type, product, keep.session, page.region).catch(() => {});
  }
}
