// The conversation under way as the server and the other tabs have it: gone on with, caught up with, ended elsewhere.
import { personOf } from "./keep.js";

const GRACE = 5_000; // ms in which a page that named nobody may still name the person: many ask their server first

export class Thread {
  // begun: resolves when it is fetched, null before; elsewhere: turns that another tab knows of.
  constructor(panel) {
    Object.assign(this, { panel, begun: null, elsewhere: 0 });
  }

  // Once, or again after a failure.
  open() { return (this.begun ??= this.begin()); }

  // It goes on; of a person whom a token names, where none is, the latest.
  async begin() {
    const { panel } = this, { keep, turns, era } = panel, { session, unanswered, person, turns: known } = keep;
    if (!session && !person) return;
    const over = () => era !== panel.era || session !== keep.session; // something else has begun meanwhile
    try {
      const kept = await panel.client.session(session ?? "latest");
      if (over()) return;
      panel.tell("");
      this.restore(kept);
      if (unanswered && kept.turns[known]?.message !== unanswered) turns.say(unanswered, known + 1);
    } catch (trouble) {
      if (over()) return;
      if (trouble.kind === "missing") this.lost(unanswered);
      else {
        this.begun = null; // asked again when the panel is opened again, or the connection is back
        panel.tell(panel.explain(trouble));
        turns.again = () => { turns.again = null; this.open(); };
      }
    }
  }
  // Another one of the same visitor in its place.
  async resume(id) {
    const { panel } = this, { era } = panel;
    const kept = await panel.client.session(id).catch(({ message }) => console.warn(`ShopAssistant: the conversation ${id} is not resumed: ${message}`));
    if (!kept || era !== panel.era) return;
    panel.clear();
    this.restore(kept);
    this.begun = Promise.resolve();
  }
  restore(kept) {
    const { files } = this.panel;
    this.retell(kept, 0);
    kept.attachments.forEach((one) => files.show(one));
    files.allow(kept.may_attach);
  }
  // The turns of a kept conversation beyond those that stand here.
  retell(kept, known) {
    const { keep, log, staff, turns } = this.panel;
    log.querySelector(".welcome")?.remove();
    keep.take(kept);
    for (const { message, reply } of kept.turns.slice(known)) {
      turns.finish(turns.begin(message), reply, true);
      staff.take(kept.answers.filter(({ turn }) => turn === reply.turn), (answers) => this.panel.staffSaid(answers, true));
    }
  }
  // What another tab tells.
  heard(told) {
    const { keep, own } = this.panel;
    if (told.named !== undefined) this.named(told.named);
    else if (told.left) {
      if (told.person === keep.person) this.leave();
    } else if (told.learns !== undefined) {
      keep.follow(told);
      own.ask();
    } else if (!keep.joins(told)) return;
    else if (told.over) {
      keep.leave();
      this.panel.clear();
    } else {
      this.elsewhere = told.turns;
      this.catchUp();
    }
  }
  // A page of another tab names nobody: has the person signed out there, or is it yet to learn who it is?
  named(token) {
    const { keep } = this.panel, { person } = keep;
    if (token) this.stays(personOf(token));
    else if (person) this.leaving ??= setTimeout(() => { this.leaving = null; if (person === keep.person) this.leave(); }, GRACE);
  }
  // The person is here still.
  stays(person) {
    if (person !== this.panel.keep.person) return;
    clearTimeout(this.leaving);
    this.leaving = null;
  }
  // Signed out elsewhere, which no tab need be told again.
  leave() {
    const { panel } = this;
    panel.user = panel.client.token = null;
    panel.turnTo(null);
    if (!panel.box.hidden) this.open();
  }
  async catchUp() {
    if (!this.begun) return; // all of it is fetched when the panel is opened
    const { panel } = this, { client, era, keep, turns } = panel, behind = () => !turns.stop && era === panel.era && this.elsewhere > keep.turns;
    await this.begun;
    const kept = behind() && await client.session(keep.session).catch(() => null);
    if (kept && behind()) this.retell(kept, keep.turns);
  }
  // A conversation that the server does not have: its first message may still be on the way.
  lost(unanswered) {
    const { keep, turns } = this.panel;
    if (unanswered && !keep.turns) turns.say(unanswered, 1);
    else keep.drop();
  }
}
