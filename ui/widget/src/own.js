// What belongs to the shopper: the questions whether it is kept and learnt from, what is known of them, and the conversation as a file.
import { button, el } from "./dom.js";
import { knownLines } from "./view.js";
import { fill } from "./words.js";

export class Own {
  #offered = new Set(); // wishes that could be kept, by their words

  constructor(panel) {
    this.panel = panel;
  }

  // The drawer of what is known.
  drawn() { return (this.about = el("section", { cls: "drawer", "aria-label": this.panel.words.known, hidden: true })); }

  // Stands above the box until it is answered: whether the conversation is kept, then whether it is learnt from.
  question() {
    this.consent = el("div", { cls: "consent", hidden: true });
    if (this.panel.keep.turns) this.ask();
    return this.consent;
  }
  ask() {
    const { keep, words, options } = this.panel;
    const open = keep.mayAsk && !keep.person ? "keep" : (keep.agreed || keep.person) && keep.learns === null && options.learn !== "no" ? "learn" : "";
    this.consent.hidden = !open;
    if (!open || this.consent.dataset.open === open) return;
    this.consent.dataset.open = open;
    const answer = (yes) => (open === "keep" ? this.agree(yes) : this.learn(yes));
    const [question, agreed] = open === "keep" ? [words.keep, words.yes] : [words.learn, words.learnYes];
    this.consent.replaceChildren(el("span", {}, question), button(agreed, () => answer(true)), button(words.no, () => answer(false)));
  }
  agree(yes) {
    const { keep, input, emit } = this.panel;
    keep.mayAsk = false;
    if (yes) keep.agree();
    emit("consent", { storage: yes });
    this.ask();
    (this.consent.hidden ? input : this.consent.querySelector("button")).focus();
  }
  // Learning is a purpose of its own, agreed to apart from what is kept on the device.
  learn(yes) {
    this.panel.keep.learn(yes);
    this.panel.emit("consent", { learning: yes });
    this.ask();
    this.panel.input.focus();
  }

  // One wish that can outlast the conversation and is not kept yet, offered once: what is refused, or a size.
  async offer(turn, wishes) {
    const { keep, client } = this.panel;
    const [wish] = keep.learns ? wishes.filter(({ lasting, text }) => lasting && !this.#offered.has(text)) : [];
    if (!wish) return;
    this.#offered.add(wish.text);
    const { field, value, text } = wish;
    const known = await client.profile().catch(() => null); // where that cannot be told, nothing is offered
    if (!known || known.facts.some(({ query }) => query === `${field}: ${value}`) || this.panel.log.lastElementChild !== turn.node) return; // it may have been drawn anew meanwhile
    const label = fill(this.panel.words.keepWish, text);
    turn.more.append(el("div", { cls: "chips" }, button(label, () => this.panel.turns.say(label, undefined, { keep: { field, value } }))));
  }

  // Somebody else is at the panel.
  clear() {
    this.#offered.clear();
    this.about.hidden = this.consent.hidden = true;
    this.about.replaceChildren();
  }

  async show() {
    const { client, keep, options, words, notice, era } = this.panel;
    try {
      const { facts, regions = [] } = await client.profile();
      if (era !== this.panel.era) return;
      const learn = () => { keep.agree(); this.learn(true); this.show(); };
      const forget = (fact) => this.unlearn(fact), close = () => this.hide();
      const may = keep.learns ? "less" : options.learn === "no" ? "" : "more";
      this.about.replaceChildren(...knownLines(facts, regions, may, { words, notice, forget, learn, close, more: keep.person ? words.learnHere : words.learnNow }));
      this.about.hidden = false;
      this.about.querySelector("button").focus();
    } catch (trouble) {
      this.panel.tell(this.panel.explain(trouble));
    }
  }
  hide() { this.about.hidden = true; this.panel.menuButton.focus(); }
  // One fact; without one all of them, and nothing more is learnt.
  async unlearn(fact) {
    const { era } = this.panel;
    try {
      if (!fact) this.learn(false); // first, so that the next turn tells nothing
      await this.panel.turns.over; // what the one under way tells is kept at its end
      if (era !== this.panel.era) return; // else what is known of whoever came meanwhile would go
      await this.panel.client.unlearn(fact);
      await this.show();
    } catch (trouble) {
      this.panel.tell(this.panel.explain(trouble));
    }
  }

  async download() {
    const { keep, client, words } = this.panel;
    if (!keep.turns) return this.panel.tell(words.nothing);
    try {
      const kept = await client.session(keep.session);
      const href = URL.createObjectURL(new Blob([JSON.stringify(kept, null, 2)], { type: "application/json" }));
      el("a", { href, download: "conversation.json" }).click();
      setTimeout(() => URL.revokeObjectURL(href), 10_000);
    } catch (trouble) {
      this.panel.tell(this.panel.explain(trouble));
    }
  }
}
