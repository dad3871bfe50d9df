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
  links?: string;
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
  region?: string;
}

/** The shop's own cart, shown in place of the assistant's; amounts in `currency`. url: where it is paid. */
export interface PageCart {
  items: { title: string; quantity: number; subtotal: number }[];
  count: number;
  total: number;
  currency?: string;
  url?: string;
}

export interface PageContext {
  product?: string;
  /** Where the shopper is: a code that the shop chooses, such as "US-CA". */
  region?: string;
  title?: string;
  cart?: PageCart;
  currency?: string;
}

type Answer<T> = T | Promise<T>;

/** What the page may do for the assistant. An answer of false, or an error, is told to the shopper. */
export interface PageFunctions {
  getContext(): Answer<PageContext>;
  openProduct(given: { product: { id: string; title: string; url: string | null } }): Answer<boolean | void>;
  addToCart(given: { product: { id: string; title: string }; quantity: number }): Answer<{ cart?: PageCart } | boolean | void>;
  showResults(given: { constraints: Record<string, unknown>; products: string[] }): Answer<boolean | void>;
}

export interface ShopAssistant {
  open(): void;
  close(): void;
  toggle(): void;
  show(): void;
  hide(): void;
  destroy(): void;
  reset(): void;
  resume(session_id: string): void;
  send(text: string): void;
  setUser(user: { name?: string; token?: string } | null): void;
  setLocale(tag: string, words?: Record<string, string>): void;
  setContext(context: PageContext): void;
  setTheme(theme: { mode?: string; accent?: string; radius?: string; font?: string }): void;
  clearHistory(): void;
  register<Name extends keyof PageFunctions>(name: Name, work: PageFunctions[Name] | null): void;
  on(event: string, listener: (event: CustomEvent) => void): void;
  off(event: string, listener: (event: CustomEvent) => void): void;
}

/** The widget on this page, put there once however often it is asked for; rejected where the server cannot be reached. */
export function mount(options: Options): Promise<ShopAssistant>;
