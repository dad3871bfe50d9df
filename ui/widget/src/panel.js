// The conversation: one panel in the shadow root that the loader made.
import { Client } from "./client.js";
import { ENGLISH, button, drawing, el, slot, straight, webAddress } from "./dom.js";
import { Files } from "./files.js";
import { Keep, personOf } from "./keep.js";
import { Own } from "./own.js";
import { PHONE, Page } from "./page.js";
import css from "./panel.css";
import { Staff, passedOn } from "./staff.js";
import { applyTheme } from "./theme.js";
import { cartLines, card, chips, comparison, contactLink, staffAnswer, wishChips } from "./view.js";
import { WORDS, fill, nth, wishes } from "./words.js";

const SLOW = 8000; // ms without news after which the shopper is told that work goes on
const THUMB = "M14 22h-6v18h6zM14 22l9-14c4 0 5 3 4 7l-1 5h12c3 0 4 2 3.5 5l-3 12c-.5 2-2 3-4 3H14z";
const AWAKE = [[window, "online"], [document, "visibilitychange"]]; // when what failed for want of a connection is tried again
const UNSENT = ["long", "paused", "spent"]; // troubles after which the message goes back into the box
const RTL = /^(ar|fa|he|ur|yi|dv|ps)\b/;
const wordless = (exact) => exact && !exact.means; // a button that means something in the place of words
const spoken = (lang) => ({ lang, dir: RTL.test(lang) ? "rtl" : "ltr" });

class Panel {
  constructor({ host, root, options, base, emit, bubble }) {
    Object.assign(this, { host, root, options, emit, bubble, words: WORDS, titles: new Map(), cart: { items: [], count: 0 }, wanted: [], era: 0, elsewhere: 0 }); // era: how often the panel was emptied; elsewhere: turns that another tab knows of
    this.keep = new Keep(options.site ?? "", options.storage, (told) => this.heard(told));
    this.notice = `${base}privacy?${new URLSearchParams({ site: options.site ?? "" })}`;
    this.client = new Client(base, options.site ?? "", this.keep);
    this.page = new Page(this);
    this.files = new Files(this);
    this.own = new Own(this);
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
    this.begun ??= this.begin();
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
    await this.begun;
    return this.say(String(text));
  }
  setUser(user) {
    const person = user?.token ? personOf(user.token) : null;
    this.user = user;
    this.client.token = user?.token;
    if (person !== this.keep.person) this.turnTo(person);
    else this.welcome();
    if (!this.box.hidden) this.begun ??= this.begin();
  }
  // A conversation of the same visitor in place of the one under way.
  async resume(id) {
    const { era } = this;
    const kept = await this.client.session(String(id)).catch(({ message }) => console.warn(`ShopAssistant: the conversation ${id} is not resumed: ${message}`));
    if (!kept || era !== this.era) return;
    this.clear();
    this.restore(kept);
    this.begun = Promise.resolve();
  }
  // product: an id; its title is looked up where none is given. cart: the shop's own, shown in place of the assistant's.
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
    this.stop?.abort();
    this.staff.stop();
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
    this.stop?.abort();
    this.staff.stop();
    this.files.allow(0);
    Object.assign(this, { cart: { items: [], count: 0 }, wanted: [], again: null, elsewhere: 0 });
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
    this.begun = null;
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
      this.submit();
    });
    const onsubmit = (event) => { event.preventDefault(); this.submit(); };
    const policy = webAddress(this.options.privacy) ?? this.notice;
    return el("form", { onsubmit }, this.own.question(), this.files.row(), el("div", { cls: "line" }, this.input, el("button", { type: "submit", cls: "main" }, this.words.send)),
      el("p", { cls: "ai" }, this.words.ai, policy && [" ", el("a", { href: policy, target: "_blank", rel: "noopener noreferrer" }, this.words.privacy)]));
  }
  makeMenu() {
    return el("div", { cls: "menu", hidden: true }, button(this.words.restart, () => { this.hideMenu(); this.reset(); }),
      button(this.words.known, () => { this.hideMenu(); this.own.show(); }),
      button(this.words.export, () => { this.hideMenu(); this.own.download(); }),
      button(this.words.erase, () => { this.hideMenu(); this.clearHistory(); }));
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
    const say = (text, exact) => this.say(text, undefined, exact);
    const held = this.root.activeElement, within = [this.list, this.drawer].find((part) => part.contains(held));
    this.list.replaceChildren(...wishChips(this.wanted, say, this.words));
    this.drawer.replaceChildren(...cartLines(this.shown, { words: this.words, money: this.money, say: this.context?.cart ? null : say, checkout: () => this.checkout() }));
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
    this.log.append(el("section", { cls: "welcome" }, slot("welcome", el("h3", this.shops(hello === this.options.welcome), hello), el("p", {}, this.words.hint)), chips(examples, (text) => this.say(text), this.words.hello, (text) => this.shops(shops.includes(text)))));
  }

  // ---- a turn
  submit() {
    const text = this.input.value.trim();
    if (!text || this.stop) return;
    this.input.value = "";
    this.say(text);
  }
  // number: given when the message is sent again; the turn that it was to be. exact: what a button means by its words, { means }, or in their
  // place, { drop }, { keep } or { cart }: that is not kept to be sent again after a reload, where its words alone might be misread.
  async say(text, number, exact) {
    if (this.stop) return void (wordless(exact) || (this.input.value ||= text)); // one turn at a time; what was said waits in the box, a button that means something exactly says nothing
    if (this.drawer.hidden === false && !exact?.cart) this.fold(this.cartButton, this.drawer);
    this.log.querySelectorAll(".welcome, .unsent").forEach((old) => old.remove());
    const turn = { ...this.turn(text), number: number ?? this.keep.turns + 1 };
    this.again = null;
    if (!wordless(exact)) this.keep.asked(text);
    const stop = (this.stop = new AbortController());
    let over, missed;
    this.turnOver = new Promise((resolve) => { over = resolve; });
    this.tell(this.words.working);
    let slow = setTimeout(() => this.tell(this.words.slow), SLOW);
    this.emit("message", { from: "shopper", text });
    await this.page.look();
    const asked = { session_id: this.keep.session, turn: number, signal: stop.signal, exact, context: this.page.around(this.context ?? {}) };
    try {
      for await (const { name, data } of this.client.chat(text, asked)) {
        if (stop.signal.aborted) return; // what had come before may still be handed over
        clearTimeout(slow);
        slow = setTimeout(() => this.tell(this.words.slow), SLOW + 1000 * (data.wait_s ?? 0));
        if (name === "queued") this.tell(fill(this.words.queued, data.ahead, data.wait_s));
        else if (name === "parsed") { this.tell(this.words.working); this.wanted = wishes(data.constraints, this.money); this.refresh(); }
        else if (name === "products") this.products(turn, data.products);
        else if (name === "token") turn.answer.textContent += data.text;
        else if (name === "done") {
          missed = data.turn > this.keep.turns + 1; // something was said elsewhere meanwhile
          this.finish(turn, data);
        }
      }
      this.tell("");
      if (missed) this.resume(this.keep.session); // to show it in its place
    } catch (trouble) {
      if (!stop.signal.aborted) this.failed(turn, text, trouble, exact);
    } finally {
      clearTimeout(slow);
      if (this.stop === stop) this.stop = null;
      over();
      this.catchUp();
    }
  }
  // The words of a button, and what it means by them, so that no model has to read them.
  press(text, act, ...products) {
    return this.say(text, undefined, { means: { act, product_ids: products.map(({ id }) => id) } });
  }
  turn(text) {
    const answer = el("p", { cls: "answer", ...ENGLISH }), more = el("div");
    const node = el("section", { cls: "turn" }, el("p", { cls: "said", dir: "auto" }, straight(text)), answer, more);
    this.log.append(node);
    node.scrollIntoView({ block: "start" });
    return { node, answer, more };
  }
  products(turn, products) {
    const drawn = JSON.stringify(products);
    if (!products.length || turn.drawn === drawn) return; // the end of a turn names them again, and what is unfolded stays so
    turn.drawn = drawn;
    this.log.querySelectorAll(".actions").forEach((old) => old.remove());
    this.chosen = null;
    const look = { compare: products.length > 1 && this.compares, words: this.words, money: this.money, base: this.client.base, opens: this.page.has("openProduct"), links: this.options.links, act: (...what) => this.act(...what) };
    turn.more.replaceChildren(el("ol", { cls: "cards" }, products.map((product) => card(product, look))));
    for (const product of products) this.titles.set(product.id, product.title);
    this.emit("product-shown", { products });
  }
  finish(turn, reply, again = false) {
    turn.answer.textContent = reply.reply;
    this.products(turn, reply.products);
    this.log.querySelectorAll(".chips").forEach((old) => old.remove());
    if (reply.comparison) turn.more.append(comparison(reply.comparison, this.titles, this.words));
    for (const source of reply.sources) turn.more.append(el("blockquote", { cls: "source" }, source.quote, el("cite", {}, source.title)));
    const pay = webAddress(reply.checkout_url);
    if (pay) turn.more.append(el("a", { cls: "main", href: pay, target: "_blank", rel: "noopener noreferrer" }, this.words.checkout));
    if (reply.contact_link) turn.more.append(contactLink(reply.contact_link) || "");
    const texts = [...new Set([...(reply.question?.options ?? []), ...reply.suggestions])];
    const compare = reply.products.length > 1 && !reply.comparison && this.compares && this.words.compare;
    if (!again) turn.more.append(this.page.ways(reply, this.cart) || "");
    turn.more.append(this.thumbs(reply), chips(compare ? [...texts, compare] : texts, (text) => (text === compare ? this.press(text, "compare", ...reply.products.slice(0, 2)) : this.say(text)), this.words.placeholder, (text) => text !== compare && ENGLISH) || "");
    this.wanted = reply.wishes;
    this.cart = reply.cart;
    this.refresh();
    this.staff.on ||= passedOn(reply);
    this.staff.soon();
    if (again) return;
    reply.warnings?.forEach((warning) => console.warn(`ShopAssistant: ${warning}`));
    this.keep.answered(reply.turn);
    this.said.replaceChildren(el("span", ENGLISH, reply.reply));
    this.own.ask();
    this.own.offer(turn, reply.wishes);
    if (reply.turn === 1) this.emit("started", { session_id: reply.session_id });
    this.emit("message", { from: "assistant", text: reply.reply, reply });
    if (reply.handoff) {
      this.emit("handoff", reply.handoff);
      this.files.ask();
    }
  }
  staffSaid(answers, again = false) {
    this.log.append(...answers.map((answer) => staffAnswer(answer, this.words)));
    [...this.log.querySelectorAll(".next")].slice(0, -1).forEach((old) => old.remove());
    if (again) return;
    this.log.lastElementChild.scrollIntoView({ block: "nearest" });
    this.said.textContent = answers.map(({ text }) => `${this.words.team}: ${text}`).join("\n");
    for (const { text } of answers) this.emit("message", { from: "staff", text });
  }
  thumbs({ session_id, turn }) {
    const group = el("div", { cls: "thumbs" });
    const vote = (thumb) => async () => {
      this.emit("feedback", { session_id, turn, thumb });
      try {
        await this.client.feedback(session_id, turn, thumb);
        group.textContent = this.words.thanks;
      } catch (trouble) {
        this.tell(trouble.kind === "missing" ? this.words.unsent : this.explain(trouble));
      }
    };
    const thumb = (cls, act, name) => button(drawing(THUMB, cls), act, { "aria-label": name });
    group.append(thumb("up", vote("up"), this.words.thumbUp), thumb("down", vote("down"), this.words.thumbDown));
    return group;
  }
  back = () => {
    if (document.hidden || !navigator.onLine || this.box.hidden) return;
    if (this.note.textContent === this.words.away) this.tell("");
    this.again?.();
  };
  away = () => { if (!this.stop) this.tell(this.words.away); };
  explain({ kind, retryAfter = 30, message }) {
    const then = new Date(Date.now() + retryAfter * 1000).toLocaleTimeString(this.locale, { timeStyle: "short" });
    return fill(this.words[kind] ?? this.words.server, retryAfter, message, then);
  }
  failed(turn, text, trouble, exact) {
    if (!trouble.kind) console.error(trouble);
    const kind = wordless(exact) && trouble.kind === "long" ? "server" : trouble.kind ?? "server";
    if (kind === "missing") { this.keep.drop(); this.staff.stop(); }
    const message = this.explain({ kind, retryAfter: trouble.retryAfter, message: trouble.message });
    const unsent = !wordless(exact) && UNSENT.includes(kind);
    const once = () => {
      if (this.stop) return;
      turn.node.remove();
      this.say(text, wordless(exact) || kind === "missing" ? undefined : turn.number, exact);
    };
    const again = button(this.words.retry, once);
    turn.answer.textContent = "";
    turn.more.replaceChildren(el("div", { cls: "trouble", role: "alert" }, message, " ", kind !== "blocked" && !unsent && again));
    turn.node.classList.toggle("unsent", unsent);
    turn.more.scrollIntoView({ block: "nearest" });
    if (unsent) this.input.value ||= text;
    if (kind === "offline" || kind === "gone") this.again = once;
    if (kind === "limited" || kind === "busy") {
      again.disabled = true;
      setTimeout(() => { again.disabled = false; }, (trouble.retryAfter ?? 30) * 1000);
    }
    this.tell("");
    this.emit("error", { kind, message, text });
  }
  async act(name, product, extra) {
    const place = `the ${nth(product.rank) ?? `number ${product.rank}`} one`;
    if (name === "quote") {
      const record = await this.client.product(product).catch(() => null);
      const words = record?.[extra] ?? record?.attributes?.[extra];
      return words === undefined || words === null ? null : [words].flat().join(", ");
    }
    if (name === "product-click") {
      this.did("click", product);
      const elsewhere = extra.ctrlKey || extra.metaKey || extra.shiftKey; // a tab or window that the shopper asks for
      if (!this.emit(name, { product })) extra.preventDefault();
      else if (this.page.has("openProduct") && !elsewhere) { extra.preventDefault(); this.page.show("openProduct", { product }); }
    }
    else if (name === "compare") this.compare(product);
    else if (name === "similar") this.press(`Show me more like ${place}`, "similar", product);
    else if (name === "ask") { this.input.value = `About ${place}: `; this.input.focus(); }
    else if (name === "add") {
      const done = (worked = true) => this.put(product, worked);
      if (!this.emit("add-to-cart", { product, quantity: 1, done })) return;
      this.page.has("addToCart") ? this.page.put(product) : this.press(`Add ${place} to my cart`, "cart_add", product);
    }
  }
  get compares() { return !/\bcompare\b/.test(this.options.without); }
  // Two products are compared by a press on each: the first is chosen, or let go by another press, and the second does it.
  compare(product) {
    const first = this.chosen;
    this.chosen = first ? null : product;
    for (const button of this.log.querySelectorAll("[data-compare]")) {
      const id = button.dataset.compare, words = this.chosen && this.chosen.id !== id ? this.words.compareWith : this.words.compareOne;
      button.setAttribute("aria-pressed", this.chosen?.id === id);
      button.setAttribute("aria-label", `${words}: ${this.titles.get(id)}`);
      button.textContent = words;
    }
    if (first && first.id !== product.id) this.press(fill(this.words.comparing, first.title, product.title), "compare", first, product);
  }
  // What the shop's own cart did with a product.
  put(product, worked) {
    if (worked) this.did("cart", product);
    this.tell(worked ? this.words.taken : this.words.notTaken);
  }
  checkout() {
    if (!this.emit("checkout-click", { cart: this.shown })) return;
    const pay = webAddress(this.context?.cart?.url);
    pay ? location.assign(pay) : this.say("Check out");
  }

  // ---- what is kept
  // The conversation under way goes on; of a person whom a token names, where none is, the latest.
  async begin() {
    const { session, unanswered, person, turns } = this.keep, { era } = this;
    if (!session && !person) return;
    const over = () => era !== this.era || session !== this.keep.session; // something else has begun meanwhile
    try {
      const kept = await this.client.session(session ?? "latest");
      if (over()) return;
      this.tell("");
      this.restore(kept);
      if (unanswered && kept.turns[turns]?.message !== unanswered) this.say(unanswered, turns + 1);
    } catch (trouble) {
      if (over()) return;
      if (trouble.kind === "missing") this.lost(unanswered);
      else {
        this.begun = null; // asked again when the panel is opened again, or the connection is back
        this.tell(this.explain(trouble));
        this.again = () => { this.again = null; this.begun ??= this.begin(); };
      }
    }
  }
  restore(kept) {
    this.retell(kept, 0);
    kept.attachments.forEach((one) => this.files.show(one));
    this.files.allow(kept.may_attach);
  }
  // The turns of a kept conversation beyond those that stand here.
  retell(kept, known) {
    this.log.querySelector(".welcome")?.remove();
    this.keep.take(kept);
    for (const { message, reply } of kept.turns.slice(known)) {
      this.finish(this.turn(message), reply, true);
      this.staff.take(kept.answers.filter(({ turn }) => turn === reply.turn), (answers) => this.staffSaid(answers, true));
    }
  }
  // What another tab tells.
  heard(told) {
    if (told.learns !== undefined) {
      this.keep.follow(told);
      this.own.ask();
    } else if (!this.keep.joins(told)) return;
    else if (told.over) {
      this.keep.leave();
      this.clear();
    } else {
      this.elsewhere = told.turns;
      this.catchUp();
    }
  }
  async catchUp() {
    if (!this.begun) return; // all of it is fetched when the panel is opened
    const { era } = this, behind = () => !this.stop && era === this.era && this.elsewhere > this.keep.turns;
    await this.begun;
    const kept = behind() && await this.client.session(this.keep.session).catch(() => null);
    if (kept && behind()) this.retell(kept, this.keep.turns);
  }
  // A conversation that the server does not have: its first message may still be on the way.
  lost(unanswered) {
    if (unanswered && !this.keep.turns) this.say(unanswered, 1);
    else this.keep.drop();
  }
  did(type, product) { if (this.keep.learns) this.client.did(type, product, this.keep.session).catch(() => {}); } // nobody waits for it
}

window.ShopAssistant.mount((parts) => new Panel(parts));
