// Who the visitor is and which conversation is theirs: in memory, in the tab (data-storage="session"), or, once agreed, on the device.
export class Keep {
  constructor(site, storage) {
    this.name = `shop-assistant:${site}`;
    this.agreed = this.#read("localStorage") !== null;
    this.place = this.agreed ? "localStorage" : storage === "session" ? "sessionStorage" : null;
    this.mayAsk = !this.agreed && storage !== "session";
    const kept = this.place && this.#read(this.place);
    this.visitor = kept?.visitor ?? token();
    this.session = kept?.session ?? null;
  }

  agree() {
    Object.assign(this, { agreed: true, mayAsk: false, place: "localStorage" });
    this.save();
  }

  remember(session) {
    this.session = session;
    this.save();
  }

  save() {
    this.#try(() => this.place && window[this.place].setItem(this.name, JSON.stringify({ visitor: this.visitor, session: this.session })));
  }

  forget() {
    this.#try(() => this.place && window[this.place].removeItem(this.name));
    Object.assign(this, { visitor: token(), session: null });
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

function token() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
