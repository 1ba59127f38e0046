// What a supervisor does with one agent: hears their talk, sends them into a break.
import { Radio, Stack, TextInput } from "@mantine/core";
import { useState } from "react";

import { type Ear, post } from "../api";
import { useMay } from "../session";
import { Confirm } from "./Confirm";

const EARS: { ear: Ear; title: string; who: string }[] = [
  { ear: "listen", title: "Listen", who: "Nobody hears you." },
  { ear: "whisper", title: "Whisper", who: "The agent hears you, the person does not." },
  { ear: "barge", title: "Barge in", who: "Both hear you." },
];

const PHONE = "fairdial-listening-phone";

export function ListenDialog({ agent, close }: { agent: string; close: () => void }) {
  const may = useMay();
  const [phone, setPhone] = useState(() => window.localStorage.getItem(PHONE) ?? "");
  const [ear, setEar] = useState<Ear>("listen");
  const ears = EARS.filter((one) => one.ear === "listen" || may("join and take over talks"));

  async function act(reason: string): Promise<void> {
    await post(`/api/agents/${encodeURIComponent(agent)}/listen`, { body: { phone: phone.trim(), ear }, reason });
    window.localStorage.setItem(PHONE, phone.trim());
  }

  return (
    <Confirm title={`Hear ${agent}`} effect="Your phone is rung; hang it up to leave." button="Ring my phone" isComplete={phone.trim() !== ""} act={act} close={close}>
      <Radio.Group label="How" value={ear} onChange={(value) => setEar(value as Ear)}>
        <Stack gap={6} mt={4}>
          {ears.map((one) => (
            <Radio key={one.ear} value={one.ear} label={one.title} description={one.who} />
          ))}
        </Stack>
      </Radio.Group>
      <TextInput label="Your phone" description="Its name in the telephone system, such as 104" required maxLength={40} value={phone} onChange={(event) => setPhone(event.currentTarget.value)} />
    </Confirm>
  );
}

export function PauseDialog({ agent, close }: { agent: string; close: () => void }) {
  return (
    <Confirm
      title={`Pause ${agent}?`}
      effect="Now where they are free, else after the present call. The agent sees the reason."
      button="Pause"
      act={(reason) => post(`/api/agents/${encodeURIComponent(agent)}/pause`, { body: { reason }, reason })}
      close={close}
    />
  );
}
