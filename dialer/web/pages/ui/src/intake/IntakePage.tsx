// Creditors' files: what one would come to, what was refused and why, mappings confirmed by eye, whom refused lines hold.
import { Alert, Anchor, Badge, Button, Checkbox, Code, FileInput, Group, NativeSelect, Paper, Stack, Text, TextInput, Title } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";

import { get, type ListKind, post, send } from "../api";
import { Confirm } from "../floor/Confirm";
import { Rows } from "../Rows";
import { useMay } from "../session";
import { PageTitle } from "../shell";
import { Failed, Loading } from "../states";
import { count, instant, money, plain } from "../words";
import type { FileHold, Mapping, Taken, Unseen } from "./shapes";

const KINDS = [
  ...["placement", "suppressions", "requests", "consents", "payments"].map((value) => ({ value, label: plain(value) })),
  { value: "history", label: "calls of another system" },
  { value: "list", label: "a list that was looked up" },
];
/** What it means to be in a list, every kind that there is. */
const LIST_KINDS: Record<ListKind, string> = {
  do_not_call: "do not call",
  dnc_codes: "result codes of DNC.com",
  deceased: "deceased",
  bankruptcy: "bankruptcy",
  active_duty: "active duty",
  litigants: "litigants",
  wireless: "wireless numbers",
  landline: "landlines",
  reassigned: "answers of the Reassigned Numbers Database",
};
const LISTS = Object.entries(LIST_KINDS).map(([value, label]) => ({ value, label }));
/** Of logs and lists no lines are given back. */
const UNRETURNED = ["history", "list"];
const ASKED = ["kind", "client", "campaign", "mapping", "zone", "scrub", "of_day"];

export default function IntakePage() {
  const may = useMay();
  return (
    <>
      <PageTitle>Intake</PageTitle>
      <Stack gap="md">
        <TakeIn />
        <Mappings />
        <OutOfSight />
        {may("lift holds") && <Holds />}
      </Stack>
    </>
  );
}

function TakeIn() {
  const client = useQueryClient();
  const [file, setFile] = useState<File | null>(null);
  const [asked, setAsked] = useState<URLSearchParams | null>(null);
  const [kind, setKind] = useState("placement");
  const taking = useMutation({
    mutationFn: (words: URLSearchParams) => send<Taken>(`/api/intake/files?${words}`, file ?? new Blob()),
    onSuccess: () => void client.invalidateQueries({ queryKey: ["intake"] }),
  });

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    if (file === null) return;
    const told = new FormData(event.currentTarget);
    const words = new URLSearchParams({ name: file.name, dry_run: told.get("real") === null ? "true" : "false" });
    for (const name of ASKED) {
      const value = String(told.get(name) ?? "").trim();
      if (value !== "") words.set(name, value);
    }
    setAsked(words);
    taking.mutate(words);
  }

  return (
    <Paper withBorder p="sm" component="section" aria-labelledby="take-in">
      <Title order={2} size="h5" id="take-in" mb="xs">
        A file
      </Title>
      <form onSubmit={submit} aria-label="A file">
        <Group align="flex-end" gap="sm">
          <FileInput label="File" placeholder="CSV, text or XLSX" value={file} onChange={setFile} required miw={220} clearable clearButtonProps={{ "aria-label": "Another file" }} />
          <NativeSelect name="kind" label="What its lines say" data={KINDS} value={kind} onChange={(event) => setKind(event.currentTarget.value)} />
          <TextInput name="client" label="Client" maxLength={200} autoComplete="off" />
          {kind === "placement" && <TextInput name="campaign" label="Campaign" placeholder="collections" maxLength={200} autoComplete="off" />}
          {kind === "history" && <TextInput name="zone" label="Time zone of its hours" placeholder="America/New_York" maxLength={200} autoComplete="off" />}
          {kind === "list" && <NativeSelect name="scrub" label="What it means to be in it" data={LISTS} />}
          {kind === "list" && <TextInput name="of_day" type="date" label="Of which day it is" />}
          {kind !== "history" && kind !== "list" && <TextInput name="mapping" label="Mapping" maxLength={60} autoComplete="off" />}
        </Group>
        <Group mt="sm" gap="md">
          <Checkbox name="real" label="Take it in now; else it is only told what it would come to" />
          <Button type="submit" size="sm" loading={taking.isPending} disabled={file === null}>
            Read the file
          </Button>
        </Group>
      </form>
      {taking.isPending && <Loading what="Reading every line…" />}
      {taking.isError && <Failed what="Nothing was taken" error={taking.error} />}
      {taking.isSuccess && <Came taken={taking.data} isDry={asked?.get("dry_run") === "true"} client={asked?.get("client") ?? ""} isGivenBack={!UNRETURNED.includes(asked?.get("kind") ?? "")} />}
    </Paper>
  );
}

function Came({ taken, isDry, client, isGivenBack }: { taken: Taken; isDry: boolean; client: string; isGivenBack: boolean }) {
  const sums = (cents: Record<string, number> | undefined) =>
    Object.entries(cents ?? {})
      .map(([currency, amount]) => money(amount, currency))
      .join(", ");
  const whose = client === "" ? "" : `?client=${encodeURIComponent(client)}`;
  return (
    <Stack gap="xs" mt="sm" role="status">
      {taken.refused_whole !== null && (
        <Alert color="red" title="The whole file is refused">
          {String(taken.refused_whole)}
        </Alert>
      )}
      <Text>
        {isDry ? "It would take" : "Taken:"} <b className="figure">{count(taken.accepted ?? 0)}</b> of {count(taken.lines ?? 0)} lines
        {sums(taken.accepted_cents) !== "" && `, ${sums(taken.accepted_cents)}`}; refused <b className="figure">{count(taken.rejected ?? 0)}</b>
        {sums(taken.rejected_cents) !== "" && `, ${sums(taken.rejected_cents)}`}.
      </Text>
      {(taken.unknown_columns ?? []).length > 0 && <Text size="sm">Columns that nobody reads: {(taken.unknown_columns ?? []).join(", ")}.</Text>}
      <Rows
        title="Problems, by column"
        heads={["Column", "What is wrong", "Lines"]}
        none="No line is refused or remarked on."
        minWidth={480}
        rows={[...(taken.rejects ?? []), ...(taken.remarks ?? [])].map((one, place) => ({ key: `${place}-${one.column}`, cells: [one.column === "" ? "the line" : one.column, one.reason, count(one.lines)] }))}
      />
      {(taken.rejected ?? 0) > 0 && isGivenBack && (
        <Anchor size="sm" underline="always" href={`/api/intake/files/${encodeURIComponent(taken.upload)}/returned${whose}`} download>
          The refused lines, in the client&apos;s own layout, with line, column and reason
        </Anchor>
      )}
    </Stack>
  );
}

function Mappings() {
  const client = useQueryClient();
  const found = useQuery({ queryKey: ["intake", "mappings"], queryFn: () => get<Mapping[]>("/api/intake/mappings") });
  const [asked, ask] = useState<Mapping | null>(null);
  return (
    <Paper withBorder p="sm" component="section" aria-labelledby="mappings">
      <Title order={2} size="h5" id="mappings" mb="xs">
        Mappings
      </Title>
      {found.isPending && <Loading what="Reading the mappings…" />}
      {found.isError && <Failed what="The mappings cannot be shown" error={found.error} again={() => void found.refetch()} />}
      {found.isSuccess && (
        <Rows
          title="Mappings"
          heads={["Name", "For", "Confirmed by", "Still to be answered", "Confirm"]}
          none="None is kept. `fairdial mapping propose FILE --client CLIENT` writes one to be looked at."
          minWidth={640}
          rows={found.data.map((one) => ({
            key: one.name,
            cells: [
              one.name,
              one.of,
              one.confirmed_by === "" ? <Badge key="no">nobody yet</Badge> : one.confirmed_by,
              one.questions.length === 0 ? "nothing" : one.questions.join("; "),
              one.confirmed_by === "" && one.questions.length === 0 ? (
                <Button key="confirm" size="compact-xs" variant="default" onClick={() => ask(one)}>
                  It is right<span className="away">: {one.name}</span>
                </Button>
              ) : (
                ""
              ),
            ],
          }))}
        />
      )}
      {asked !== null && (
        <Confirm
          title={`Is ${asked.name} right?`}
          effect="Look at each column first. Files are taken in by it from now on, in your name."
          button="It is right"
          act={async (reason) => {
            await post(`/api/intake/mappings/${encodeURIComponent(asked.name)}/confirmation`, { body: { meaning: asked.meaning }, reason });
            await client.invalidateQueries({ queryKey: ["intake"] });
          }}
          close={() => ask(null)}
        >
          {asked.text !== "" && (
            <Code block mah={320} style={{ overflow: "auto" }} tabIndex={0} aria-label="The mapping, column by column">
              {asked.text}
            </Code>
          )}
        </Confirm>
      )}
    </Paper>
  );
}

function OutOfSight() {
  const found = useQuery({ queryKey: ["intake", "unseen"], queryFn: () => get<Unseen[]>("/api/intake/unseen") });
  return (
    <Paper withBorder p="sm" component="section" aria-labelledby="unseen">
      <Title order={2} size="h5" id="unseen" mb="xs">
        Who is on the list and would never be called
      </Title>
      {found.isPending && <Loading what="Looking at everybody who waits…" />}
      {found.isError && <Failed what="It cannot be told" error={found.error} again={() => void found.refetch()} />}
      {found.isSuccess && (
        <Rows
          title="Who would never be called"
          heads={["Campaign", "How many", "Why", "How to mend it"]}
          none="Nobody: everybody who waits can be called by somebody."
          minWidth={640}
          rows={found.data.map((one) => ({ key: `${one.campaign}|${one.why}|${one.says}`, cells: [one.campaign, count(one.count), one.says, one.mend] }))}
        />
      )}
    </Paper>
  );
}

function Holds() {
  const client = useQueryClient();
  const found = useQuery({ queryKey: ["intake", "holds"], queryFn: () => get<FileHold[]>("/api/intake/holds") });
  const [asked, ask] = useState<string | null>(null);
  const standing = (found.data ?? []).filter((one) => one.released_at === null);
  const imports = [...new Set(standing.map((one) => one.import_id))];
  return (
    <Paper withBorder p="sm" component="section" aria-labelledby="holds">
      <Title order={2} size="h5" id="holds" mb="xs">
        Whom refused lines hold
      </Title>
      {found.isPending && <Loading what="Reading the holds…" />}
      {found.isError && <Failed what="The holds cannot be shown" error={found.error} again={() => void found.refetch()} />}
      {found.isSuccess && (
        <>
          <Rows
            title="Holds of refused lines"
            heads={["Since", "Import", "Line", "Whom", "What the line said"]}
            none="No refused line holds anybody."
            minWidth={720}
            rows={standing.slice(0, 200).map((one) => ({ key: `${one.import_id}|${one.line}|${one.person ?? one.number ?? one.debt}`, cells: [instant(one.at), one.import_id, one.line, one.person ?? one.number ?? one.debt ?? "–", one.signals] }))}
          />
          {standing.length > 200 && <Text size="sm">The first 200 of {count(standing.length)} are shown.</Text>}
          <Group gap="xs" mt="xs">
            {imports.map((one) => (
              <Button key={one} variant="default" onClick={() => ask(one)}>
                End those of {one}
              </Button>
            ))}
          </Group>
        </>
      )}
      {asked !== null && (
        <Confirm
          title={`End the holds of ${asked}?`}
          effect="Whoever it holds may be called again from now on, where nothing else stands against it. Say what you found in the lines."
          button="End the holds"
          isGrave
          act={async (reason) => {
            await post(`/api/intake/holds/${encodeURIComponent(asked)}/release`, { body: { why: reason }, reason });
            await client.invalidateQueries({ queryKey: ["intake"] });
          }}
          close={() => ask(null)}
        />
      )}
    </Paper>
  );
}
