import type { Options, PageContext, PageFunctions, ShopAssistant as Assistant } from "./mount.js";

export interface Props {
  server: string;
  site: string;
  nonce?: string;
  /** The other options of `mount`, as they are when the component first appears. */
  options?: Omit<Options, "server" | "site" | "nonce">;
  /** What the page is about; told to the assistant whenever it changes. */
  context?: PageContext;
  /** Who is signed in to the shop; null, or gone again, has signed out. */
  user?: { name?: string; token?: string } | null;
  /** What the page does for the assistant, and what it wants to hear of, as long as the component is there. */
  functions?: Partial<PageFunctions>;
  on?: Record<string, (event: CustomEvent) => void>;
  onReady?(assistant: Assistant): void;
  /** Without it, nothing is said where the server cannot be reached, and the page has no widget. */
  onFailed?(error: Error): void;
}

/** Draws nothing itself: the widget is on the page once, wherever the component stands, and stays when it goes. */
export function ShopAssistant(props: Props): null;
