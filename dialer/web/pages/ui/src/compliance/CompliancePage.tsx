// Who did what, recordings, and why one call was placed: what an auditor asks for.
import { Anchor, Badge, Button, Group, Paper, Stack, Text, TextInput, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";

import { type Asked, type Deed, get, type RecordingPage } from "../api";
import { RuleLine } from "../accounts/Reaching";
import { addressOf } from "../route";
import { Rows } from "../Rows";
import { useMay } from "../session";
import { PageTitle } from "../shell";
import { Failed, Loading } from "../states";
import { duration, instant } from "../words";
import { Player, type Recording } from "./Player";

const MOST_DEEDS = 100;
const MOST_RECORDINGS = 50;

export default function CompliancePage() {
  const may = useMay();
  return (
    <>
      <PageTitle>Compliance</PageTitle>
      <Stack gap="md">
        {may("ask why a call was placed") && <WhyOneCall />}
        {may("read who did what") && <TheRecord />}
        {may("find recordings") && <Recordings />}
      </Stack>
    </>
  );
}

function textOf(event: FormEvent<HTMLFormElement>, ...names: string[]): Record<string, string> {
  event.preventDefault();
  const told = new FormData(event.currentTarget);
  return Object.fromEntries(names.map((name) => [name, String(told.get(name) ?? "").trim()]));
}

function query(words: Record<string, string>): string {
  return new URLSearchParams(Object.entries(words).filter(([, value]) => value !== "")).toString();
}

function WhyOneCall() {
  const [attempt, setAttempt] = useState("");
  const found = useQuery({
    queryKey: ["attempt", attempt],
    queryFn: () => get<Asked[]>(`/api/attempts/${encodeURIComponent(attempt)}/explanation`),
    enabled: attempt !== "",
  });
  return (
    <Paper withBorder p="sm" component="section" aria-labelledby="why">
      <Title order={2} size="h5" id="why" mb="xs">
        Why a call was placed, or was not
      </Title>
      <form aria-label="Which call" onSubmit={(event) => setAttempt(textOf(event, "attempt")["attempt"] ?? "")}>
        <Group align="flex-end" gap="sm">
          <TextInput name="attempt" label="Call" description="As in a person's account or the journal: a1-00000001" required maxLength={200} autoComplete="off" />
          <Button type="submit" size="sm">
            Explain
          </Button>
        </Group>
      </form>
      {found.isLoading && <Loading what="Looking at the rules of that day…" />}
      {found.isError && <Failed what="It cannot be explained" error={found.error} />}
      {found.data?.map((one, place) => (
        <Stack gap={2} mt="sm" key={`${place}-${one.title}`}>
          <Text size="sm" fw={600}>
            {one.title}: {one.next_says}
          </Text>
          {one.rules.map((rule, number) => (
            <RuleLine key={`${number}-${rule.rule}`} rule={rule} />
          ))}
        </Stack>
      ))}
    </Paper>
  );
}

function TheRecord() {
  const [asked, ask] = useState<Record<string, string>>({});
  const [before, setBefore] = useState<number | null>(null);
  const words = query({ ...asked, limit: String(MOST_DEEDS), before: before === null ? "" : String(before) });
  const found = useQuery({ queryKey: ["record", words], queryFn: () => get<Deed[]>(`/api/record?${words}`) });
  const last = found.data?.at(-1)?.place;
  return (
    <Paper withBorder p="sm" component="section" aria-labelledby="record">
      <Title order={2} size="h5" id="record" mb="xs">
        Who did what, and who looked at whom
      </Title>
      <form
        aria-label="Whose deeds"
        onSubmit={(event) => {
          setBefore(null);
          ask(textOf(event, "account", "about"));
        }}
      >
        <Group align="flex-end" gap="sm" mb="sm">
          <TextInput name="account" label="Of account" maxLength={200} autoComplete="off" />
          <TextInput name="about" label="About" placeholder="person:p-… or campaign:spring" maxLength={300} autoComplete="off" />
          <Button type="submit" size="sm">
            Show
          </Button>
        </Group>
      </form>
      {found.isPending && <Loading what="Reading the record…" />}
      {found.isError && <Failed what="The record cannot be shown" error={found.error} again={() => void found.refetch()} />}
      {found.isSuccess && (
        <>
          <Rows
            title="Who did what"
            heads={["When", "Who", "What", "About", "Why", "Came of it", "From"]}
            none="Nothing of this is in the record."
            minWidth={900}
            rows={found.data.map((one) => ({ key: String(one.place), cells: [instant(one.at), one.who, one.action, one.about.join(", "), one.why, one.outcome, one.address] }))}
          />
          <Group gap="xs" mt="xs">
            {before !== null && (
              <Button variant="default" onClick={() => setBefore(null)}>
                Newest
              </Button>
            )}
            {found.data.length === MOST_DEEDS && last !== undefined && (
              <Button variant="default" onClick={() => setBefore(last)}>
                Earlier
              </Button>
            )}
          </Group>
        </>
      )}
    </Paper>
  );
}

function Recordings() {
  const may = useMay();
  const [asked, ask] = useState<Record<string, string> | null>(null);
  const [page, turn] = useState("");
  const [heard, hear] = useState<Recording | null>(null);
  const words = query({ ...(asked ?? {}), page, limit: String(MOST_RECORDINGS) });
  const found = useQuery({ queryKey: ["recordings", words], queryFn: () => get<RecordingPage>(`/api/recordings?${words}`), enabled: asked !== null });
  return (
    <Paper withBorder p="sm" component="section" aria-labelledby="recordings">
      <Title order={2} size="h5" id="recordings" mb="xs">
        Recordings
      </Title>
      <form
        aria-label="Which recordings"
        onSubmit={(event) => {
          turn("");
          ask(textOf(event, "account", "person", "agent", "client"));
        }}
      >
        <Group align="flex-end" gap="sm" mb="sm">
          <TextInput name="account" label="Account" maxLength={200} autoComplete="off" />
          <TextInput name="person" label="Person" maxLength={200} autoComplete="off" />
          <TextInput name="agent" label="Agent" maxLength={200} autoComplete="off" />
          <TextInput name="client" label="Client" maxLength={200} autoComplete="off" />
          <Button type="submit" size="sm">
            Find
          </Button>
        </Group>
      </form>
      {found.isLoading && <Loading what="Looking through the recordings…" />}
      {found.isError && <Failed what="They cannot be shown" error={found.error} again={() => void found.refetch()} />}
      {found.isSuccess && (
        <>
          <Rows
            title="Recordings"
            heads={["When", "Person", "Agent", "Campaign", "Length", "Notice", "Call", "Hear"]}
            none="No finished recording fits. Those of talks that go on are not here yet."
            minWidth={900}
            rows={found.data.recordings.map((one) => ({
              key: one.file,
              cells: [
                instant(one.launched_at),
                may("find persons by name, number or account") ? (
                  <Anchor key="who" size="sm" underline="always" href={addressOf("accounts", one.person)}>
                    {one.person}
                  </Anchor>
                ) : (
                  one.person
                ),
                one.agent ?? "–",
                one.campaign,
                duration(one.seconds),
                one.objected_at === null ? (one.notice_spoken_at === null ? "–" : "spoken") : <Badge key="objected">objected</Badge>,
                one.attempt,
                may("hear recordings") ? (
                  <Button key="hear" variant="default" aria-label={`Hear ${one.attempt}`} onClick={() => hear(one)}>
                    Hear
                  </Button>
                ) : (
                  "–"
                ),
              ],
            }))}
          />
          {found.data.next_page !== null && (
            <Button variant="default" mt="xs" onClick={() => turn(found.data.next_page ?? "")}>
              Later ones
            </Button>
          )}
        </>
      )}
      {heard !== null && <Player key={heard.attempt} recording={heard} close={() => hear(null)} />}
    </Paper>
  );
}
