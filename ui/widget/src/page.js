// What the page does for the assistant: functions that it registers by name. They are called where a shopper presses something, and
// getContext before each message; nothing that a model reads or writes calls one.
import { button, el, webAddress } from "./dom.js";
import { fill } from "./words.js";

const PATIENCE = { getContext: 1_000, openProduct: 10_000, addToCart: 10_000, showResults: 10_000 }; // ms until an answer
export const PHONE = matchMedia("(max-width: 34rem), (max-height: 30rem)"); // where the panel covers the page, as in panel.css

const LINES = 100; // of the shop's cart, that a message takes along

class Late extends Error {}

const REGION = /^(?!(\d+\.){3}|.*:.*:)[\w.:-]{1,32}$/; // a code, and no address of a machine: the server would refuse the message

const amount = (number) => (Number.isFinite(number) && number >= 0 ? Math.round(number * 1e4) / 1e4 : undefined);

// What goes along of the shop's cart: its well-formed lines, so that a fault in it costs no message.
function cartOf({ items, total, currency, url }) {
  const lines = (Array.isArray(items) ? items : []).filter((one) => one?.title && Number.isInteger(one.quantity) && one.quantity > 0);
  return {
    items: lines.slice(0, LINES).map((one) => ({ title: String(one.title).slice(0, 200), quantity: Math.min(one.quantity, 999), subtotal: amount(one.subtotal) })),
    total: amount(total), currency: /^[A-Z]{3}$/.test(currency) ? currency : undefined, url: webAddress(url) ?? undefined,
  };
}

export class Page {
  #known = new Map();
  #putting = new Set(); // ids of products that the shop's cart is about to take
  #looked = "";

  constructor(panel) {
    this.panel = panel;
  }

  register(name, work) {
    if (!Object.hasOwn(PATIENCE, name)) throw new TypeError(`ShopAssistant calls no ${name}; it calls ${Object.keys(PATIENCE).join(", ")}`);
    if (work) this.#known.set(name, work);
    else this.#known.delete(name);
  }

  has(name) { return this.#known.has(name); }

  // What the page answers, to a copy of what is given; an error where it fails or says false, Late where it does not answer.
  async #call(name, given) {
    let alarm;
    const late = new Promise((_, fail) => { alarm = setTimeout(() => fail(new Late(`${name} gave no answer`)), PATIENCE[name]); });
    try {
      const answer = await Promise.race([this.#known.get(name)(structuredClone(given)), late]);
      if (answer === false) throw new Error(`${name} says that it did not work`);
      return answer;
    } finally {
      clearTimeout(alarm);
    }
  }

  // Where the shopper is now; what the page said before holds where it gives no answer.
  async look() {
    if (!this.has("getContext")) return;
    try {
      const context = await this.#call("getContext"), looked = JSON.stringify(context);
      if (context && looked !== this.#looked) this.panel.setContext(context);
      this.#looked = looked;
    } catch (trouble) {
      console.warn("ShopAssistant:", trouble);
    }
  }

  // What goes along with a message.
  around({ product, cart, currency }) {
    return product || cart ? { product_id: product, cart: cart && cartOf({ currency, ...cart }) } : undefined;
  }

  // Where the shopper is, a code of the shop's own; one that is none costs no message.
  get region() {
    const { context, options } = this.panel, region = context?.region ?? options.region;
    if (!region || REGION.test(region)) return region || undefined;
    console.warn(`ShopAssistant: ${JSON.stringify(region)} is no region: send a code such as "US-CA", of at most 32 letters, digits and _.:-`);
  }

  // The page shows something in place of what it shows now; on a phone the panel makes room for it.
  async show(name, given) {
    try {
      await this.#call(name, given);
      if (PHONE.matches) this.panel.close();
    } catch (trouble) {
      this.#told(trouble, this.panel.words.notShown);
    }
  }

  // The shop's own cart takes a product: once, however often it is pressed meanwhile.
  async put(product, quantity = 1) {
    if (this.#putting.has(product.id)) return;
    this.#putting.add(product.id);
    try {
      const answer = await this.#call("addToCart", { product, quantity });
      if (answer?.cart) this.panel.setContext({ ...this.panel.context, cart: answer.cart });
      this.panel.deeds.put(product, true);
    } catch (trouble) {
      this.#told(trouble, trouble instanceof Late ? this.panel.words.untold : this.panel.words.notTaken);
    } finally {
      this.#putting.delete(product.id);
    }
  }

  // What the page can do with an answer, each for a press: show the same products, take over what came into the assistant's cart.
  ways({ products, constraints, cart }, before) {
    const { words } = this.panel, had = new Map(before.items.map(({ product_id, quantity }) => [product_id, quantity]));
    const added = cart.items.map((item) => ({ ...item, quantity: item.quantity - (had.get(item.product_id) ?? 0) })).filter(({ quantity }) => quantity > 0);
    const take = ({ product_id: id, title, quantity }) => button(fill(words.putInto, quantity, title), () => this.put({ id, title }, quantity));
    const all = () => this.show("showResults", { constraints, products: products.map(({ id }) => id) });
    const ways = [...(this.has("addToCart") ? added.map(take) : []), ...(this.has("showResults") && products.length ? [button(words.showAll, all)] : [])];
    return ways.length > 0 && el("div", { cls: "chips" }, ways);
  }

  #told(trouble, words) {
    console.warn("ShopAssistant:", trouble);
    this.panel.tell(words);
  }
}
