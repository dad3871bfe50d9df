// Who the visitor is, which conversation is theirs, how many turns it has, and the message that has no answer yet: in memory, in the tab (data-storage="session"), or, once agreed, on the device.
// learns: whether the visitor agreed that what they do is learnt from; null before they answered.
// person: whom the shop's token names. Their conversation is in memory only: the server has it, on any device.
// Other tabs of the page's origin are told of each turn, of a conversation's end, of a sign-out and of what may be learnt: hear takes what they tell.
import { channelOf } from "./channel.js";

export class Keep {
  constructor(site, storage, hear) {
    this.name = channelOf(site);
    this.storage = storage;
    this.person = null;
    this.#recall();
    this.tabs = this.#try(() => new BroadcastChannel(this.name));
    if (this.tabs) this.tabs.onmessage = ({ data }) => hear(data);
  }

  #tell(what) {
    const { person, session } = this;
    this.tabs?.postMessage({ person, session, ...what });
  }

  // Whether another tab's conversation is the one here too; where none is, that of the same person, or of this device, is gone on with.
  joins({ person, session }) {
    if (person !== this.person) return false;
    if (this.session === null && person) Object.assign(this, { session, turns: 0 });
    else if (this.session === null && this.#read("localStorage")?.session === session) {
      this.#recall();
      this.turns = 0;
    }
    return this.session === session;
  }

  // What was said in another tab of learning: on this device by the same visitor; of a person a no only, since their yes is for a tab.
  follow({ person, learns }) {
    if (person !== this.person) return;
    if (!person && this.#read("localStorage")?.visitor === this.visitor) this.learns = learns;
    else if (person && !learns) {
      this.learns = false;
      this.#remove("sessionStorage", LEARNS);
    }
  }

  // Another tab has ended the conversation.
  leave() {
    if (!this.person) this.#recall();
    Object.assign(this, { session: null, turns: 0, unanswered: null });
  }

  #recall() {
    this.agreed = this.#read("localStorage") !== null;
    this.place = this.agreed ? "localStorage" : this.storage === "session" ? "sessionStorage" : null;
    this.mayAsk = !this.agreed && this.storage !== "session";
    const kept = this.place && this.#read(this.place);
    this.visitor = kept?.visitor ?? token();
    Object.assign(this, { session: kept?.session ?? null, turns: kept?.turns ?? 0, unanswered: kept?.unanswered ?? null, learns: kept?.learns ?? null });
  }

  // The person signs out, or gives way to another, in every tab.
  leaves() { if (this.person) this.#tell({ left: true }); }

  // Another person, or nobody again: then nothing stays of the one who left, nor of the time before they signed in.
  become(person) {
    this.person = person;
    if (person) Object.assign(this, { session: null, turns: 0, unanswered: null, learns: this.#read("sessionStorage", LEARNS) === person || null });
    else {
      for (const place of ["localStorage", "sessionStorage"]) for (const end of ["", LEARNS]) this.#remove(place, end);
      this.#recall();
    }
  }

  // Of a person a yes holds in this tab until they sign out, so that it is nobody else's.
  learn(yes) {
    this.learns = yes;
    if (!this.person) this.save();
    else if (yes) this.#try(() => sessionStorage.setItem(this.name + LEARNS, JSON.stringify(this.person)));
    else this.#remove("sessionStorage", LEARNS);
    this.#tell({ learns: yes });
  }

  agree() {
    Object.assign(this, { agreed: true, mayAsk: false, place: "localStorage" });
    this.save();
  }

  // The conversation is named here, so that a message can be asked for again before any answer has come.
  asked(text) {
    this.session ??= newSession();
    this.unanswered = text;
    this.save();
  }

  answered(turns) {
    Object.assign(this, { turns, unanswered: null });
    this.save();
    this.#tell({ turns });
  }

  // A conversation as the server keeps it is the one under way.
  take({ session_id, turns }) {
    Object.assign(this, { session: session_id, turns: turns.length, unanswered: null });
    this.save();
  }

  drop() {
    Object.assign(this, { session: null, turns: 0 });
    this.save();
  }

  save() {
    if (this.person) return;
    const { visitor, session, turns, unanswered, learns } = this;
    this.#try(() => this.place && window[this.place].setItem(this.name, JSON.stringify({ visitor, session, turns, unanswered, learns })));
  }

  // Who agreed to be known stays the same visitor in the next conversation.
  forget() {
    this.#tell({ over: true });
    if (!this.person && !this.learns) {
      if (this.place) this.#remove(this.place);
      this.visitor = token();
    }
    Object.assign(this, { session: null, turns: 0, unanswered: null });
    if (this.learns) this.save();
  }

  #read(place, end = "") {
    return this.#try(() => JSON.parse(window[place].getItem(this.name + end)));
  }

  #remove(place, end = "") {
    this.#try(() => window[place].removeItem(this.name + end));
  }

  #try(work) {
    try {
      return work() ?? null;
    } catch {
      return null; // storage can be switched off or full; the conversation then lasts as long as the page
    }
  }
}

const LEARNS = ":learns";

// Whom a token names, read and not checked: a new token of the same person changes nothing on the screen.
export function personOf(token) {
  try {
    return JSON.parse(atob(token.split(".")[1].replaceAll("-", "+").replaceAll("_", "/"))).sub ?? token;
  } catch {
    return token;
  }
}

const random = () => crypto.getRandomValues(new Uint8Array(16));
const newSession = () => "s_" + Array.from(random(), (byte) => byte.toString(16).padStart(2, "0")).join("");

function token() {
  const bytes = random();
  return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
