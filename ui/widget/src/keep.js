// Who the visitor is, which conversation is theirs, how many turns it has, and the message that has no answer yet: in memory, in the tab (data-storage="session"), or, once agreed, on the device.
// learns: whether the visitor agreed that what they do is learnt from; null before they answered.
export class Keep {
  constructor(site, storage) {
    this.name = `shop-assistant:${site}`;
    this.agreed = this.#read("localStorage") !== null;
    this.place = this.agreed ? "localStorage" : storage === "session" ? "sessionStorage" : null;
    this.mayAsk = !this.agreed && storage !== "session";
    const kept = this.place && this.#read(this.place);
    this.visitor = kept?.visitor ?? token();
    Object.assign(this, { session: kept?.session ?? null, turns: kept?.turns ?? 0, unanswered: kept?.unanswered ?? null, learns: kept?.learns ?? null });
  }

  learn(yes) {
    this.learns = yes;
    this.save();
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
  }

  drop() {
    Object.assign(this, { session: null, turns: 0 });
    this.save();
  }

  save() {
    const { visitor, session, turns, unanswered, learns } = this;
    this.#try(() => this.place && window[this.place].setItem(this.name, JSON.stringify({ visitor, session, turns, unanswered, learns })));
  }

  // Who agreed to be known stays the same visitor in the next conversation.
  forget() {
    if (!this.learns) this.#try(() => this.place && window[this.place].removeItem(this.name));
    Object.assign(this, { visitor: this.learns ? this.visitor : token(), session: null, turns: 0, unanswered: null });
    if (this.learns) this.save();
  }

  #read(place) {
    return this.#try(() => JSON.parse(window[place].getItem(this.name)));
  }

  #try(work) {
    try {
      return work() ?? null;
    } catch {
      return null; // storage can be switched off or full; the conversation then lasts as long as the page
    }
  }
}

const random = () => crypto.getRandomValues(new Uint8Array(16));
const newSession = () => "s_" + Array.from(random(), (byte) => byte.toString(16).padStart(2, "0")).join("");

function token() {
  const bytes = random();
  return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
