// The conversation: one panel in the shadow root that the loader made.
import { Client } from "./client.js";
import { Deeds } from "./deeds.js";
import { button, el, slot, webAddress } from "./dom.js";
import { Files } from "./files.js";
import { Keep, personOf } from "./keep.js";
import { Own } from "./own.js";
import { PHONE, Page } from "./page.js";
import css from "./panel.css";
import { Staff } from "./staff.js";
import { applyTheme } from "./theme.js";
import { Thread } from "./thread.js";
import { Turns } from "./turns.js";
import { cartLines, chips, staffAnswer, wishChips } from "./view.js";
import { WORDS, fill } from "./words.js";

const AWAKE = [[window, "online"], [document, "visibilitychange"]]; // when what failed for want of a connection is tried again
const RTL = /^(ar|fa|he|ur|yi|dv|ps)\b/;
const spoken = (lang) => ({ lang, dir: RTL.test(lang) ? "rtl" : "ltr" });

class Panel {
  constructor({ host, root, options, base, emit, bubble }) {
    Object.assign(this, { host, root, options, emit, bubble, words: WORDS, titles: new Map(), cart: { items: [], count: 0 }, wanted: [], also: [], era: 0 }); // era: how often the panel was emptied
    this.keep = new Keep(options.site ?? "", options.storage, (told) => this.thread.heard(told));
    this.notice = `${base}privacy?${new URLSearchParams({ site: options.site ?? "" })}`;
    this.client = new Client(base, options.site ?? "", this.keep);
    this.page = new Page(this);
    this.files = new Files(this);
    this.own = new Own(this);
    this.turns = new Turns(this);
    this.deeds = new Deeds(this);
    this.thread = new Thread(this);
    this.staff = new Staff({ session: () => this.keep.session, seen: () => !this.box.hidden,
      ask: (...what) => this.client.answers(...what), show: (answers) => this.staffSaid(answers) });
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(css);
    root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
    host.dataset.mode = options.mode ?? "bubble";
    this.closes = host.dataset.mode === "bubble";
    host.dataset.position = options.position ?? "right";
    host.dataset.theme = "auto";
    host.dataset.without = options.without ?? "";
    if (options.expanded !== undefined) host.dataset.expanded = "";
    this.setTheme({ mode: options.theme, accent: options.accent, radius: options.radius, font: options.font });
    this.setLocale(options.locale ?? document.documentElement.lang ?? "en");
    for (const [target, name] of AWAKE) target.addEventListener(name, this.back);
    if (options.product) this.setContext({ product: options.product });
    addEventListener("offline", this.away);
    PHONE.addEventListener("change", this.cover);
    visualViewport.addEventListener("resize", this.fit);
    visualViewport.addEventListener("scroll", this.fit);
  }

  // ---- what the page may call
  open() {
    if (!this.box.hidden) return;
    this.box.hidden = false;
    this.opener = document.activeElement;
    this.bubble?.setAttribute("aria-expanded", "true");
    this.cover();
    if (this.closes) this.input.focus();
    this.page.look();
    this.thread.open();
    this.staff.look();
    this.emit("opened");
  }
  close() {
    if (this.box.hidden || !this.closes) return;
    this.box.hidden = true;
    this.bubble?.setAttribute("aria-expanded", "false");
    this.cover();
    (this.opener?.isConnected && this.opener !== document.body && this.opener !== this.host ? this.opener : this.bubble)?.focus();
    this.emit("closed");
  }
  toggle() { this.box.hidden ? this.open() : this.close(); }
  async send(text) {
    this.open();
    await this.thread.begun;
    return this.turns.say(String(text));
  }
  setUser(user) {
    const person = user?.token ? personOf(user.token) : null;
    this.thread.stays(person);
    this.user = user;
    this.client.token = user?.token;
    if (person === this.keep.person) this.welcome();
    else {
      this.keep.leaves();
      this.turnTo(person);
    }
    if (!this.box.hidden) this.thread.open();
  }
  resume(id) { return this.thread.resume(String(id)); }
  // product: an id; its title is looked up where none is given. cart: the shop's own, shown in place of the assistant's. region: where the
  // shopper is, as the shop names it.
  async setContext(given) {
    const context = (this.context = { ...given, product: given?.product ? String(given.product) : undefined });
    this.refresh();
    this.welcome();
    if (!context.product || context.title) return;
    const record = await this.client.product(context.product).catch(() => null); // one that the catalogue has not is not spoken of
    if (record && this.context === context) this.setContext({ ...context, title: record.title });
  }
  register(name, work) { this.page.register(name, work); }
  // How a text of the shop's own is marked: it is in the language of the tag, whatever that of the panel is.
  shops(own) { return own ? spoken(this.locale) : {}; }
  setTheme(theme) { applyTheme(this.host, theme); }
  // tag: the language of the shop's own texts, and how numbers and times are written; of the panel where its words are given.
  setLocale(tag, words = {}) {
    this.words = { ...WORDS, ...words };
    try { this.locale = Intl.getCanonicalLocales(tag)[0] ?? "en"; } catch { this.locale = "en"; }
    this.lang = Object.keys(words).length ? this.locale : "en";
    this.draw();
  }
  reset() {
    this.keep.forget();
    this.clear();
  }
  async clearHistory() {
    const { era } = this;
    try {
      if (this.keep.session) await this.client.forget(this.keep.session);
    } catch (trouble) {
      if (trouble.kind !== "missing") return era === this.era && this.tell(this.explain(trouble));
    }
    if (era !== this.era) return;
    this.reset();
    this.tell(this.words.erased);
  }
  destroy() {
    this.turns.stop?.abort();
    this.staff.stop();
    this.thread.stays(this.keep.person);
    this.keep.tabs?.close();
    for (const [target, name] of AWAKE) target.removeEventListener(name, this.back);
    removeEventListener("offline", this.away);
    PHONE.removeEventListener("change", this.cover);
    visualViewport.removeEventListener("resize", this.fit);
    visualViewport.removeEventListener("scroll", this.fit);
  }

  // Nothing of a conversation stays on the screen, and what is on the way for it is not shown.
  clear() {
    this.era += 1;
    this.turns.stop?.abort();
    this.turns.again = null;
    this.thread.elsewhere = 0;
    this.staff.stop();
    this.files.allow(0);
    Object.assign(this, { cart: { items: [], count: 0 }, wanted: [], also: [] });
    this.log.replaceChildren();
    this.said.replaceChildren();
    this.tell("");
    this.titles.clear();
    this.refresh();
    this.welcome();
  }
  // Somebody else is at the panel: another person whom a token names, or nobody again.
  turnTo(person) {
    if (this.keep.person) this.input.value = "";
    this.keep.become(person);
    this.own.clear();
    this.clear();
    this.thread.begun = null;
  }

  // ---- the frame
  draw() {
    const { words, input } = this;
    const old = this.box;
    const hidden = old ? old.hidden : true;
    this.said = el("p", { cls: "sr", role: "log", "aria-live": "polite" });
    this.note = el("p", { cls: "note", role: "status" });
    this.log = el("div", { cls: "log", tabindex: "0", role: "group", "aria-label": words.title }, old ? [...this.log.childNodes] : []);
    this.list = el("ul", { cls: "wishes", "aria-label": words.understood });
    this.drawer = el("section", { cls: "drawer", "aria-label": words.cart, hidden: true });
    this.cartButton = button(words.cart, () => this.fold(this.cartButton, this.drawer), { cls: "cart", "aria-expanded": "false" });
    this.menu = this.makeMenu();
    this.menuButton = button("⋯", () => this.fold(this.menuButton, this.menu), { "aria-label": words.more, "aria-expanded": "false" });
    const logo = webAddress(this.options.logo);
    const name = slot("header", logo && el("img", { src: logo, alt: "", referrerpolicy: "no-referrer" }), el("h2", this.shops(this.options.title), this.options.title ?? words.title));
    const top = el("div", { cls: "head" }, name, this.cartButton, this.menuButton,
      this.closes && button("×", () => this.close(), { "aria-label": words.close }));
    this.box = el(this.closes ? "dialog" : "div", { id: "panel", role: !this.closes && "region", "aria-label": this.options.title ?? words.title,
      ...spoken(this.lang), onkeydown: (event) => this.key(event), oncancel: (event) => this.left(event) },
      top, this.menu, this.own.drawn(), this.drawer, this.log, this.list, this.note, this.makeForm(input?.value ?? this.options.message), slot("footer"), this.said);
    this.box.hidden = hidden;
    old ? old.replaceWith(this.box) : this.root.prepend(this.box);
    this.cover();
    this.refresh();
    this.welcome();
  }
  makeForm(draft = "") {
    this.input = el("textarea", { rows: "1", "aria-label": this.words.placeholder, placeholder: this.words.placeholder, maxlength: "2000" });
    this.input.value = draft;
    this.input.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      this.turns.submit();
    });
    const onsubmit = (event) => { event.preventDefault(); this.turns.submit(); };
    const policy = webAddress(this.options.privacy) ?? this.notice;
    return el("form", { onsubmit }, this.own.question(), this.files.row(), el("div", { cls: "line" }, this.input, el("button", { type: "submit", cls: "main" }, this.words.send)),
      el("p", { cls: "ai" }, this.words.ai, policy && [" ", el("a", { href: policy, target: "_blank", rel: "noopener noreferrer" }, this.words.privacy)]));
  }
  makeMenu() {
    return el("div", { cls: "menu", hidden: true }, this.sure(this.words.restart, () => this.reset()),
      button(this.words.known, () => { this.hideMenu(); this.own.show(); }),
      button(this.words.export, () => { this.hideMenu(); this.own.download(); }),
      this.sure(this.words.erase, () => this.clearHistory()));
  }
  // What takes the cart along says so first, and is done at the second press.
  sure(text, act) {
    const plain = () => { one.textContent = text; };
    const one = button(text, () => {
      if (this.cart.count && one.textContent === text) return void (one.textContent = `${text}: ${this.words.sure}`);
      plain();
      this.hideMenu();
      act();
    }, { onblur: plain });
    return one;
  }
  hideMenu() { if (!this.menu.hidden) { this.fold(this.menuButton, this.menu); this.menuButton.focus(); } }
  fold(opener, what) {
    what.hidden = !what.hidden;
    opener.setAttribute("aria-expanded", String(!what.hidden));
  }
  key(event) {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    event.preventDefault(); // or a modal dialog closes by itself
    if (!this.menu.hidden) this.hideMenu();
    else if (!this.own.about.hidden) this.own.hide();
    else if (!this.drawer.hidden) { this.fold(this.cartButton, this.drawer); this.cartButton.focus(); }
    else this.close();
  }
  // A phone's way back, and Escape where the focus is nowhere; a file that is not chosen is cancelled too.
  left(event) {
    if (event.target !== this.box) return;
    event.preventDefault();
    this.close();
  }
  // On a phone the sheet covers the page, of which nothing can be reached then; on a wider window both are at hand.
  cover = () => {
    if (!this.closes) return;
    const { box, host, root } = this, held = root.activeElement ?? document.activeElement;
    box.close();
    if (PHONE.matches && !box.hidden && !host.hidden) box.showModal();
    box.open = !box.hidden;
    held?.focus();
  };
  // A phone's keyboard covers the window without making it smaller; the panel takes what it leaves. Who zooms in keeps the whole.
  fit = () => {
    const { height, offsetTop, scale } = visualViewport;
    const covered = scale < 1.01 && height < innerHeight - 1;
    this.host.style.setProperty("--seen", covered ? `${height}px` : "100dvh");
    this.host.style.setProperty("--above", covered ? `${offsetTop}px` : "0px");
  };
  money = (amount, currency = this.shown.currency ?? this.context?.currency ?? "USD") => {
    try { return new Intl.NumberFormat(this.locale, { style: "currency", currency, trailingZeroDisplay: "stripIfInteger" }).format(amount); } catch { return `${amount} ${currency}`; }
  };
  get shown() { return this.context?.cart ?? this.cart; }
  tell(text) { this.note.textContent = text; }
  refresh() {
    const say = (text, exact) => this.turns.say(text, undefined, exact);
    const held = this.root.activeElement, within = [this.list, this.drawer].find((part) => part.contains(held));
    this.list.replaceChildren(...wishChips(this.wanted, this.also, say, this.words));
    this.drawer.replaceChildren(...cartLines(this.shown, { words: this.words, money: this.money, say: this.context?.cart ? null : say, checkout: () => this.deeds.checkout() }));
    this.cartButton.textContent = this.shown.count ? `${this.words.cart} (${this.shown.count})` : this.words.cart;
    if (within) [...within.querySelectorAll("button")].sort((a, b) => (b.ariaLabel === held.ariaLabel) - (a.ariaLabel === held.ariaLabel)).concat(this.input)[0].focus();
  }
  welcome() {
    this.log.querySelector(".welcome")?.remove();
    if (this.log.childElementCount) return;
    const shops = (this.options.suggestions ?? "").split("|").map((text) => text.trim()).filter(Boolean), examples = [...shops];
    if (this.context?.title) examples.unshift(`Tell me about the ${this.context.title}`);
    if (this.keep.learns) examples.unshift(this.words.suggest);
    const hello = this.user?.name ? `${this.user.name}, ${this.words.hello}` : this.options.welcome ?? this.words.hello;
    this.log.append(el("section", { cls: "welcome" }, slot("welcome", el("h3", this.shops(hello === this.options.welcome), hello), el("p", {}, this.words.hint)), chips(examples, (text) => this.turns.say(text), this.words.hello, (text) => this.shops(shops.includes(text)))));
  }

  staffSaid(answers, again = false) {
    this.log.append(...answers.map((answer) => staffAnswer(answer, this.words)));
    [...this.log.querySelectorAll(".next")].slice(0, -1).forEach((old) => old.remove());
    if (again) return;
    this.log.lastElementChild.scrollIntoView({ block: "nearest" });
    this.said.textContent = answers.map(({ text }) => `${this.words.team}: ${text}`).join("\n");
    for (const { text } of answers) this.emit("message", { from: "staff", text });
  }
  back = () => {
    if (document.hidden || !navigator.onLine || this.box.hidden) return;
    if (this.note.textContent === this.words.away) this.tell("");
    this.turns.again?.();
  };
  away = () => { if (!this.turns.stop) this.tell(this.words.away); };
  explain({ kind, retryAfter = 30, message }) {
    const then = new Date(Date.now() + retryAfter * 1000).toLocaleTimeString(this.locale, { timeStyle: "short" });
    return fill(this.words[kind] ?? this.words.server, retryAfter, message, then);
  }
}

window.ShopAssistant.mount((parts) => new Panel(parts));
