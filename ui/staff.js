// What persons of the shop answer, below the newest turn: asked for while the page is seen, soon at first, then less and less often.
// Those up to data-answered are drawn by the server. Only a conversation that was passed on asks. Gradio gives: element.
const SOONEST = 5000, LATEST = 60000, SLOWER = 1.5; // ms, ms, times
const blank = element.querySelector('template').content;
let wait = SOONEST, timer, of;

element.setAttribute('role', 'log');
const session = () => document.querySelector('#now [data-session]')?.dataset.session;
const passedOn = () => document.querySelector('#past [data-answered], #past [data-passed-on], #now [data-passed-on]');
const live = () => [...element.querySelectorAll('[data-answer]')];
const drawn = () => Number(document.querySelector('#past [data-answered]')?.dataset.answered ?? 0);
const known = () => Math.max(drawn(), ...live().map((one) => Number(one.dataset.answer)));

function later(ms = wait) {
  clearTimeout(timer);
  if (passedOn()) timer = setTimeout(look, ms);
}

async function look() {
  const asked = session();
  if (!asked || !passedOn() || document.hidden) return;
  try {
    const answer = await fetch(`v1/sessions/${encodeURIComponent(asked)}/answers?after=${known()}`);
    if (answer.status === 404 || asked !== session()) return;
    if (!answer.ok) throw new Error(answer.status);
    const fresh = (await answer.json()).answers.filter(({ number }) => number > known());
    fresh.forEach(show);
    wait = fresh.length ? SOONEST : Math.min(wait * SLOWER, LATEST);
  } catch {
    wait = LATEST; // out of reach, or too many calls: the next try may do
  }
  later();
}

function show({ number, text }) {
  const node = blank.cloneNode(true).firstElementChild;
  node.dataset.answer = number;
  node.querySelector('.words').textContent = text;
  element.append(node);
  node.scrollIntoView({ block: 'nearest' });
}

// When the conversation is drawn anew, what stands there now no longer stands here.
new MutationObserver((changes) => {
  if (changes.every((one) => element.contains(one.target))) return;
  for (const one of live()) if (of !== session() || Number(one.dataset.answer) <= drawn()) one.remove();
  of = session();
  wait = SOONEST;
  later();
}).observe(element.closest('#talk'), { childList: true, subtree: true });
document.addEventListener('visibilitychange', () => look());
