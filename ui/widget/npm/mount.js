// Puts the widget on a page by a call instead of a tag; what it loads is always the server's own version.
let loading;

export function mount({ server, nonce, ...options }) {
  if (window.ShopAssistant?.loaded) return Promise.resolve(window.ShopAssistant);
  loading ??= load(new URL("widget.js", `${server}/`).href, nonce, options).finally(() => { loading = undefined; });
  return loading;
}

function load(src, nonce = "", options) {
  return new Promise((resolve, reject) => {
    const script = Object.assign(document.createElement("script"), { src, nonce });
    Object.assign(script.dataset, options);
    script.onload = () => resolve(window.ShopAssistant);
    script.onerror = () => reject(new Error(`The assistant could not be loaded from ${src}`));
    document.head.append(script);
  });
}
