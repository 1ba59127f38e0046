// The floor as it is pushed: once a second over one web socket, kept open through losses.
//
// Connecting -> live -> lost -> connecting … A picture that is older than STALE_S counts as lost, though the socket
// says nothing: a cable that was pulled out is not told of. Refused (1008) = the session is over: it is asked anew.
import { useEffect, useState, useSyncExternalStore } from "react";

import type { Floor } from "../api";

const STALE_S = 5;
const BACK_OFF_S = [1, 2, 4, 8];
const REFUSED = 1008;
export const HISTORY_S = 900;

export type Link = "connecting" | "live" | "lost";

/** What is drawn over time. `at`: POSIX seconds of the floor. */
export interface Moment {
  at: number;
  talking: number;
  waiting: number;
  ready: number;
  ringing: number;
}

export interface Picture {
  link: Link;
  floor: Floor | null;
  history: readonly Moment[];
}

export class LiveFloor {
  private picture: Picture = { link: "connecting", floor: null, history: [] };
  private readonly heard = new Set<() => void>();
  private socket: WebSocket | null = null;
  private tries = 0;
  private retry = 0;
  private watchdog = 0;
  private lastHeard = 0;

  constructor(private readonly onRefused: () => void) {}

  readonly subscribe = (changed: () => void): (() => void) => {
    this.heard.add(changed);
    return () => this.heard.delete(changed);
  };

  readonly look = (): Picture => this.picture;

  /** Returns what ends it. */
  open(): () => void {
    this.connect();
    this.watchdog = window.setInterval(() => this.watch(), 1000);
    return () => {
      window.clearInterval(this.watchdog);
      window.clearTimeout(this.retry);
      const { socket } = this;
      this.socket = null;
      socket?.close();
    };
  }

  private connect(): void {
    const { protocol, host } = window.location;
    const socket = new WebSocket(`${protocol === "https:" ? "wss" : "ws"}://${host}/api/watch`);
    this.socket = socket;
    this.lastHeard = performance.now();
    socket.addEventListener("message", (event: MessageEvent<string>) => {
      if (this.socket === socket) this.take(JSON.parse(event.data) as Floor);
    });
    socket.addEventListener("close", (event) => {
      if (this.socket === socket) this.lose(event.code);
    });
  }

  private take(floor: Floor): void {
    this.tries = 0;
    this.lastHeard = performance.now();
    this.tell({ link: "live", floor, history: grown(this.picture.history, floor) });
  }

  private lose(code: number): void {
    this.socket = null;
    this.tell({ ...this.picture, link: "lost" });
    if (code === REFUSED) this.onRefused();
    const wait = BACK_OFF_S[Math.min(this.tries, BACK_OFF_S.length - 1)] ?? 8;
    this.tries += 1;
    this.retry = window.setTimeout(() => this.connect(), wait * 1000);
  }

  private watch(): void {
    const { socket } = this;
    if (socket === null || performance.now() - this.lastHeard < STALE_S * 1000) return;
    this.socket = null;
    socket.close();
    this.lose(0);
  }

  private tell(picture: Picture): void {
    this.picture = picture;
    for (const changed of this.heard) changed();
  }
}

function grown(history: readonly Moment[], floor: Floor): readonly Moment[] {
  const last = history.at(-1);
  if (last !== undefined && floor.now <= last.at) return history;
  const of = (state: string) => floor.agents.filter((agent) => agent.state === state).length;
  const sum = (what: "ringing" | "waiting") => floor.campaigns.reduce((all, one) => all + one[what], 0);
  const moment = { at: floor.now, talking: of("talking"), ready: of("available"), waiting: sum("waiting"), ringing: sum("ringing") };
  return [...history.slice(-HISTORY_S + 1), moment];
}

export function useLiveFloor(onRefused: () => void): Picture {
  const [live] = useState(() => new LiveFloor(onRefused));
  useEffect(() => live.open(), [live]);
  return useSyncExternalStore(live.subscribe, live.look);
}
