// News of the agent's own seat over a web socket that comes back by itself.

import type { Seat } from "./api";

export interface Picture {
  seat: Seat | null;
  is_floor_stopped: boolean;
  is_network_up: boolean;
}

const POLICY_VIOLATION = 1008;
// The dialer says something at least every 5 s.
const SILENCE_MS = 12_000;
const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 4_000;

export class SeatWatch {
  picture: Picture | null = null;
  isHeard = false;
  /** Counts the connections: after each the dialer may be another process. */
  connection = 0;
  private socket: WebSocket | null = null;
  private wait = FIRST_WAIT_MS;
  private silence: number | undefined;
  private retry: number | undefined;
  private isOver = false;

  constructor(
    private readonly token: string,
    private readonly changed: () => void,
    private readonly refused: () => void,
  ) {
    this.open();
  }

  close(): void {
    this.isOver = true;
    clearTimeout(this.retry);
    clearTimeout(this.silence);
    this.socket?.close();
  }

  private open(): void {
    const url = new URL("/api/phone/watch", location.href);
    url.protocol = url.protocol.replace("http", "ws");
    const socket = new WebSocket(url);
    this.socket = socket;
    this.listen(socket);
    socket.onopen = () => {
      this.connection += 1;
      socket.send(this.token);
    };
    socket.onmessage = (event) => {
      if (socket !== this.socket) return;
      this.wait = FIRST_WAIT_MS;
      this.isHeard = true;
      this.picture = JSON.parse(String(event.data)) as Picture;
      this.listen(socket);
      this.changed();
    };
    socket.onclose = (event) => {
      if (socket === this.socket) this.lost(event.code === POLICY_VIOLATION);
    };
  }

  private listen(socket: WebSocket): void {
    clearTimeout(this.silence);
    this.silence = setTimeout(() => {
      // A socket whose other end is gone without a word may take minutes to close.
      socket.close();
      if (socket === this.socket) this.lost(false);
    }, SILENCE_MS);
  }

  private lost(isRefused: boolean): void {
    clearTimeout(this.silence);
    this.socket = null;
    this.isHeard = false;
    if (this.isOver) return;
    if (isRefused) {
      this.isOver = true;
      this.refused();
      return;
    }
    this.changed();
    this.retry = setTimeout(() => this.open(), this.wait * (0.75 + Math.random() / 2));
    this.wait = Math.min(this.wait * 2, LONGEST_WAIT_MS);
  }
}
