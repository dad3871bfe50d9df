// The widget as a React component: put on the page once, kept when the route changes, told what the route is about.
import { useEffect, useRef, useState } from "react";
import { mount } from "./mount.js";

export function ShopAssistant({ server, site, nonce, options, context, user, functions = {}, on = {}, onReady, onFailed }) {
  const [assistant, setAssistant] = useState(null);
  const latest = useRef(null), known = useRef(false);
  latest.current = { functions, on, onReady, onFailed };

  useEffect(() => {
    let gone = false;
    mount({ ...options, server, site, nonce }).then(
      (found) => { if (!gone) { setAssistant(() => found); latest.current.onReady?.(found); } },
      (error) => { if (!gone) latest.current.onFailed?.(error); });
    return () => { gone = true; };
  }, []);

  useEffect(() => { if (context) assistant?.setContext(context); }, [assistant, JSON.stringify(context)]);
  useEffect(() => { // null, or a user who is gone, has signed out
    if (user !== undefined || known.current) assistant?.setUser(user ?? null);
    known.current = Boolean(user);
  }, [assistant, user?.name, user?.token]);

  const listened = Object.keys(on).sort().join(" ");
  useEffect(() => listen(assistant, listened, (name, event) => latest.current.on[name]?.(event)), [assistant, listened]);
  const registered = Object.keys(functions).sort().join(" ");
  useEffect(() => register(assistant, registered, (name, given) => latest.current.functions[name](given)), [assistant, registered]);
  return null;
}

function listen(assistant, names, call) {
  const listeners = names.split(" ").filter(Boolean).map((name) => [name, (event) => call(name, event)]);
  for (const [name, listener] of listeners) assistant?.on(name, listener);
  return () => { for (const [name, listener] of listeners) assistant?.off(name, listener); };
}

function register(assistant, names, call) {
  const work = names.split(" ").filter(Boolean);
  for (const name of work) assistant?.register(name, (given) => call(name, given));
  return () => { for (const name of work) assistant?.register(name, null); };
}
