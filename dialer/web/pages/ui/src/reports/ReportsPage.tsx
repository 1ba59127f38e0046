// What accounts and promises came to, each figure with its formula; promises by what came of them; a client's pack.
import { Alert, Anchor, Button, Group, NativeSelect, Paper, Stack, Text, TextInput, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";

import { get, type Figure, type PromisesSeen } from "../api";
import { addressOf } from "../route";
import { Rows } from "../Rows";
import { useMay } from "../session";
import { PageTitle } from "../shell";
import { Failed, Loading } from "../states";
import { Deliveries } from "./Deliveries";
import { count, day, floorDay, measured, money, plain } from "../words";

const BY = [
  { value: "client", label: "Client" },
  { value: "campaign", label: "Campaign" },
  { value: "place", label: "Place" },
  { value: "placement-month", label: "Month of placement" },
  { value: "agent", label: "Agent" },
  { value: "disposition", label: "Outcome of the call" },
];

const STATES = ["broken", "open", "kept", "cancelled"].map((value) => ({ value, label: plain(value) }));
const MOST_PROMISES = 200;
const WEEK = 7;

export default function ReportsPage() {
  const may = useMay();
  return (
    <>
      <PageTitle>Reports</PageTitle>
      <Stack gap="md">
        {may("see what accounts and promises came to") && <Measures />}
        {may("see all that happened to a person") && <Promises />}
        {may("hand a client its daily pack") && <Pack />}
        {may("hand a client its daily pack") && <Deliveries />}
      </Stack>
    </>
  );
}

function Measures() {
  const [asked, ask] = useState({ since: floorDay(-WEEK), until: floorDay(0), by: "client", client: "" });
  const found = useQuery({
    queryKey: ["measures", asked],
    queryFn: () => get<Figure[]>(`/api/measures?${new URLSearchParams({ since: asked.since, until: asked.until, by: asked.by, ...(asked.client === "" ? {} : { client: asked.client }) })}`),
  });

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const told = new FormData(event.currentTarget);
    const text = (name: string) => String(told.get(name) ?? "").trim();
    ask({ since: text("since"), until: text("until"), by: text("by"), client: text("client") });
  }

  return (
    <Paper withBorder p="sm" component="section" aria-labelledby="measures">
      <Title order={2} size="h5" id="measures" mb="xs">
        What accounts and promises came to
      </Title>
      <form onSubmit={submit} aria-label="Which days">
        <Group align="flex-end" gap="sm" mb="sm">
          <TextInput type="date" name="since" label="From" required defaultValue={asked.since} />
          <TextInput type="date" name="until" label="To, included" required defaultValue={asked.until} />
          <NativeSelect name="by" label="Told apart by" data={BY} defaultValue={asked.by} />
          <TextInput name="client" label="Client, if one alone" maxLength={200} autoComplete="off" />
          <Button type="submit" size="sm">
            Show
          </Button>
        </Group>
      </form>
      {found.isPending && <Loading what="Summing up…" />}
      {found.isError && <Failed what="It cannot be told" error={found.error} again={() => void found.refetch()} />}
      {found.isSuccess && (
        <Rows
          title="Measures"
          heads={["Measure", "Client", "Of", "Value", "From", "How it is made"]}
          none="Nothing happened in these days: choose others, or another client."
          minWidth={820}
          rows={found.data.map((one) => ({
            key: `${one.measure}|${one.client}|${one.group}|${one.currency}`,
            cells: [one.title, one.client, one.group === "" ? "not known" : one.group, <b key="value">{measured(one.value, one.unit, one.currency)}</b>, sums(one), one.formula],
          }))}
        />
      )}
    </Paper>
  );
}

/** The sums behind a figure, as money where they are. */
function sums(one: Figure): string {
  const read = (value: number) => (one.currency === "" ? count(value) : money(value, one.currency));
  const unknown = one.unknown === 0 ? "" : `; ${count(one.unknown)} left out, not known`;
  return one.denominator === null ? `${read(one.numerator)}${unknown}` : `${read(one.numerator)} of ${read(one.denominator)}${unknown}`;
}

function Promises() {
  const [state, setState] = useState("broken");
  const found = useQuery({ queryKey: ["promises", state], queryFn: () => get<PromisesSeen>(`/api/promises?state=${state}&limit=${MOST_PROMISES}`) });
  return (
    <Paper withBorder p="sm" component="section" aria-labelledby="promises">
      <Group justify="space-between" mb="xs">
        <Title order={2} size="h5" id="promises">
          Promises
        </Title>
        <NativeSelect aria-label="What came of them" data={STATES} value={state} onChange={(event) => setState(event.currentTarget.value)} />
      </Group>
      {found.isPending && <Loading what="Reading the promises…" />}
      {found.isError && <Failed what="The promises cannot be shown" error={found.error} again={() => void found.refetch()} />}
      {found.isSuccess && (
        <>
          <Rows
            title="Promises"
            heads={["Who", "Client", "Promised", "Due", "Paid", "Owed", "What came of it"]}
            none="There is none of these."
            minWidth={760}
            rows={found.data.promises.map((one) => ({
              key: `${one.contact}|${one.debt}`,
              cells: [
                <Anchor key="who" href={addressOf("accounts", one.person)} underline="always" size="sm">
                  {one.name === "" ? "Without a name" : one.name}
                </Anchor>,
                one.client,
                one.cents === null ? "no amount named" : `${money(one.cents, one.currency)}${one.parts > 1 ? ` in ${one.parts} parts` : ""}`,
                day(one.due_on),
                money(one.paid_cents, one.currency),
                money(one.balance_cents, one.currency),
                plain(one.state),
              ],
            }))}
          />
          {found.data.is_cut && <Text size="sm">The first {MOST_PROMISES} are shown.</Text>}
        </>
      )}
    </Paper>
  );
}

function Pack() {
  const [client, setClient] = useState("");
  const [of, setOf] = useState(() => floorDay(0));
  const address = `/api/packs?${new URLSearchParams({ client: client.trim(), day: of })}`;
  return (
    <Paper withBorder p="sm" component="section" aria-labelledby="pack">
      <Title order={2} size="h5" id="pack" mb="xs">
        A client&apos;s day, with the rows behind each figure
      </Title>
      <Group align="flex-end" gap="sm">
        <TextInput label="Client" value={client} onChange={(event) => setClient(event.currentTarget.value)} maxLength={200} autoComplete="off" />
        <TextInput type="date" label="Day" value={of} onChange={(event) => setOf(event.currentTarget.value)} />
        {client.trim() === "" || of === "" ? (
          <Button size="sm" disabled>
            Download the pack
          </Button>
        ) : (
          <Button component="a" href={address} download size="sm">
            Download the pack
          </Button>
        )}
      </Group>
      {client.trim() === "" && (
        <Alert color="gray" mt="sm" p="xs">
          <Text size="sm">Say whose day it is: a client as the accounts name it.</Text>
        </Alert>
      )}
    </Paper>
  );
}
