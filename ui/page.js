// Runs once for each part of the conversation. Gradio gives: element, trigger, watch.
const still = matchMedia('(prefers-reduced-motion: reduce)');

element.addEventListener('click', (event) => {
  const button = event.target.closest('button');
  if (button?.dataset.say) trigger('click', { say: button.dataset.say });
  if (button?.dataset.draft) draft(button.dataset.draft);
});

watch('value', () => {
  keep(element.querySelector('[data-session]')?.dataset.session);
  const turn = element.querySelector('[aria-busy]');
  if (turn && !turn.querySelector('.answer')) {
    turn.scrollIntoView({ block: 'start', behavior: still.matches ? 'auto' : 'smooth' });
  }
});

// Put words into the message box the way typing does, for the shopper to go on.
function draft(words) {
  const box = document.querySelector('#message textarea');
  Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, 'value').set.call(box, words);
  box.dispatchEvent(new Event('input', { bubbles: true }));
  box.focus();
}

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
