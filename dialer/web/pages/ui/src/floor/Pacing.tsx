// How a running campaign is paced: changed with a reason, after a look at what it would do; who changed it before, and undone.
import { Alert, Button, Checkbox, Group, Modal, NativeSelect, NumberInput, Stack, Text, TextInput, Title } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";

import { get, type Paced, type PacingChange, post } from "../api";
import { Rows } from "../Rows";
import { Failed, Loading } from "../states";
import { instant, plain } from "../words";
import { Confirm } from "./Confirm";
import { type Answer, Told } from "./WhatIf";

const PERCENT = 100;
const RUNS = 20;
const MOST_OF_A_REASON = 2_000;

export const pacingOf = (campaign: string) => `/api/campaigns/${encodeURIComponent(campaign)}/pacing`;

const POLICIES: Record<string, string> = {
  predictive: "Predictive: as many as agents will be free for",
  progressive: "Progressive: one for each free agent",
  fixed_ratio: "Fixed ratio: so many lines for each agent",
  preview: "Preview: the agent looks first, then it is dialed",
};

export function PacingDialog({ campaign, close }: { campaign: string; close: () => void }) {
  const found = useQuery({ queryKey: ["pacing", campaign], queryFn: () => get<Paced>(pacingOf(campaign)), staleTime: 0, refetchOnMount: "always" });
  return (
    <Modal.Root opened onClose={close} centered size="xl" transitionProps={{ duration: 0 }}>
      <Modal.Overlay />
      <Modal.Content>
        {/* A header of a dialog is no banner of the page. */}
        <Modal.Header role="presentation">
          <Modal.Title fw={600}>Pacing of {campaign}</Modal.Title>
          <Modal.CloseButton aria-label="Close" />
        </Modal.Header>
        <Modal.Body>
          {found.isPending && <Loading what="Looking how it is paced…" />}
          {found.isError && <Failed what="It cannot be told" error={found.error} again={() => void found.refetch()} />}
          {found.isSuccess && (
            <Stack gap="md">
              <PacingForm key={found.data.version} campaign={campaign} paced={found.data} />
              <History campaign={campaign} paced={found.data} />
            </Stack>
          )}
        </Modal.Body>
      </Modal.Content>
    </Modal.Root>
  );
}

type Field = number | string;
const told = (value: Field) => (typeof value === "number" ? value : null);

function PacingForm({ campaign, paced }: { campaign: string; paced: Paced }) {
  const client = useQueryClient();
  const { now, bounds } = paced;
  const [policy, setPolicy] = useState(now.policy ?? "");
  const [lines, setLines] = useState<Field>(now.lines ?? "");
  const [perAgent, setPerAgent] = useState<Field>(now.lines_per_agent ?? "");
  const [target, setTarget] = useState<Field>(now.abandonment_target == null ? "" : now.abandonment_target * PERCENT);
  const [ring, setRing] = useState<Field>(now.ring_s ?? "");
  const [rate, setRate] = useState<Field>(now.launches_per_second ?? "");
  const [held, setHeld] = useState<Field>(now.held_most ?? "");
  const [putOff, setPutOff] = useState<Field>((now.order_put_off ?? 0) * PERCENT);
  const [byNumber, setByNumber] = useState(now.order_numbers === 1);
  const [reason, setReason] = useState("");

  const percent = told(target);
  const share = percent === null ? null : percent / PERCENT;
  const later = told(putOff) === null ? null : (told(putOff) ?? 0) / PERCENT;
  const wanted = {
    policy: different(policy, now.policy),
    lines: different(told(lines), now.lines),
    lines_per_agent: policy === "fixed_ratio" ? different(told(perAgent), now.lines_per_agent) : null,
    abandonment_target: share !== null && Math.abs(share - (now.abandonment_target ?? 0)) > 1e-9 ? share : null,
    ring_s: different(told(ring), now.ring_s),
    launches_per_second: different(told(rate), now.launches_per_second),
    held_most: different(told(held), now.held_most),
    order_put_off: later !== null && Math.abs(later - (now.order_put_off ?? 0)) > 1e-9 ? later : null,
    order_numbers: byNumber === (now.order_numbers === 1) ? null : Number(byNumber),
  };
  const isSame = Object.values(wanted).every((value) => value === null);
  // Of the others a look ahead knows nothing: it would tell that they change nothing.
  const isForeseen = [wanted.policy, wanted.lines_per_agent, wanted.abandonment_target, wanted.ring_s, wanted.held_most].some((value) => value !== null) && wanted.policy !== "preview";

  const asking = useMutation({
    mutationFn: () =>
      post<Answer>(`${pacingOf(campaign)}/what-if`, {
        // What is not changed is looked at as it is.
        body: { target: wanted.abandonment_target, lines_per_agent: policy === now.policy ? wanted.lines_per_agent : ahead(policy, told(perAgent)), ring_s: wanted.ring_s, held_most: wanted.held_most, runs: RUNS },
      }),
  });
  const applying = useMutation({
    mutationFn: () => post(pacingOf(campaign), { body: { ...wanted, version: paced.version, reason: reason.trim() }, reason: reason.trim() }),
    onSettled: () => client.invalidateQueries({ queryKey: ["pacing", campaign] }),
  });

  function submit(event: FormEvent) {
    event.preventDefault();
    if (!isSame && reason.trim() !== "") applying.mutate();
  }

  return (
    <form onSubmit={submit} aria-label="Pacing">
      <Stack gap="sm">
        <NativeSelect label="How it dials" value={policy} onChange={(event) => setPolicy(event.currentTarget.value)} data={bounds.policies.map((value) => ({ value, label: POLICIES[value] ?? plain(value) }))} />
        <Group align="flex-end" gap="sm">
          {policy === "fixed_ratio" && <NumberInput label="Lines for each agent" min={1} max={PERCENT} decimalScale={2} value={perAgent} onChange={setPerAgent} hideControls w={150} required />}
          <NumberInput label="Abandonment aimed at, %" description={`at most ${bounds.most_abandonment_target * PERCENT}`} min={0} max={bounds.most_abandonment_target * PERCENT} decimalScale={2} value={target} onChange={setTarget} hideControls w={180} />
          <NumberInput label="Ring for, seconds" description={`at least ${bounds.least_ring_s}, by law or house`} min={bounds.least_ring_s} max={bounds.most_ring_s} value={ring} onChange={setRing} hideControls w={190} />
          <NumberInput label="Calls at once" min={0} max={bounds.most_lines} allowDecimal={false} value={lines} onChange={setLines} hideControls w={120} />
          <NumberInput label="Calls a second" min={0} max={bounds.most_launches_per_second} decimalScale={2} value={rate} onChange={setRate} hideControls w={120} />
          <NumberInput label="Agents held, minutes an hour" description="empty = whenever a call needs it" min={0} max={60} decimalScale={1} value={held} onChange={setHeld} hideControls w={210} />
          <NumberInput label="Unlikely leads put off, %" min={0} max={90} value={putOff} onChange={setPutOff} hideControls w={180} />
          <Checkbox label="A lead's likeliest number first" checked={byNumber} onChange={(event) => setByNumber(event.currentTarget.checked)} mb={8} />
        </Group>
        <TextInput label="Reason" description="It is written down with your name." required maxLength={MOST_OF_A_REASON} value={reason} onChange={(event) => setReason(event.currentTarget.value)} />
        <Group gap="xs">
          <Button type="submit" loading={applying.isPending} disabled={isSame || reason.trim() === ""}>
            Apply
          </Button>
          <Button variant="default" loading={asking.isPending} disabled={!isForeseen} onClick={() => asking.mutate()}>
            What would it do?
          </Button>
          <Text size="sm">{isSame ? "Nothing is changed yet." : `Calls that ring or talk go on as they were begun.${isForeseen ? "" : " What this brings cannot be looked ahead of."}`}</Text>
        </Group>
        {applying.isError && (
          <Alert color="red" role="alert" title="It was not changed">
            {applying.error.message}
          </Alert>
        )}
        {asking.isPending && <Loading what="Running the floor ahead…" />}
        {asking.isError && <Failed what="It cannot be told" error={asking.error} />}
        {asking.isSuccess && <Told answer={asking.data} />}
      </Stack>
    </form>
  );
}

function History({ campaign, paced }: { campaign: string; paced: Paced }) {
  const client = useQueryClient();
  const [isUndoing, setIsUndoing] = useState(false);
  const act = async (reason: string) => {
    await post(`${pacingOf(campaign)}/undo`, { body: { version: paced.version, reason }, reason });
    await client.invalidateQueries({ queryKey: ["pacing", campaign] });
  };
  return (
    <section aria-labelledby="pacing-history">
      <Group justify="space-between" mb={4}>
        <Title order={3} size="h6" id="pacing-history">
          How it was paced
        </Title>
        {paced.changes.length > 1 && (
          <Button size="compact-sm" variant="default" onClick={() => setIsUndoing(true)}>
            Undo the newest change
          </Button>
        )}
      </Group>
      <Rows
        title="How it was paced"
        heads={["When", "Who", "What", "Why"]}
        none="Nobody has changed anything yet."
        minWidth={560}
        rows={paced.changes.map((one) => ({ key: `${one.at}`, cells: [instant(one.at), one.by === "" ? "the settings file" : one.by, moved(one), one.reason] }))}
      />
      {isUndoing && <Confirm title="Undo the newest change?" effect={`It is paced again as before: ${moved(paced.changes[0])}, the other way round.`} button="Undo it" act={act} close={() => setIsUndoing(false)} />}
    </section>
  );
}

/** What was moved, in words; of a campaign that was new, how it began. */
function moved(change: PacingChange | undefined): string {
  return (change?.moved ?? []).map((one) => (one.before === "" ? `${plain(one.setting)} ${one.after}` : `${plain(one.setting)} ${one.before} → ${one.after === "" ? "not set" : one.after}`)).join(", ");
}

function different<T>(value: T, now: T | undefined): T | null {
  return value === (now ?? null) || value === "" ? null : value;
}

/** Progressive is one line for each agent; predictive asks for no ratio. */
function ahead(policy: string, perAgent: number | null): number | null {
  if (policy === "progressive") return 1;
  return policy === "fixed_ratio" ? perAgent : null;
}
