// What persons of the shop answer: asked for while somebody can see it, soon at first, then less and less often.
const SOONEST = 5_000, LATEST = 60_000, SLOWER = 1.5; // ms, ms, times

export const passedOn = (reply) => Boolean(reply.handoff) || reply.fault === "handoff-not-delivered";

export class Staff {
  // panel.session(): the conversation's id; seen(): whether it is open; ask(session, known): what came beyond those; show(answers).
  constructor(panel) {
    Object.assign(this, { panel, on: false, known: 0 });
    document.addEventListener("visibilitychange", () => this.look());
  }

  stop() {
    clearTimeout(this.timer);
    Object.assign(this, { on: false, known: 0 });
  }

  soon() {
    this.wait = SOONEST;
    this.later();
  }

  later(ms = this.wait) {
    clearTimeout(this.timer);
    if (this.on) this.timer = setTimeout(() => this.look(), ms);
  }

  // Those that are new are shown, each once, and more may follow soon; whether there were any.
  take(answers, show = this.panel.show) {
    const fresh = answers.filter(({ number }) => number > this.known);
    if (!fresh.length) return false;
    Object.assign(this, { on: true, known: fresh.at(-1).number });
    show(fresh);
    this.soon();
    return true;
  }

  async look() {
    const session = this.panel.session();
    if (!this.on || !session || document.hidden || !this.panel.seen()) return;
    try {
      const { answers } = await this.panel.ask(session, this.known);
      if (session !== this.panel.session()) return;
      if (this.take(answers)) return;
      this.wait = Math.min(this.wait * SLOWER, LATEST);
      this.later();
    } catch (trouble) {
      if (trouble.kind === "missing" || trouble.kind === "blocked") return;
      this.wait = LATEST;
      this.later(Math.max(LATEST, (trouble.retryAfter ?? 0) * 1000));
    }
  }
}
