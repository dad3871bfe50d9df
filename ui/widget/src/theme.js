// Colours that a shop may choose, the text colour that can be read on them, and a line around what has the focus that can be seen.
const PALEST = 0.27, DARKEST = 0.15; // luminance of a line with a contrast of 3 to the panel in light and in dark colours
const HEX = /^#(?:[0-9a-f]{3}|[0-9a-f]{6})$/i;

export function applyTheme(host, { mode, accent, radius, font } = {}) {
  if (["auto", "light", "dark"].includes(mode)) host.dataset.theme = mode;
  if (/^\d{1,2}px$/.test(radius ?? "")) host.style.setProperty("--sa-radius", radius);
  if (/^[\w\s,"'-]{1,120}$/.test(font ?? "")) host.style.setProperty("--sa-font", font);
  if (HEX.test(accent ?? "")) host.style.setProperty("--sa-accent", accent);
  const chosen = getComputedStyle(host).getPropertyValue("--sa-accent").trim();
  if (!HEX.test(chosen)) return;
  const light = luminance(chosen);
  host.style.setProperty("--sa-on-accent", 1.05 / (light + 0.05) >= (light + 0.05) / 0.05 ? "#ffffff" : "#000000"); // WCAG contrast with white and with black
  host.style.setProperty("--sa-ring", `light-dark(${light <= PALEST ? chosen : "var(--ink)"}, ${light >= DARKEST ? chosen : "var(--ink)"})`);
}

// Of a colour in hex, 0 to 1, as WCAG has it.
function luminance(hex) {
  const full = hex.length === 4 ? [...hex.slice(1)].map((digit) => digit + digit).join("") : hex.slice(1);
  const [r, g, b] = [0, 2, 4].map((at) => linear(parseInt(full.slice(at, at + 2), 16) / 255));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

const linear = (part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
