// A message and its answer: sent, drawn as it comes, told where it fails, and sent again.
import { ENGLISH, button, drawing, el, straight, webAddress } from "./dom.js";
import { passedOn } from "./staff.js";
import { cards, chips, comparison, contactLink } from "./view.js";
import { fill, wishes } from "./words.js";

const SLOW = 8000; // ms without news after which the shopper is told that work goes on
const THUMB = "M14 22h-6v18h6zM14 22l9-14c4 0 5 3 4 7l-1 5h12c3 0 4 2 3.5 5l-3 12c-.5 2-2 3-4 3H14z";
const UNSENT = ["long", "paused", "spent"]; // troubles after which the message goes back into the box
const wordless = (exact) => exact && !exact.means; // a button that means something in the place of words

export class Turns {
  // stop: ends the turn under way; over: resolves when it is over; waiting: what was sent meanwhile, and goes then if it stands in the box
  // still; again: sends once more what failed for want of a connection.
  constructor(panel) {
    this.panel = panel;
  }

  submit() {
    const { input } = this.panel, text = input.value.trim();
    if (!text) return;
    if (this.stop) return this.#wait(text);
    input.value = "";
    this.say(text);
  }
  // number: given when the message is sent again; the turn that it was to be. exact: what a button means by its words, { means }, or in their
  // place, { drop }, { keep } or { cart }: that is not kept to be sent again after a reload, where its words alone might be misread.
  async say(text, number, exact) {
    const { panel } = this, { keep, words } = panel;
    if (this.stop) { // one turn at a time; a button that means something exactly says nothing
      if (!wordless(exact)) this.#wait(text.trim());
      return;
    }
    if (panel.drawer.hidden === false && !exact?.cart) panel.fold(panel.cartButton, panel.drawer);
    const held = panel.root.activeElement;
    panel.log.querySelectorAll(".welcome, .unsent").forEach((old) => old.remove());
    const turn = { ...this.begin(text), number: number ?? keep.turns + 1 };
    this.#hold(held, turn);
    this.again = this.waiting = null;
    if (!wordless(exact)) keep.asked(text);
    const stop = (this.stop = new AbortController());
    let over, missed;
    this.over = new Promise((resolve) => { over = resolve; });
    panel.tell(words.working);
    let slow = setTimeout(() => panel.tell(words.slow), SLOW);
    panel.emit("message", { from: "shopper", text });
    await panel.page.look();
    const asked = { session_id: keep.session, turn: number, signal: stop.signal, exact, context: panel.page.around(panel.context ?? {}), region: panel.page.region };
    try {
      for await (const { name, data } of panel.client.chat(text, asked)) {
        if (stop.signal.aborted) return; // what had come before may still be handed over
        clearTimeout(slow);
        slow = setTimeout(() => panel.tell(words.slow), SLOW + 1000 * (data.wait_s ?? 0));
        const held = panel.root.activeElement;
        if (name === "queued") panel.tell(fill(words.queued, data.ahead, data.wait_s));
        else if (name === "parsed") { panel.tell(words.working); panel.wanted = wishes(data.constraints, panel.money); panel.refresh(); }
        else if (name === "products") this.products(turn, data.products);
        else if (name === "token") turn.answer.textContent += data.text;
        else if (name === "done") {
          missed = data.turn > keep.turns + 1; // something was said elsewhere meanwhile
          this.finish(turn, data);
        }
        this.#hold(held, turn);
      }
      panel.tell("");
      if (missed) panel.resume(keep.session); // to show it in its place
    } catch (trouble) {
      this.waiting = null; // who wrote it sees first what went wrong
      if (!stop.signal.aborted) this.failed(turn, text, trouble, exact);
    } finally {
      clearTimeout(slow);
      if (this.stop === stop) this.stop = null;
      over();
      panel.thread.catchUp();
    }
    if (!missed && this.waiting && this.waiting === panel.input.value.trim()) this.submit();
  }
  // What is said during a turn stands in the box until it is over; what the shopper was writing there is not written over.
  #wait(text) {
    const { panel } = this, { input } = panel;
    input.value ||= text;
    if (input.value.trim() !== text) return;
    this.waiting = text;
    panel.tell(panel.words.waits);
  }
  // The words of a button, and what it means by them, so that no model has to read them.
  press(text, act, ...products) {
    return this.say(text, undefined, { means: { act, product_ids: products.map(({ id }) => id) } });
  }

  // ---- drawn as it comes
  begin(text) {
    const answer = el("p", { cls: "answer", ...ENGLISH }), more = el("div");
    const node = el("section", { cls: "turn", tabindex: "-1" }, el("p", { cls: "said", dir: "auto" }, straight(text)), answer, more);
    const turn = { node, answer, more };
    this.panel.log.append(node);
    this.#show(turn);
    return turn;
  }
  // At the top, as far as there is enough below it, which may come later: then again, unless the shopper has scrolled since.
  #follows({ at }) { return at === this.panel.log.scrollTop; }
  #show(turn) {
    const { log } = this.panel;
    log.scrollTop += turn.node.getBoundingClientRect().top - log.getBoundingClientRect().top;
    turn.at = log.scrollTop;
  }
  // Where what had the focus is drawn no more, the turn has it: from the shop's page Escape would close nothing.
  #hold(held, { node }) { if (held && !this.panel.root.activeElement) node.focus({ preventScroll: true }); }
  products(turn, products) {
    const { panel } = this, { deeds } = panel, drawn = JSON.stringify(products);
    if (!products.length || turn.drawn === drawn) return; // the end of a turn names them again, and what is unfolded stays so
    turn.drawn = drawn;
    const follows = this.#follows(turn);
    panel.log.querySelectorAll(".actions").forEach((old) => old.remove());
    deeds.chosen = null;
    const look = { compare: products.length > 1 && deeds.compares, words: panel.words, money: panel.money, base: panel.client.base, opens: panel.page.has("openProduct"), links: panel.options.links, act: (...what) => deeds.act(...what) };
    turn.more.replaceChildren(...cards(products, look));
    for (const product of products) panel.titles.set(product.id, product.title);
    if (follows) this.#show(turn);
    panel.emit("product-shown", { products });
  }
  // again: one that was answered before, and is drawn once more.
  finish(turn, reply, again = false) {
    const { panel } = this, { words, staff } = panel, follows = this.#follows(turn);
    turn.answer.textContent = reply.reply;
    this.products(turn, reply.products);
    panel.log.querySelectorAll(".chips").forEach((old) => old.remove());
    this.beside(turn, reply);
    if (!again) turn.more.append(panel.page.ways(reply, panel.cart) || "");
    turn.more.append(this.thumbs(reply), this.next(reply) || "");
    if (follows) this.#show(turn);
    panel.wanted = reply.wishes;
    panel.also = reply.also ?? []; // a server of before tells none
    panel.cart = reply.cart;
    panel.refresh();
    staff.on ||= passedOn(reply);
    staff.soon();
    if (again) return;
    reply.warnings?.forEach((warning) => console.warn(`ShopAssistant: ${warning}`));
    panel.keep.answered(reply.turn);
    panel.said.replaceChildren(el("span", ENGLISH, reply.reply));
    panel.own.ask();
    panel.own.offer(turn, reply.wishes);
    if (reply.turn === 1) panel.emit("started", { session_id: reply.session_id });
    panel.emit("message", { from: "assistant", text: reply.reply, reply });
    if (reply.handoff) {
      panel.emit("handoff", reply.handoff);
      panel.files.ask();
    }
  }
  // What an answer has besides words and cards: a comparison, the shop's own texts, the ways to the checkout and to the staff.
  beside({ more }, reply) {
    const { words, titles } = this.panel, pay = webAddress(reply.checkout_url);
    if (reply.comparison) more.append(comparison(reply.comparison, titles, words));
    for (const source of reply.sources) more.append(el("blockquote", { cls: "source" }, source.quote, el("cite", {}, source.title)));
    if (pay) more.append(el("a", { cls: "main", href: pay, target: "_blank", rel: "noopener noreferrer" }, words.checkout));
    if (reply.contact_link) more.append(contactLink(reply.contact_link) || "");
  }
  // What the shopper may say next, each a button.
  next({ products, comparison, question, suggestions }) {
    const { words, deeds } = this.panel, texts = [...new Set([...(question?.options ?? []), ...suggestions])];
    const compare = products.length > 1 && !comparison && deeds.compares && words.compare;
    return chips(compare ? [...texts, compare] : texts, (text) => (text === compare ? this.press(text, "compare", ...products.slice(0, 2)) : this.say(text)), words.placeholder, (text) => text !== compare && ENGLISH);
  }
  thumbs({ session_id, turn }) {
    const { panel } = this, { words } = panel, group = el("div", { cls: "thumbs", tabindex: "-1" });
    const vote = (thumb) => async () => {
      panel.emit("feedback", { session_id, turn, thumb });
      try {
        await panel.client.feedback(session_id, turn, thumb);
        const held = group.contains(panel.root.activeElement);
        group.textContent = words.thanks;
        if (held) group.focus({ preventScroll: true });
      } catch (trouble) {
        panel.tell(trouble.kind === "missing" ? words.unsent : panel.explain(trouble));
      }
    };
    const thumb = (cls, act, name) => button(drawing(THUMB, cls), act, { "aria-label": name });
    group.append(thumb("up", vote("up"), words.thumbUp), thumb("down", vote("down"), words.thumbDown));
    return group;
  }
  failed(turn, text, trouble, exact) {
    const { panel } = this, { words, keep } = panel;
    if (!trouble.kind) console.error(trouble);
    const kind = wordless(exact) && trouble.kind === "long" ? "server" : trouble.kind ?? "server";
    if (kind === "missing") { keep.drop(); panel.staff.stop(); }
    const message = panel.explain({ kind, retryAfter: trouble.retryAfter, message: trouble.message });
    const unsent = !wordless(exact) && UNSENT.includes(kind);
    const once = () => {
      if (this.stop) return;
      turn.node.classList.add("unsent"); // which goes when the next one begins
      this.say(text, wordless(exact) || kind === "missing" ? undefined : turn.number, exact);
    };
    const again = button(words.retry, once);
    turn.answer.textContent = "";
    turn.more.replaceChildren(el("div", { cls: "trouble", role: "alert" }, message, " ", kind !== "blocked" && !unsent && again));
    turn.node.classList.toggle("unsent", unsent);
    turn.more.scrollIntoView({ block: "nearest" });
    if (unsent) panel.input.value ||= text;
    if (kind === "offline" || kind === "gone") this.again = once;
    if (kind === "limited" || kind === "busy") {
      again.disabled = true;
      setTimeout(() => { again.disabled = false; }, (trouble.retryAfter ?? 30) * 1000);
    }
    panel.tell("");
    panel.emit("error", { kind, message, text });
  }
}
