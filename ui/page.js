// Runs once for each part of the conversation. Gradio gives: element, trigger, watch.
const SLOW = 8000; // ms without news after which the shopper is told that work goes on
const still = matchMedia('(prefers-reduced-motion: reduce)');

// One turn at a time, on the whole page. `begin` resolves when every turn begun before is over, and `over` ends the one that runs:
// Gradio calls it when the last of an answer is drawn, or nothing came.
const talk = (window.shopTalk ??= {
  ends: [],
  line: (window.shopResumed ??= Promise.withResolvers()).promise, // what this tab had before it was loaded anew is drawn first
  chosen: null, // { id, title } of the product that the next one is to be compared with
  drawn: false, // the answer of the turn under way stands there whole, a moment before the turn is over
  step: '', // what of the newest turn is drawn: begun, cards, whole; none before the first one
  moved: false, // the shopper has scrolled since it began
  begin() {
    talk.drawn = false;
    const before = talk.line;
    talk.line = new Promise((end) => talk.ends.push(end));
    return before;
  },
  over() {
    talk.ends.shift()?.();
    if (!talk.ends.length) kept('shop-unsent', '');
  },
  // Take the words out of the box. From the server, later, words typed in the meantime would be lost.
  async send(words, session) {
    window.shopDraft('');
    kept('shop-unsent', words);
    await talk.turnOf(words);
    return [words, session];
  },
  // The turn of these words: where others come before, they are seen to wait.
  async turnOf(words) {
    const waiting = talk.ends.length && words.trim() ? shownAsNext(words) : null;
    await talk.begin();
    if (waiting) waiting.dataset.begun = '';
  },
});

// A tab that was duplicated goes on with the same conversation. Who clears it in one has cleared it in all.
const tabs = (window.shopTabs ??= new BroadcastChannel('shop-page'));
tabs.onmessage = ({ data }) => { if (data === kept('shop-session')) document.querySelector('#clear').click(); };

// A cart is not lost by one press: the button says first that it goes too.
if (!window.shopSure) {
  window.shopSure = 'Empty the cart too?';
  let plain = '';
  const clear = (target) => target.closest?.('#clear');
  addEventListener('click', (event) => {
    const button = clear(event.target);
    if (!button || !event.isTrusted || button.textContent === window.shopSure || !document.querySelector('.cart .lines')) return;
    event.stopImmediatePropagation();
    plain = button.textContent;
    button.textContent = window.shopSure;
  }, true);
  for (const away of ['focusout', 'click']) addEventListener(away, ({ target }) => { if (plain && clear(target)) again(clear(target)); });
  const again = (button) => { if (button.textContent === window.shopSure) button.textContent = plain; };
}

const moves = () => { talk.moved = true; };
if (element.closest('#now')) {
  for (const hand of ['wheel', 'touchmove']) addEventListener(hand, moves, { passive: true });
  addEventListener('keydown', ({ target }) => { if (!target.matches('textarea')) moves(); });
}

// Gradio loads the page anew once a lost connection is back. What was sent and has no answer then goes back into the box.
if (element.closest('#now')) {
  const unsent = kept('shop-unsent');
  if (unsent) restore(unsent);
}

async function restore(words) {
  while (!document.querySelector('#message textarea')) await new Promise(requestAnimationFrame);
  window.shopDraft(words);
  kept('shop-unsent', '');
}

// A message that waits for its turn stands under the answer that is being written.
function shownAsNext(words) {
  const next = Object.assign(document.createElement('p'), { className: 'said next', dir: 'auto', textContent: words });
  document.querySelector('#now').append(next);
  return next;
}

element.addEventListener('click', (event) => {
  const button = event.target.closest('button');
  if (button?.dataset.say) say(button, { say: button.dataset.say, means: button.dataset.means && JSON.parse(button.dataset.means) });
  if (button?.dataset.drop) say(button, { say: button.getAttribute('aria-label'), drop: JSON.parse(button.dataset.drop) });
  if (button?.dataset.cart) say(button, { say: button.getAttribute('aria-label'), cart: JSON.parse(button.dataset.cart) });
  if (button?.dataset.compare) compare(button, JSON.parse(button.dataset.compare));
  if (button?.dataset.draft) window.shopDraft(button.dataset.draft);
});

// Two products are compared by a press on each: the first is chosen, or let go by another press, and the second does it.
function compare(button, { id, title }) {
  const first = talk.chosen;
  talk.chosen = first ? null : { id, title };
  showChosen(document);
  if (first && first.id !== id) say(button, { say: `Compare ${first.title} with ${title}`, means: { act: 'compare', product_ids: [first.id, id] } });
}

function showChosen(where) {
  for (const button of where.querySelectorAll('[data-compare]')) {
    const { id, title } = JSON.parse(button.dataset.compare);
    const words = talk.chosen && talk.chosen.id !== id ? 'Compare with it' : 'Compare';
    button.setAttribute('aria-pressed', talk.chosen?.id === id);
    button.setAttribute('aria-label', `${words}: ${title}`);
    button.textContent = words;
  }
}

// While the browser has no network the page says so, once, over the box, which is always in sight; also where it was lost before this ran.
const offline = () => {
  const box = document.querySelector('#message');
  const said = box?.querySelector('.offline');
  if (navigator.onLine) said?.remove();
  else if (!box) setTimeout(offline, 100); // it is not drawn yet
  else if (!said) {
    box.insertAdjacentHTML('afterbegin', '<p class="offline" role="alert">You are offline. What you send now does not reach the shop.</p>');
  }
};
if (element.closest('#now')) {
  for (const change of ['online', 'offline']) addEventListener(change, offline);
  offline();
}

// A picture that cannot be loaded goes, and the drawing under it is seen. Such events do not bubble; they are caught on the way down.
element.addEventListener('error', (event) => { if (event.target.matches?.('.picture img')) event.target.remove(); }, true);

// While an answer is awaited only what stands in it can be pressed, and one press waits, so that a double click adds once.
async function say(button, what) {
  const written = talk.ends.length === 1 && button.closest('[aria-busy]');
  if (talk.ends.length && !talk.drawn && !written) return;
  if (button === document.activeElement && button.closest('#now, #past')) holdFocus(); // the button is about to be drawn no more
  await talk.turnOf(what.say);
  trigger('click', what);
}

// Who goes on from there comes to what is new.
function holdFocus() {
  const now = document.querySelector('#now');
  now.tabIndex = -1;
  now.focus({ preventScroll: true });
}

// A reason that unfolds shows the listing's own words for its field. Toggling does not bubble either.
element.addEventListener('toggle', async ({ target }) => {
  const place = target.querySelector?.(':scope > blockquote');
  if (!target.open || !place || place.textContent) return;
  const { quote, field } = target.dataset;
  place.textContent = await (quotes[nameOf(target)] ??= quoted(quote, field));
}, true);

// "About this answer" shows what each step of the ranking gave the candidates, fetched when somebody looks.
element.addEventListener('toggle', async ({ target }) => {
  if (!target.matches?.('.about[data-scores]') || !target.open || !target.dataset.scores || target.querySelector('.scores')) return;
  const answer = await fetch(target.dataset.scores).catch(() => null);
  const { candidates } = answer?.ok ? await answer.json() : { candidates: [] };
  if (candidates.length && !target.querySelector('.scores')) target.append(scoreTable(candidates));
}, true);

function scoreTable(candidates) {
  const steps = [...new Set(['relevance', ...candidates.flatMap(({ scores }) => Object.keys(scores))])];
  const row = (name, values) => {
    const cells = values.map((value) => Object.assign(document.createElement(name), { textContent: value }));
    const line = document.createElement('tr');
    line.append(...cells);
    return line;
  };
  const table = document.createElement('table');
  const shown = (value) => value?.toFixed(3) ?? '';
  table.append(row('th', ['Candidate', ...steps]), ...candidates.map(({ title, scores }) => row('td', [title, ...steps.map((one) => shown(scores[one]))])));
  const place = Object.assign(document.createElement('div'), { className: 'table scores', tabIndex: 0 });
  place.setAttribute('role', 'region');
  place.setAttribute('aria-label', 'Scores by step');
  place.append(table);
  return place;
}

// Each step of an answer draws all of it, so that a reason which was unfolded in the meantime has to be unfolded again.
const quotes = {};
const open = new Set();
const nameOf = ({ dataset }) => `${dataset.quote} ${dataset.field}`;
element.addEventListener('click', ({ target }) => {
  const reason = target.closest('details[data-quote] > summary')?.parentElement;
  if (reason) open[reason.open ? 'delete' : 'add'](nameOf(reason));
});

async function quoted(id, field) {
  const path = id.split('/').map(encodeURIComponent).join('/');
  const answer = await fetch(`v1/products/${path}`).catch(() => null);
  const record = answer?.ok ? await answer.json() : {};
  const words = [record[field] ?? record.attributes?.[field] ?? []].flat().join(', ');
  return words ? `The listing says: ${words}` : 'The listing has no more on this.';
}

// Who took a wish back, or changed a quantity, with the keyboard goes on where the button was, or among those that are left.
let removing = '';
let unfolded = false; // the cart on narrow screens
element.addEventListener('click', ({ target }) => {
  unfolded = Boolean(target.closest('details.cart'));
  removing = target.closest('[data-drop]') ? '[data-drop]' : target.closest('[data-cart]')?.getAttribute('aria-label') ?? '';
});

watch('value', () => {
  if (element.closest('#now')) document.querySelectorAll('.next[data-begun]').forEach((next) => next.remove());
  for (const reason of element.querySelectorAll('details[data-quote]')) reason.open = open.has(nameOf(reason));
  showChosen(element);
  if (unfolded) element.querySelector('details.cart')?.setAttribute('open', '');
  const next = removing === '[data-drop]' ? removing : `[aria-label="${CSS.escape(removing)}"]`;
  const seen = (what) => [...element.querySelectorAll(what)].find((button) => button.checkVisibility()); // the cart is there twice, for wide windows and narrow ones
  if (removing) (seen(next) ?? seen('[data-cart]') ?? document.querySelector('#message textarea'))?.focus();
  removing = '';
  keep(element.querySelector('[data-session]')?.dataset.session);
  const turn = element.querySelector('[aria-busy]');
  if (element.closest('#now')) sayWhenSlow(turn?.querySelector('.slow'));
  talk.drawn ||= Boolean(!turn && element.closest('#now'));
  if (element.closest('#now')) follow(turn);
});

// The newest turn stands at the top as far as there is enough below it. More comes with the cards and with the whole answer.
function follow(turn) {
  const newest = element.querySelector('.turn');
  const step = !newest ? '' : !turn ? 'whole' : turn.querySelector('.answer, .card') ? 'cards' : 'begun';
  const before = talk.step;
  if (step === before) return;
  talk.step = step;
  if (step === 'begun') {
    Object.assign(talk, { chosen: null, moved: false });
    open.clear();
  }
  if (newest && !talk.moved) newest.scrollIntoView({ block: 'start', behavior: still.matches || !before ? 'auto' : 'smooth' });
}

// Seen, and heard on the line on which the server says place and step.
function sayWhenSlow(words) {
  clearTimeout(talk.slow);
  if (!words) return;
  talk.slow = setTimeout(() => {
    words.hidden = false;
    document.querySelector('#heard [role=status]').textContent = words.textContent;
  }, SLOW);
}

// Put words into the message box the way typing does, for the shopper to go on. Also called, with none, when a message is sent.
window.shopDraft = (words) => {
  const box = document.querySelector('#message textarea');
  Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, 'value').set.call(box, words);
  box.dispatchEvent(new Event('input', { bubbles: true }));
  box.focus();
};

// The session's id lives as long as this tab; nothing is kept after it.
function keep(session) {
  if (session === undefined) return;
  const before = kept('shop-session');
  kept('shop-session', session);
  if (before && !session) tabs.postMessage(before);
}

// A word of this tab's own: given one, it is kept, or with an empty one forgotten.
function kept(name, words) {
  try {
    if (words === undefined) return sessionStorage.getItem(name) ?? '';
    if (words) sessionStorage.setItem(name, words);
    else sessionStorage.removeItem(name);
  } catch {
    // The browser forbids storage: a reload then starts a new conversation.
  }
  return '';
}
