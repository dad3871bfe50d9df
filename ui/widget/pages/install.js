// Writes the snippet from the choices and tries it: loads it on this page and takes a look at what the server answers.
const form = document.querySelector("#choices");
const result = document.querySelector("#result");
const source = new URL("widget.js", location.href).href;
const bytes = await (await fetch(source)).arrayBuffer();
const hashed = async (algorithm) => new Uint8Array(await crypto.subtle.digest(algorithm, bytes));
const pinned = crypto.subtle && { // absent on plain http
  src: new URL(`widget-${Array.from(await hashed("SHA-256"), (byte) => byte.toString(16).padStart(2, "0")).join("").slice(0, 12)}.js`, source).href,
  integrity: "sha384-" + btoa(String.fromCharCode(...await hashed("SHA-384"))),
  crossorigin: "anonymous",
};
form.elements.sri.disabled = !pinned;

const WORDED = ["theme", "accent", "position", "title", "logo", "welcome", "suggestions", "privacy", "storage", "learn", "region"];

function chosen() {
  const value = (name) => form.elements[name].value.trim();
  const attributes = { src: source, "data-site": value("site") };
  if (value("mode") !== "frame" && value("mode")) attributes["data-mode"] = value("mode");
  if (value("mode") === "inline") attributes["data-target"] = value("target");
  for (const name of WORDED) if (value(name)) attributes[`data-${name}`] = value(name);
  if (value("nonce")) attributes.nonce = value("nonce");
  if (form.elements.sri.checked) Object.assign(attributes, pinned);
  return attributes;
}

const quoted = (text) => text.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;");

// The same choices as the address of a frame, for pages that let no script in.
function framed() {
  const options = Object.entries(chosen()).filter(([name]) => name.startsWith("data-")).map(([name, value]) => [name.slice(5), value]);
  const address = new URL(`widget-frame?${new URLSearchParams(options)}`, location.href).href;
  return `<iframe src="${quoted(address)}" title="Shopping assistant" width="420" height="680" style="border: 0"></iframe>`;
}

function write() {
  document.querySelector("#snippet").textContent = form.elements.mode.value === "frame" ? framed() : tag();
}

function tag() {
  const attributes = Object.entries(chosen()).map(([name, value]) => ` ${name}="${quoted(value)}"`);
  return `<script async${attributes.join("")}></script>`;
}

// What the server will say to the pages of the shop, whose origin only they can send.
async function abroad() {
  const { site, shop } = form.elements;
  if (!shop.value) return "";
  if (!URL.canParse(shop.value)) return `“${shop.value}” is no address of a page: begin it with https://.`;
  const { origin } = new URL(shop.value);
  const answer = await fetch(`widget/check?${new URLSearchParams({ site: site.value.trim(), origin })}`);
  const { known, allowed } = await answer.json();
  if (allowed) return `Pages of ${origin} may use the key.`;
  if (known) return `Pages of ${origin} may not use the key yet: add exactly this to the site's origins in the file of SHOP_SITES.`;
  return "No site has this key yet: add it with your shop's origin to the file of SHOP_SITES.";
}

function test() {
  window.ShopAssistant?.destroy?.();
  const script = document.createElement("script");
  for (const [name, value] of Object.entries(chosen())) script.setAttribute(name, value);
  if (script.dataset.mode) script.removeAttribute("data-mode"); // shown as a bubble, so that this page stays in sight
  result.textContent = "Loading…";
  script.onerror = () => { result.textContent = "The script could not be loaded: see the browser's console for what refused it."; };
  script.onload = () => {
    window.ShopAssistant.on("opened", async () => { result.textContent = `It works: the widget is loaded and open. ${await abroad()}`; });
    window.ShopAssistant.on("error", ({ detail }) => { result.textContent = `The widget says: ${detail.message ?? detail.kind}`; });
    window.ShopAssistant.open();
  };
  document.head.append(script);
}

form.addEventListener("input", write);
form.addEventListener("submit", (event) => event.preventDefault());
document.querySelector("#copy").addEventListener("click", async () => {
  const snippet = document.querySelector("#snippet");
  getSelection().selectAllChildren(snippet);
  try {
    await navigator.clipboard.writeText(snippet.textContent);
    result.textContent = "Copied.";
  } catch { // on plain http there is no clipboard, and a browser may refuse it
    result.textContent = "It is selected: copy it with Ctrl+C, or ⌘C.";
  }
});
document.querySelector("#try").addEventListener("click", test);
write();
