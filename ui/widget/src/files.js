// What a shopper attaches for the shop's team, once the conversation was passed on and where the server lets them.
import { button, el } from "./dom.js";
import { fill } from "./words.js";

const LIMIT = 5 * 1024 * 1024; // bytes, as the server takes them
const TYPES = "image/jpeg,image/png,image/webp,application/pdf";

export class Files {
  // left: how many files more the server takes.
  constructor(panel) {
    Object.assign(this, { panel, left: 0 });
  }

  // The row above the box for the message.
  row() {
    const { words } = this.panel;
    const input = el("input", { type: "file", accept: TYPES, hidden: true, onchange: () => this.#send(input) });
    this.open = button(words.attach, () => input.click());
    this.place = el("div", { cls: "consent" }, el("span", {}, words.attachFor), this.open, input);
    this.allow(this.left);
    return this.place;
  }

  allow(left) {
    this.left = /\buploads\b/.test(this.panel.options.without) ? 0 : left;
    this.place.hidden = !this.left;
  }

  // Asked of the server once a person has the conversation.
  async ask() {
    const { era } = this.panel;
    const { may_attach } = await this.panel.client.answers(this.panel.keep.session, this.panel.staff.known).catch(() => ({}));
    if (era === this.panel.era) this.allow(may_attach ?? 0);
  }

  show({ name }) {
    this.panel.log.append(el("section", { cls: "turn" }, el("p", { cls: "said", dir: "auto" }, fill(this.panel.words.attached, name))));
    this.panel.log.lastElementChild.scrollIntoView({ block: "nearest" });
  }

  async #send(input) {
    const { panel } = this, { words, era } = panel, [file] = input.files;
    input.value = ""; // so that the same file can be chosen again
    if (!file) return;
    if (file.size > LIMIT) return panel.tell(words.notAttached);
    this.open.disabled = true;
    panel.tell(words.attaching);
    try {
      const kept = await panel.client.attach(panel.keep.session, file);
      if (era !== panel.era) return;
      this.show(kept);
      this.allow(this.left - 1);
      panel.tell("");
      panel.said.textContent = fill(words.attached, kept.name);
      panel.emit("attached", { name: kept.name, type: kept.type, size: kept.size });
    } catch (trouble) {
      if (era === panel.era) panel.tell(trouble.kind === "long" ? words.notAttached : panel.explain(trouble));
    } finally {
      this.open.disabled = false;
    }
  }
}
