// What a change of pacing would do, before anybody applies it: the floor is run ahead with it and without. It changes nothing.
import { Button, Group, Modal, NumberInput, Stack, Text } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";

import { post } from "../api";
import { Rows } from "../Rows";
import { Failed, Loading } from "../states";
import { count, duration, plain, share } from "../words";

interface Spread {
  mean: number;
  low: number;
  high: number;
}

/** `dialer.inquiry.pacing_what_if.for_programs` */
export interface Answer {
  runs: number;
  horizons: { seconds: number; as_it_is: Record<string, Spread>; changed: Record<string, Spread> | null }[];
}

/** Three tell something at once, twenty tell it well. */
const RUNS = 20;
const PERCENT = 100;

/** `pacing.ahead.forecast.measures` */
const NAMES: Record<string, string> = {
  attempts: "Calls placed",
  contacts: "People joined to an agent",
  abandoned: "Abandoned",
  abandoned_per_live_answer: "Abandoned, of live answers",
  agent_wait_s: "An agent waits for a call",
  caller_wait_s: "A person waits for an agent",
  held_minutes: "Agents held for calls, minutes",
  headroom: "Calls left before the limit",
};

/** Shares are read as percent, what ends in `_s` as a time. */
function read(name: string, value: number): string {
  if (name.includes("_per_live_answer") || name === "occupancy") return share(value);
  if (name.endsWith("_s")) return duration(value);
  return value >= PERCENT ? count(Math.round(value)) : value.toFixed(1);
}

const spread = (name: string, one: Spread | undefined) => (one === undefined ? "–" : `${read(name, one.mean)} (${read(name, one.low)} to ${read(name, one.high)})`);

export function WhatIfDialog({ campaign, close }: { campaign: string; close: () => void }) {
  const [target, setTarget] = useState<number | string>("");
  const [agents, setAgents] = useState<number | string>(0);
  const [ring, setRing] = useState<number | string>("");
  const asking = useMutation({ mutationFn: (body: object) => post<Answer>(`/api/campaigns/${encodeURIComponent(campaign)}/pacing/what-if`, { body }) });

  function submit(event: FormEvent) {
    event.preventDefault();
    const told = (value: number | string) => (typeof value === "number" ? value : null);
    const percent = told(target);
    asking.mutate({ target: percent === null ? null : percent / PERCENT, agents: told(agents) ?? 0, ring_s: told(ring), runs: RUNS });
  }

  return (
    <Modal.Root opened onClose={close} centered size="lg" transitionProps={{ duration: 0 }}>
      <Modal.Overlay />
      <Modal.Content>
        {/* A header of a dialog is no banner of the page. */}
        <Modal.Header role="presentation">
          <Modal.Title fw={600}>What if, in {campaign}?</Modal.Title>
          <Modal.CloseButton aria-label="Close" />
        </Modal.Header>
        <Modal.Body>
          <form onSubmit={submit}>
            <Stack gap="sm">
              <Text size="sm">The floor as it stands is run ahead many times, with the change and without. Nothing is changed by asking.</Text>
              <Group align="flex-end" gap="sm">
                <NumberInput label="Abandonment aimed at, %" min={0} max={100} decimalScale={2} value={target} onChange={setTarget} hideControls w={180} />
                <NumberInput label="Agents more (or fewer)" min={-1000} max={1000} allowDecimal={false} value={agents} onChange={setAgents} hideControls w={180} />
                <NumberInput label="Ring for, seconds" min={0} max={600} value={ring} onChange={setRing} hideControls w={150} />
                <Button type="submit" size="sm" loading={asking.isPending}>
                  Look ahead
                </Button>
              </Group>
              {asking.isPending && <Loading what="Running the floor ahead…" />}
              {asking.isError && <Failed what="It cannot be told" error={asking.error} />}
              {asking.isSuccess && <Told answer={asking.data} />}
            </Stack>
          </form>
        </Modal.Body>
      </Modal.Content>
    </Modal.Root>
  );
}

export function Told({ answer }: { answer: Answer }) {
  return (
    <Stack gap="sm" role="status">
      {answer.horizons.map(({ seconds, as_it_is: before, changed }) => (
        <div key={seconds}>
          <Text size="sm" fw={600}>
            The next {Math.round(seconds / 60)} minutes
          </Text>
          <Rows
            title={`The next ${Math.round(seconds / 60)} minutes`}
            heads={["Measure", "As it is", ...(changed === null ? [] : ["With the change"])]}
            none="Nothing can be said of them."
            minWidth={420}
            rows={Object.keys(before).map((name) => ({ key: name, cells: [NAMES[name] ?? plain(name), spread(name, before[name]), ...(changed === null ? [] : [spread(name, changed[name])])] }))}
          />
        </div>
      ))}
      <Text size="sm">Mean of {answer.runs} runs; nine in ten lie within the brackets.</Text>
    </Stack>
  );
}
