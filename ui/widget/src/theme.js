// Colours that a shop may choose, and the text colour that can be read on them.
const HEX = /^#(?:[0-9a-f]{3}|[0-9a-f]{6})$/i;

export function applyTheme(host, { mode, accent, radius, font } = {}) {
  if (["auto", "light", "dark"].includes(mode)) host.dataset.theme = mode;
  if (/^\d{1,2}px$/.test(radius ?? "")) host.style.setProperty("--sa-radius", radius);
  if (/^[\w\s,"'-]{1,120}$/.test(font ?? "")) host.style.setProperty("--sa-font", font);
  if (HEX.test(accent ?? "")) host.style.setProperty("--sa-accent", accent);
  const chosen = getComputedStyle(host).getPropertyValue("--sa-accent").trim();
  if (HEX.test(chosen)) host.style.setProperty("--sa-on-accent", readableOn(chosen));
}

export function readableOn(hex) {
  const full = hex.length === 4 ? [...hex.slice(1)].map((digit) => digit + digit).join("") : hex.slice(1);
  const [r, g, b] = [0, 2, 4].map((at) => linear(parseInt(full.slice(at, at + 2), 16) / 255));
  const light = 0.2126 * r + 0.7152 * g + 0.0722 * b;
  return 1.05 / (light + 0.05) >= (light + 0.05) / 0.05 ? "#ffffff" : "#000000"; // WCAG contrast with white and with black
}

const linear = (part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
