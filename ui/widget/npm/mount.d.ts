/** What the attributes data-… of the script tag say, and where the assistant's server is. */
export interface Options {
  server: string;
  site: string;
  nonce?: string;
  mode?: "bubble" | "inline" | "page";
  target?: string;
  bubble?: "none";
  without?: string;
  position?: "left" | "right";
  title?: string;
  logo?: string;
  open?: "";
  expanded?: "";
  message?: string;
  product?: string;
  theme?: "auto" | "light" | "dark";
  accent?: string;
  radius?: string;
  font?: string;
  locale?: string;
  welcome?: string;
  suggestions?: string;
  privacy?: string;
  storage?: "ask" | "session";
  learn?: "ask" | "no";
}

/** The shop's own cart, shown in place of the assistant's; amounts in `currency`. url: where it is paid. */
export interface PageCart {
  items: { title: string; quantity: number; subtotal: number }[];
  count: number;
  total: number;
  currency?: string;
  url?: string;
}

export interface ShopAssistant {
  open(): void;
  close(): void;
  toggle(): void;
  show(): void;
  hide(): void;
  destroy(): void;
  reset(): void;
  send(text: string): void;
  setUser(user: { name?: string; token?: string }): void;
  setLocale(tag: string, words?: Record<string, string>): void;
  setContext(context: { product?: string; title?: string; cart?: PageCart; currency?: string }): void;
  setTheme(theme: { mode?: string; accent?: string; radius?: string; font?: string }): void;
  clearHistory(): void;
  on(event: string, listener: (event: CustomEvent) => void): void;
  off(event: string, listener: (event: CustomEvent) => void): void;
}

/** The widget on this page, put there once however often it is asked for; rejected where the server cannot be reached. */
export function mount(options: Options): Promise<ShopAssistant>;
