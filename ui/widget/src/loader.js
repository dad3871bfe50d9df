// The little that every page of the shop loads: the bubble, window.ShopAssistant, and the panel on first need.
import { channelOf } from "./channel.js";

const METHODS = "open close toggle show hide destroy reset resume send setUser setLocale setContext setTheme clearHistory register".split(" ");
const ELEMENT = "shopping-assistant"; // as a shop may write it into its pages; attributes as those of the tag, with data- or without
const script = document.currentScript;

if (script && !customElements.get(ELEMENT)) define();
if (script?.dataset.site !== undefined) start(script.dataset);

function define() {
  customElements.define(ELEMENT, class extends HTMLElement {
    connectedCallback() {
      const plain = Object.fromEntries([...this.attributes].map(({ name, value }) => [name, value]));
      this.leave ??= start({ ...plain, ...this.dataset }, this);
    }
    disconnectedCallback() {
      queueMicrotask(() => { // one that is only moved is connected again by then
        if (this.isConnected) return;
        this.leave?.();
        this.leave = null;
      });
    }
  });
}

// One widget a page: what comes second is left alone. element: where the page has one, which then holds the widget. Gives back what ends it.
function start(given, element) {
  const before = window.ShopAssistant;
  if (before?.loaded) return null;
  const options = { ...given };
  const base = script.src.replace(/[^/]*$/, "");
  const bus = new EventTarget();
  const host = element ?? document.createElement("shop-assistant");
  const root = host.shadowRoot ?? host.attachShadow({ mode: "open" });
  root.adoptedStyleSheets = [];
  const waiting = [];
  const title = options.title || "Ask the assistant";
  let panel, asked, bubble;

  const emit = (name, detail) => bus.dispatchEvent(new CustomEvent(name, { detail, cancelable: true }));

  function call(name, ...args) {
    if (name === "setUser") named(args[0]?.token);
    if (name === "on") bus.addEventListener(...args);
    else if (name === "off") bus.removeEventListener(...args);
    else if (name === "show" || name === "hide") {
      host.hidden = name === "hide";
      panel?.cover();
    }
    else if (name === "destroy") destroy();
    else if (!METHODS.includes(name)) throw new TypeError("ShopAssistant has no " + name);
    else if (panel) return panel[name](...args);
    else {
      waiting.push([name, args]);
      if (/open|toggle|send/.test(name)) load();
    }
  }

  // Other tabs of the page's origin are told whom it names, though the panel may not be loaded here: nobody, after a sign-out.
  function named(token = null) {
    try {
      const tabs = new BroadcastChannel(channelOf(options.site));
      tabs.postMessage({ named: token });
      tabs.close();
    } catch {} // a browser may forbid it, as it may storage
  }

  function load() {
    if (asked) return;
    asked = document.createElement("script");
    Object.assign(asked, { src: base + PANEL, integrity: INTEGRITY, crossOrigin: "anonymous", nonce: script.nonce });
    asked.onerror = () => {
      asked = null;
      name("The assistant could not be loaded. Try again");
      emit("error", { kind: "load" });
    };
    if (bubble) bubble.ariaBusy = "true";
    document.head.append(asked);
  }

  function name(text) {
    if (!bubble) return;
    const slot = document.createElement("slot"); // what the page's own element holds for it, such as a picture
    slot.name = "launcher";
    slot.textContent = text;
    bubble.replaceChildren(text === title ? slot : text);
    bubble.ariaBusy = "false";
  }

  function mount(make) {
    name(title);
    panel = make({ host, root, options, base, emit, bubble });
    for (const [name, args] of waiting.splice(0)) panel[name](...args);
  }

  // A page that swaps its body, as single-page shops do, keeps the conversation.
  function place() {
    const where = options.mode === "inline" ? document.querySelector(options.target) : document.body;
    if (!where || host.isConnected) return;
    where.append(host);
    panel?.cover();
  }
  const watch = new MutationObserver(place);

  function destroy() {
    if (window.ShopAssistant !== api) return;
    watch.disconnect();
    panel?.destroy();
    root.replaceChildren();
    if (!element) host.remove();
    delete window.ShopAssistant;
  }

  function draw() {
    bubble = document.createElement("button");
    bubble.type = "button";
    bubble.id = "bubble";
    if (!options.title) bubble.lang = "en";
    bubble.title = title; // which names it where what the page put into it has no words
    name(title);
    bubble.setAttribute("aria-expanded", "false");
    bubble.onclick = () => call(panel ? "toggle" : "open"); // what waits for a load that failed is done once it succeeds
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(
      ":host([hidden]){display:none}#bubble{position:fixed;z-index:2147483000;bottom:calc(20px + env(safe-area-inset-bottom));" +
      (options.position === "left" ? "left" : "right") +
      ":20px;border:1px solid transparent;border-radius:99px;padding:14px 20px;cursor:pointer;font:600 16px/1.2 var(--sa-font,system-ui,sans-serif);" +
      "background:var(--sa-accent,#1d6b58);color:var(--sa-on-accent,#fff);box-shadow:0 4px 18px #0003}" +
      "@media print{#bubble{display:none}}#bubble[aria-busy=true]{cursor:progress;opacity:.8}#bubble:focus-visible{outline:3px solid #fff;box-shadow:0 0 0 6px #20262b}");
    root.adoptedStyleSheets = [sheet];
    root.append(bubble);
  }

  const api = (window.ShopAssistant = (...args) => call(...args));
  Object.assign(api, { loaded: true, mount });
  for (const name of [...METHODS, "on", "off"]) api[name] = (...args) => call(name, ...args);
  const inPage = options.mode === "inline" || options.mode === "page";
  if (!inPage && options.bubble !== "none") draw();
  for (const args of before?.q ?? []) call(...args);
  const begin = () => {
    if (!element) {
      place();
      watch.observe(document.documentElement, { childList: true, subtree: true });
    }
    if (inPage || options.open !== undefined) call("open");
    emit("ready");
  };
  if (document.body) begin();
  else addEventListener("DOMContentLoaded", begin);
  return destroy;
}
