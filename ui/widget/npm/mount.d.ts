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
  setContext(context: { title?: string }): void;
  setTheme(theme: { mode?: string; accent?: string; radius?: string; font?: string }): void;
  clearHistory(): void;
  on(event: string, listener: (event: CustomEvent) => void): void;
  off(event: string, listener: (event: CustomEvent) => void): void;
}

/** The widget on this page, put there once however often it is asked for; rejected where the server cannot be reached. */
export function mount(options: Options): Promise<ShopAssistant>;
