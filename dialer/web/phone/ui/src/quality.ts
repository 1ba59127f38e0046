// What the browser measured of the voice path since the last look.

import type { Quality } from "./api";

interface Counts {
  received: number;
  lost: number;
}

export class QualityWatch {
  private before: Counts | null = null;

  async look(connection: RTCPeerConnection): Promise<Quality> {
    const quality: Quality = { lost: null, jitter_s: null, round_trip_s: null, lost_there: null };
    let now: Counts | null = null;
    for (const row of (await connection.getStats()).values()) {
      if (row.type === "inbound-rtp" && row.kind === "audio") {
        now = { received: row.packetsReceived ?? 0, lost: row.packetsLost ?? 0 };
        quality.jitter_s = row.jitter ?? null;
      } else if (row.type === "remote-inbound-rtp" && row.kind === "audio") {
        quality.lost_there = share(row.fractionLost);
        quality.round_trip_s ??= row.roundTripTime ?? null;
      } else if (row.type === "candidate-pair" && row.nominated && row.state === "succeeded") {
        quality.round_trip_s = row.currentRoundTripTime ?? quality.round_trip_s;
      }
    }
    quality.lost = lostSince(this.before, now);
    // A waiting leg is sent nothing: jitter of packets long gone says nothing of now.
    if (quality.lost === null) quality.jitter_s = null;
    this.before = now;
    return quality;
  }

  forget(): void {
    this.before = null;
  }
}

function lostSince(before: Counts | null, now: Counts | null): number | null {
  if (now === null) return null;
  const lost = now.lost - (before?.lost ?? 0);
  const expected = now.received - (before?.received ?? 0) + lost;
  return expected <= 0 ? null : share(lost / expected);
}

function share(value: unknown): number | null {
  return typeof value === "number" && Number.isFinite(value) ? Math.min(1, Math.max(0, value)) : null;
}

/** In words, by what people notice: 3 % lost or 50 ms jitter is heard, 10 % or 150 ms hinders. */
export function inWords({ lost, jitter_s: jitter, round_trip_s: trip }: Quality): string {
  if (lost === null || jitter === null) return "nothing to hear now";
  const far = trip ?? 0;
  const word =
    lost > 0.1 || jitter > 0.15 || far > 0.6
      ? "bad"
      : lost > 0.03 || jitter > 0.05 || far > 0.3
        ? "fair"
        : "good";
  const parts = [`${(lost * 100).toFixed(1)} % lost`, `jitter ${Math.round(jitter * 1000)} ms`];
  if (trip !== null) parts.push(`${Math.round(trip * 1000)} ms there and back`);
  return `${word}: ${parts.join(", ")}`;
}
