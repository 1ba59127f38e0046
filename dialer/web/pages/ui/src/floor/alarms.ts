// What a supervisor should look at now, and what to do about it.
import type { Floor, Health } from "../api";
import { count } from "../words";

export interface Alarm {
  title: string;
  mend: string;
  isGrave: boolean;
}

/** `unheard`: why nothing was heard of the floor's health; "" = it was. */
export function alarmsOf(floor: Floor, health: Health | undefined, unheard = ""): Alarm[] {
  const alarms: Alarm[] = [];
  const add = (isGrave: boolean, title: string, mend: string) => alarms.push({ title, mend, isGrave });
  if (floor.is_floor_stopped) add(true, "The floor is stopped", "Nothing is dialed for anybody until somebody lets the floor go on.");
  if (!floor.is_network_up) add(true, "The telephone system is away", "Nothing is launched. Look whether it runs, and whether this machine reaches it.");
  for (const box of floor.boxes ?? []) {
    if (box.reason !== "") add(!box.is_up, `Box ${box.box}: ${box.reason}`, "Nothing is launched through it; the others go on.");
  }
  for (const one of floor.campaigns) {
    if (one.headroom < 0 && one.live_answers > 0) {
      add(true, `${one.campaign} is over its abandonment limit`, `By ${(-one.headroom).toFixed(1)} calls. Each live answer that gets an agent lowers the share; pause it where it must not wait.`);
    }
  }
  const lost = floor.agents.filter((agent) => agent.state === "leg_lost");
  if (lost.length > 0) add(false, `${count(lost.length)} agents have lost their phone`, `${lost.map((agent) => agent.agent).join(", ")}: each is rung again when the phone registers.`);
  const longAway = (floor.caller_ids ?? []).filter((one) => one.rests_until !== null && one.rests_until !== undefined);
  if (longAway.length > 0) add(false, `${count(longAway.length)} of our numbers rest`, longAway.map((one) => `${one.number}: ${one.rest_reason}`).join("; "));
  if ((floor.owed ?? []).length > 0) add(false, `${count((floor.owed ?? []).length)} callers are owed a call or a listening`, "Somebody must follow them up: the oldest first.");
  if (unheard !== "") {
    add(true, "The floor's health is not known", `${unheard} Whether it is fit to dial cannot be said from here; it is asked again every 5 seconds. Look whether the service runs, and at its log.`);
  }
  for (const reason of health?.reasons ?? []) {
    if (!alarms.some((alarm) => alarm.title === reason)) add(!health?.is_fit, reason, health?.is_fit ? "The floor dials all the same." : "The floor is not fit to dial until this is mended.");
  }
  return alarms;
}
