// What one person saw is gone before another sees anything: at the same tab, and in every other one.
//
// Everything that was asked for hangs on one session. When another begins, or none is left, all answers are dropped
// before the page is drawn anew; whoever is not the last one begins at the first page, so that the address tells
// nothing either. Pages that a browser kept asleep (`pageshow`) are loaded anew.
import type { QueryClient } from "@tanstack/react-query";

import { keepCsrf, type Session } from "./api";
import { showTimesIn } from "./words";

export const KEY = ["session"];

const CHANNEL = "fairdial-session";
const KEPT = ["fairdial-listening-phone"];

/** Whose answers are in memory: of one session, since the same person's roles may be others the next time. */
let present = "";
/** Who was here last, in this tab. */
let last: string | null = null;

export function began(client: QueryClient, session: Session | null): Session | null {
  const coming = session === null ? "" : `${session.account} ${session.csrf}`;
  if (coming !== present) forget(client);
  present = coming;
  if (session !== null) {
    if (last !== null && last !== session.account) leaveThePlace();
    last = session.account;
    keepCsrf(session.csrf);
    showTimesIn(session.time_zone);
  }
  return session;
}

/** Somebody typed their password: an address that points at somebody was left by whoever sat here before. */
export function signedIn(client: QueryClient, session: Session): Session | null {
  const pointsAtSomebody = window.location.hash.split("/").filter((part) => part !== "" && part !== "#").length > 1;
  if (last === null && pointsAtSomebody) leaveThePlace();
  return began(client, session);
}

function forget(client: QueryClient): void {
  client.getMutationCache().clear();
  client.removeQueries({ predicate: (query) => query.queryKey[0] !== KEY[0] });
}

function leaveThePlace(): void {
  for (const name of KEPT) window.localStorage.removeItem(name);
  if (window.location.hash !== "") window.location.replace("#/");
}

/** Somebody signed in or out in another tab: the cookie is the same for all. Returns what ends the listening. */
export function otherTabs(changed: () => void): () => void {
  const channel = new BroadcastChannel(CHANNEL);
  channel.addEventListener("message", changed);
  const woken = (event: PageTransitionEvent) => {
    if (event.persisted) window.location.reload();
  };
  window.addEventListener("pageshow", woken);
  return () => {
    channel.close();
    window.removeEventListener("pageshow", woken);
  };
}

export function tellOtherTabs(): void {
  const channel = new BroadcastChannel(CHANNEL);
  channel.postMessage("changed");
  channel.close();
}
