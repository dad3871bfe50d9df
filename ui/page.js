// Runs once for each part of the conversation. Gradio gives: element, trigger, watch.
const still = matchMedia('(prefers-reduced-motion: reduce)');
let sent = false;

element.addEventListener('click', (event) => {
  const button = event.target.closest('button');
  if (button?.dataset.say) say({ say: button.dataset.say });
  if (button?.dataset.drop) say({ say: button.getAttribute('aria-label'), drop: JSON.parse(button.dataset.drop) });
  if (button?.dataset.cart) say({ say: button.getAttribute('aria-label'), cart: JSON.parse(button.dataset.cart) });
  if (button?.dataset.draft) window.shopDraft(button.dataset.draft);
});

// While the browser has no network the page says so, once.
const offline = () => {
  const note = document.querySelector('#note');
  const said = note?.querySelector('.offline');
  if (navigator.onLine) said?.remove();
  else if (note && !said) {
    note.insertAdjacentHTML('afterbegin', '<p class="offline" role="alert">You are offline. What you send now does not reach the shop.</p>');
  }
};
if (element.closest('#now')) for (const change of ['online', 'offline']) addEventListener(change, offline);

// A picture that cannot be loaded goes, and the drawing under it is seen. Such events do not bubble; they are caught on the way down.
element.addEventListener('error', (event) => { if (event.target.matches?.('.picture img')) event.target.remove(); }, true);

// From a click until its answer is written buttons say nothing, so that a double click does not add twice.
function say(what) {
  if (sent || document.querySelector('#now [aria-busy]')) return;
  sent = true;
  trigger('click', what);
}

// A reason that unfolds shows the listing's own words for its field. Toggling does not bubble either.
element.addEventListener('toggle', async ({ target }) => {
  const place = target.querySelector?.(':scope > blockquote');
  if (!target.open || !place || place.textContent) return;
  place.textContent = await quoted(target.dataset.quote, target.dataset.field);
}, true);

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
  sent = false;
  if (unfolded) element.querySelector('details.cart')?.setAttribute('open', '');
  const next = removing === '[data-drop]' ? removing : `[aria-label="${CSS.escape(removing)}"]`;
  if (removing) (element.querySelector(next) ?? element.querySelector('[data-cart]') ?? document.querySelector('#message textarea'))?.focus();
  removing = '';
  keep(element.querySelector('[data-session]')?.dataset.session);
  const turn = element.querySelector('[aria-busy]');
  if (turn && !turn.querySelector('.answer')) {
    turn.scrollIntoView({ block: 'start', behavior: still.matches ? 'auto' : 'smooth' });
  }
});

// Put words into the message box the way typing does, for the shopper to go on. Also called when a message is sent.
window.shopDraft = (words) => {
  const box = document.querySelector('#message textarea');
  Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, 'value').set.call(box, words);
  box.dispatchEvent(new Event('input', { bubbles: true }));
  box.focus();
};

// The session's id lives as long as this tab; nothing is kept after it.
function keep(session) {
  if (session === undefined) return;
  try {
    if (session) sessionStorage.setItem('shop-session', session);
    else sessionStorage.removeItem('shop-session');
  } catch {
    // The browser forbids storage: a reload then starts a new conversation.
  }
}
