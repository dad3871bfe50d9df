// Elements made from data. Text only ever goes in as text, and a link only where it is http(s).
export function el(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name === "cls" ? "class" : name, value === true ? "" : value);
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

// Without the characters that would turn the text after them around, prices included.
export const straight = (text) => text.replace(/[\u202a-\u202e\u2066-\u2069]/g, "");

// What the page's own element holds for a place of the panel; without any, what stands in it.
export const slot = (name, ...otherwise) => el("slot", { name }, ...otherwise);

// What the assistant itself says, whatever language the panel is in.
export const ENGLISH = { lang: "en", dir: "ltr" };

export const button = (label, onclick, props = {}) => el("button", { type: "button", onclick, ...props }, label);

export function webAddress(text) {
  if (!text) return null;
  try {
    const url = new URL(text);
    return url.protocol === "https:" || url.protocol === "http:" ? url.href : null;
  } catch {
    return null;
  }
}

// The same, where its host is one of those that the page lets listings lead to (`data-links`): without a list, any.
export function listedAddress(text, hosts) {
  const address = webAddress(text);
  return address && (!hosts || hosts.split(/[\s,]+/).includes(new URL(address).host)) ? address : null;
}

// A picture of the web, or one of the server's own drawings: of its other paths none is a picture.
export function pictureAddress(text, base) {
  return /^\/pictures(\/[a-z0-9-]+){3}\.svg$/.test(text ?? "") ? base + text.slice(1) : webAddress(text);
}

export function drawing(path, cls) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 48 48");
  svg.setAttribute("class", cls);
  svg.setAttribute("aria-hidden", "true");
  const line = document.createElementNS("http://www.w3.org/2000/svg", "path");
  line.setAttribute("d", path);
  svg.append(line);
  return svg;
}
