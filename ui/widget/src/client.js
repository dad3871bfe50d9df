// The shop's server: one turn as events, the kept conversation, one product. A Trouble says what went wrong and when to try again.
import { straight } from "./dom.js";
import { solved } from "./proof.js";

const PATIENCE = 60_000; // ms without a byte from the server, which sends some every 15 s
const CHECK_PATIENCE = 5_000; // ms until the server has to have said whether it refuses the page
const UPLOAD_PATIENCE = 300_000; // ms for a file: 5 MB from a slow phone

export class Trouble extends Error {
  constructor(kind, detail, retryAfter, challenge) {
    super(detail);
    Object.assign(this, { kind, retryAfter, challenge });
  }
}

export class Client {
  // keep: who the visitor is, and whether they agreed to be learnt from.
  constructor(base, site, keep) {
    Object.assign(this, { base, site, keep });
  }

  async ask(path, { method = "GET", body, file, signal, proof } = {}) {
    const headers = { "X-Site-Key": this.site, "X-Visitor": this.keep.visitor };
    if (this.token) headers.Authorization = `Bearer ${this.token}`;
    if (proof) headers["X-Proof"] = proof;
    if (body || file) headers["Content-Type"] = file ? "application/octet-stream" : "application/json";
    let answer;
    try {
      answer = await fetch(this.base + path, { method, headers, body: file ?? (body && JSON.stringify(body)), signal, credentials: "omit" });
    } catch (error) {
      if (error.name === "AbortError") throw error;
      throw await this.unreached();
    }
    if (answer.ok) return answer;
    const trouble = await refused(answer);
    if (!trouble.challenge || proof || !crypto.subtle) throw trouble; // plain http has no crypto.subtle
    return this.ask(path, { method, body, signal, proof: await solved(trouble.challenge, signal) });
  }

  // Why nothing came. A browser hides from a page that its origin was refused, so that the server is asked where every page may ask.
  async unreached() {
    if (!navigator.onLine) return new Trouble("offline");
    const { origin } = location, given = { site: this.site, origin };
    if (origin === new URL(this.base).origin) return new Trouble("gone"); // the server's own page
    const asked = fetch(`${this.base}widget/check?${new URLSearchParams(given)}`, { credentials: "omit", signal: AbortSignal.timeout(CHECK_PATIENCE) });
    const { known, allowed } = await asked.then((answer) => answer.json()).catch(() => ({}));
    if (allowed !== false) return new Trouble("gone");
    const missing = known ? `add ${origin} to the origins of the site "${this.site}"` : `no site has the key "${this.site}": add it with the origin ${origin}`;
    console.error(`ShopAssistant: this page may not use the assistant; ${missing} in the file of SHOP_SITES.`);
    return new Trouble("blocked");
  }

  session(id) {
    return this.ask(`v1/sessions/${encodeURIComponent(id)}`).then(read);
  }

  answers(id, after) {
    return this.ask(`v1/sessions/${encodeURIComponent(id)}/answers?after=${after}`).then(read);
  }

  attach(id, file) {
    const name = new URLSearchParams({ name: file.name.slice(-255) });
    const path = `v1/sessions/${encodeURIComponent(id)}/attachments?${name}`;
    return this.ask(path, { method: "POST", file, signal: AbortSignal.timeout(UPLOAD_PATIENCE) }).then(read);
  }

  forget(id) {
    return this.ask(`v1/sessions/${encodeURIComponent(id)}`, { method: "DELETE" });
  }

  product(id) {
    return this.ask(`v1/products/${id.split("/").map(encodeURIComponent).join("/")}`).then(read);
  }

  did(type, product, session_id, region) {
    const body = { type, product_id: product.id, position: product.rank, session_id: session_id ?? undefined, region };
    return this.ask("v1/events", { method: "POST", body });
  }

  profile() {
    return this.ask("v1/profile").then(read);
  }

  // Forget one fact of the profile, or all of it.
  unlearn({ product_id, query } = {}) {
    const which = Object.entries({ product_id, query }).filter(([, value]) => value);
    return this.ask(`v1/events?${new URLSearchParams(which)}`, { method: "DELETE" });
  }

  feedback(session_id, turn, thumb) {
    return this.ask("v1/feedback", { method: "POST", body: { session_id, turn, thumb } });
  }

  // turn: where the message is sent again, which turn of the conversation it was to be; the server takes none twice.
  // exact: what a button means, { drop }, { keep } or { cart }, in the place of words, or { means } by them. context: product_id and cart of
  // the page. region: where the shopper is, as the shop names it.
  async *chat(message, { session_id, turn, signal, exact, context, region }) {
    const silence = new AbortController();
    let alarm;
    const cut = () => silence.abort();
    const heard = () => {
      clearTimeout(alarm);
      alarm = setTimeout(cut, PATIENCE);
    };
    heard();
    addEventListener("offline", cut);
    try {
      const either = AbortSignal.any([signal, silence.signal]);
      const answer = await this.ask("v1/chat", { method: "POST", signal: either,
        body: { ...(exact?.means ? { message, ...exact } : exact ?? { message }), stream: true, session_id, turn, learn: this.keep.learns === true, context, region } });
      for await (const event of events(answer.body, heard)) {
        if (event.name === "error") throw new Trouble(kindOf(event.data), event.data.detail, event.data.retry_after);
        yield event;
        if (event.name === "done") return;
      }
    } catch (error) {
      if (signal.aborted || error instanceof Trouble) throw error;
      throw new Trouble(navigator.onLine ? "gone" : "offline");
    } finally {
      clearTimeout(alarm);
      removeEventListener("offline", cut);
    }
    throw new Trouble("gone");
  }
}

const parsed = (text) => JSON.parse(straight(text));
const read = (answer) => answer.text().then(parsed);

const KINDS = { 401: "expired", 403: "blocked", 404: "missing", 413: "long", 422: "long", 429: "limited", 503: "busy", 504: "late", paused: "paused", "day-over": "spent" };
const kindOf = ({ type, status }) => KINDS[type?.split(":").pop()] ?? KINDS[status] ?? "server";

async function refused(answer) {
  const problem = await answer.json().catch(() => ({}));
  return new Trouble(kindOf({ ...problem, status: answer.status }), problem.detail, Number(answer.headers.get("Retry-After")) || undefined, problem.challenge);
}

async function* events(stream, heard) {
  const reader = stream.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    heard();
    const blocks = (rest + value).replaceAll("\r\n", "\n").split("\n\n");
    rest = blocks.pop();
    for (const block of blocks) {
      const lines = block.split("\n");
      const name = lines.find((line) => line.startsWith("event:"))?.slice(6).trim();
      const data = lines.filter((line) => line.startsWith("data:")).map((line) => line.slice(5)).join("\n");
      if (name && data) yield { name, data: parsed(data) };
    }
  }
}
