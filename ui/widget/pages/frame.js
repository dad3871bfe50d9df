// The widget filling a frame. The address says its options and the page around makes calls: both are heeded in a frame only, which
// the browser lets nobody put around this page but the sites that the server names.
const EVENTS = ["message", "product-shown", "product-click", "add-to-cart", "checkout-click", "handoff", "attached", "started", "feedback", "consent", "error"];
const waiting = new Map(); // calls of the page's functions that have no answer yet
let asked = 0;
const CALLS = ["send", "setUser", "setLocale", "setContext", "setTheme", "reset", "resume", "clearHistory"];

if (window === parent) document.querySelector("#alone").hidden = false;
else start();

function start() {
  const script = document.createElement("script");
  for (const [name, value] of new URLSearchParams(location.search)) if (/^[a-z]+$/.test(name)) script.dataset[name] = value;
  script.dataset.site ??= "";
  script.dataset.mode = "page";
  script.src = "widget.js";
  script.onload = () => {
    addEventListener("message", hear);
    for (const name of EVENTS) ShopAssistant.on(name, ({ detail }) => tell(name, detail));
    tell("ready");
  };
  document.head.append(script);
}

// A function of the page around: a message asks for it, and another answers.
function register(name, known) {
  const ask = (given) => new Promise((answer) => {
    const id = ++asked;
    waiting.set(id, answer);
    tell("call", { id, name, given });
  });
  ShopAssistant.register(name, known === null ? null : ask);
}

function answer(id, value) {
  waiting.get(id)?.(value);
  waiting.delete(id);
}

// As JSON: what cannot be told to another page, such as `done` of add-to-cart, is left out.
function tell(name, detail = null) {
  parent.postMessage({ shopAssistant: name, detail: JSON.parse(JSON.stringify(detail)) }, "*");
}

function hear({ source, data }) {
  const [name, ...args] = Array.isArray(data?.shopAssistant) ? data.shopAssistant : [];
  if (source !== parent) return;
  if (CALLS.includes(name)) ShopAssistant(name, ...args);
  else if (name === "register") register(...args);
  else if (name === "answer") answer(...args);
}
