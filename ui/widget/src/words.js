// Every sentence that the widget itself says; a shop replaces any of them with setLocale(tag, words).
export const WORDS = {
  title: "Shopping assistant", ai: "This is an AI. It can make mistakes; check details on the product's page.",
  hello: "What are you looking for?", hint: "Say it in your own words. I show what fits, and why.",
  placeholder: "Your message", send: "Send", close: "Close", cart: "Cart", more: "Conversation menu", retry: "Try again",
  add: "Add to cart", similar: "More like this", ask: "Ask about it", compare: "Compare the first two", compareOne: "Compare", compareWith: "Compare with it", comparing: "Compare {0} with {1}",
  inStock: "In stock", soldOut: "Out of stock", sponsored: "Sponsored", rating: "{0} of 5 from {1} ratings", listing: "The listing says",
  silent: "The listing has no more on this.", understood: "Looking for", also: "Also:", drop: "Remove: {0}", keepWish: "Keep for next time: {0}",
  empty: "Your cart is empty.", total: "Total", checkout: "Check out", remove: "Take out", fewer: "One less", another: "One more", taken: "The shop has added it to its cart.",
  notTaken: "The shop could not add it.", untold: "The shop does not say whether that worked. Look at its cart.",
  notShown: "The page could not show that.", showAll: "Show these in the shop", putInto: "Put into the shop's cart: {0} × {1}", comparison: "Comparison", thumbUp: "Good answer", thumbDown: "Bad answer", thanks: "Thank you.",
  unsent: "That could not be sent.", keep: "Keep this conversation on this device?", yes: "Keep it", no: "No",
  export: "Download my conversation", erase: "Delete my conversation", restart: "Start over", erased: "The conversation is deleted.", sure: "your cart goes too. Sure?",
  attach: "Attach a picture or PDF", attachFor: "For the shop's team, who see it, and kept as long as this conversation:", attaching: "Sending the file",
  attached: "Attached for the shop's team: {0}", notAttached: "Only a picture (JPEG, PNG, WebP) or a PDF of at most 5 MB can be attached.",
  team: "From the shop's team", next: "The assistant answers what you write next. Ask for a person to pass it on again.",
  working: "Looking", slow: "This takes longer than usual. Your message is with the shop; still working.", waits: "Your message goes when this answer is there.",
  learn: "May I learn from what you do here, to suggest what suits you?", learnYes: "You may", suggest: "Suggest something for me",
  known: "What you know about me", knownNothing: "I know nothing of you beyond this conversation.", forget: "Forget: {0}", regions: "Where you were, as this shop names it: {0}. It goes when you forget all.", notice: "How long it is kept, and who receives it", forgetAll: "Forget all, and learn nothing more",
  learnNow: "Keep it on this device, and learn from what I do", learnHere: "Learn from what I do",
  privacy: "Privacy", nothing: "There is no conversation yet.", away: "You are offline. What you write is kept.",
  paused: "{1} Your message is kept in the box.", spent: "The assistant has answered all that it may today. It is back at {2}. Your message is kept in the box.",
  queued: "{0} before you. About {1} s.", busy: "Many people are asking right now. You can go on in {0} s.",
  offline: "You are offline. Your message is kept, and sent when you are back.",
  gone: "The assistant cannot be reached. Your message is kept.", late: "The answer is not ready yet. Your message is kept.",
  blocked: "This page is not allowed to use the assistant.",
  limited: "Too many messages at once. You can go on in {0} s.", server: "Something went wrong on our side. Your message is kept.",
  expired: "Your sign-in has run out. Reload the page and try again.", missing: "This conversation is no longer there.", long: "That message could not be read. Shorten it and try again.",
};

export const fill = (text, ...values) => text.replace(/\{(\d)\}/g, (_, at) => String(values[at]));

const ORDINALS = "first second third fourth fifth sixth seventh eighth ninth tenth".split(" ");
export const nth = (rank) => ORDINALS[rank - 1];

// What was understood, before the answer is there; then the answer's own wishes take its place, which can be taken back.
export function wishes(constraints, money) {
  const chips = [];
  for (const [field, value] of Object.entries(constraints ?? {})) {
    for (const one of Array.isArray(value) ? value : [value]) {
      if (one === null || one === undefined || one === false || field === "quantity" || field === "category") continue;
      const text = { price_max: () => `under ${money(one)}`, price_min: () => `over ${money(one)}`, exclude: () => `not ${one}`, in_stock: () => "in stock" }[field]?.() ?? String(one);
      chips.push({ text });
    }
  }
  return chips;
}
