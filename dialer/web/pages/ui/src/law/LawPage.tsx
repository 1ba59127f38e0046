// The law that is called under: what it says and where that stands, what was read of it, what changes and when.
import { Alert, Anchor, Button, Group, NativeSelect, Stack, Text, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { type FormEvent, type ReactNode, useState } from "react";

import { get } from "../api";
import { Rows } from "../Rows";
import { useMay } from "../session";
import { PageTitle } from "../shell";
import { Failed, Loading } from "../states";
import { count, day, floorDay, plain } from "../words";
import { Places } from "./Places";
import { Section } from "./Section";
import type { Changed, Due, Impact, Licences, Rule, Rules } from "./shapes";

const SHOWN_AT_ONCE = 15;

/** How a value was checked, in words, and whether it rests on the text itself. */
const READ: Record<string, string> = { primary: "the text itself", secondary: "second hand", memory: "from memory", policy: "our own policy" };

export default function LawPage() {
  return (
    <>
      <PageTitle>Law</PageTitle>
      <Stack gap="md">
        <ToLookAt />
        <RulesInForce />
        <Places />
        <AnotherDay />
        <Lacking />
      </Stack>
    </>
  );
}

function ToLookAt() {
  const found = useQuery({ queryKey: ["law", "due"], queryFn: () => get<Due>("/api/law/due") });
  return (
    <Section id="due" title="What somebody has to look at">
      {found.isPending && <Loading what="Reading the rules…" />}
      {found.isError && <Failed what="It cannot be shown" error={found.error} again={() => void found.refetch()} />}
      {found.isSuccess && (
        <Rows
          title="What somebody has to look at"
          heads={["By", "Why", "Rule", "What is known"]}
          none="Nothing: no check is older than a year, no value ends within ninety days."
          minWidth={720}
          rows={found.data.due.map((one, place) => ({ key: `${place}-${one.name}`, cells: [day(one.day), one.why, one.name, `${one.what} (${one.citation})`] }))}
        />
      )}
    </Section>
  );
}

function fits(rule: Rule, words: string): boolean {
  const text = `${rule.rule} ${rule.what} ${rule.citation} ${rule.pack}`.toLowerCase();
  return words.toLowerCase().split(/\s+/).every((word) => text.includes(word));
}

function RulesInForce() {
  const [on, setOn] = useState(() => floorDay(0));
  const [pack, setPack] = useState("US-federal");
  const [words, setWords] = useState("");
  const [most, setMost] = useState(SHOWN_AT_ONCE);
  const found = useQuery({ queryKey: ["law", "rules", on], queryFn: () => get<Rules>(`/api/law/rules?on=${on}`), enabled: on !== "" });
  const packs = [...new Set((found.data?.rules ?? []).map((rule) => rule.pack))].sort();
  const fitting = (found.data?.rules ?? []).filter((rule) => (pack === "" || rule.pack === pack) && fits(rule, words.trim()));
  return (
    <Section id="rules" title="Rules in force">
      <Group align="flex-end" gap="sm" mb="sm">
        <TextInput type="date" label="On" value={on} onChange={(event) => setOn(event.currentTarget.value)} />
        <NativeSelect label="Of" data={[{ value: "", label: "every place" }, ...packs.map((value) => ({ value, label: value }))]} value={pack} onChange={(event) => setPack(event.currentTarget.value)} />
        <TextInput label="With the words" placeholder="voicemail, 1006.14" value={words} onChange={(event) => setWords(event.currentTarget.value)} maxLength={200} autoComplete="off" />
      </Group>
      {found.isLoading && <Loading what="Reading the rules of that day…" />}
      {found.isError && <Failed what="They cannot be shown" error={found.error} again={() => void found.refetch()} />}
      {found.isSuccess && (
        <>
          <Rows
            title="Rules in force"
            heads={["Rule", "Says", "Values", "In force", "Where it stands", "Read"]}
            none="No rule has these words."
            minWidth={1000}
            rows={fitting.slice(0, most).map((rule, place) => ({ key: `${place}-${rule.rule}`, cells: cellsOf(rule) }))}
          />
          <Group gap="sm" mt="xs">
            {fitting.length > most && (
              <Button variant="default" onClick={() => setMost(most + 4 * SHOWN_AT_ONCE)}>
                More of them
              </Button>
            )}
            <Text size="sm">
              {fitting.length > most ? `The first ${most} of ${count(fitting.length)} rules.` : `${count(fitting.length)} rules.`} Rulebook <span className="figure">{found.data.rulebook}</span>.
            </Text>
          </Group>
        </>
      )}
    </Section>
  );
}

function cellsOf(rule: Rule): ReactNode[] {
  return [
    rule.rule,
    <Stack key="says" gap={2}>
      <Text size="sm">{rule.what}</Text>
      {rule.note !== null && (
        <Text size="xs" className="source">
          {rule.note}
        </Text>
      )}
    </Stack>,
    <Stack key="values" gap={0}>
      {Object.entries(rule.values).map(([name, value]) => (
        <Text size="xs" key={name}>
          {name}: <b>{value}</b>
        </Text>
      ))}
    </Stack>,
    <Stack key="force" gap={2}>
      <Text size="sm">{`${day(rule.effective_from)} to ${rule.effective_to === null ? "further notice" : day(rule.effective_to)}`}</Text>
      {rule.expected !== null && <Text size="xs">{rule.expected}</Text>}
    </Stack>,
    rule.source === null ? (
      rule.citation
    ) : (
      <Anchor key="source" size="sm" underline="always" href={rule.source} target="_blank" rel="noreferrer">
        {rule.citation}
      </Anchor>
    ),
    <Stack key="read" gap={2}>
      <Text size="sm" fw={600}>
        {READ[rule.checked] ?? plain(rule.checked)}
      </Text>
      <Text size="xs">{day(rule.checked_on)}</Text>
    </Stack>,
  ];
}

function AnotherDay() {
  const may = useMay();
  const [days, ask] = useState<{ before: string; after: string } | null>(null);
  const words = days === null ? "" : new URLSearchParams(days).toString();
  const changed = useQuery({ queryKey: ["law", "changes", words], queryFn: () => get<Changed[]>(`/api/law/changes?${words}`), enabled: days !== null });
  const maySee = may("ask why a call was placed");
  const impact = useQuery({ queryKey: ["law", "impact", words], queryFn: () => get<Impact>(`/api/law/impact?${words}`), enabled: days !== null && maySee });

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const told = new FormData(event.currentTarget);
    ask({ before: String(told.get("before")), after: String(told.get("after")) });
  }

  return (
    <Section id="changes" title="What changes from one day to another">
      <form onSubmit={submit} aria-label="Between which days">
        <Group align="flex-end" gap="sm" mb="sm">
          <TextInput name="before" type="date" label="From" required defaultValue={floorDay(0)} />
          <TextInput name="after" type="date" label="To" required defaultValue={floorDay(90)} />
          <Button type="submit" size="sm">
            Compare
          </Button>
        </Group>
      </form>
      {changed.isLoading && <Loading what="Comparing the law of the two days…" />}
      {changed.isError && <Failed what="They cannot be compared" error={changed.error} />}
      {changed.isSuccess && (
        <Rows
          title="What changes"
          heads={["Rule", "Change", "Says until then", "Says from then on", "Where it stands"]}
          none="Nothing of what is loaded changes between them."
          minWidth={820}
          rows={changed.data.map((one, place) => ({
            key: `${place}-${one.rule}`,
            cells: [one.rule, one.change, one.before?.what ?? "–", one.after?.what ?? "–", (one.after ?? one.before)?.citation ?? "–"],
          }))}
        />
      )}
      {impact.isLoading && <Loading what="Deciding every stored call and denial once more…" />}
      {impact.isError && <Failed what="What it does to calls on file cannot be told" error={impact.error} />}
      {impact.isSuccess && <OnFile impact={impact.data} />}
    </Section>
  );
}

function OnFile({ impact }: { impact: Impact }) {
  return (
    <Stack gap="xs" mt="sm" role="status">
      <Text size="sm">
        Asked again of <b className="figure">{count(impact.attempts)}</b> calls and denials on file, of <b className="figure">{count(impact.persons)}</b> people:
      </Text>
      <Rows
        title="What it does to calls on file"
        heads={["Rule", "Newly forbidden", "Newly allowed"]}
        none="Each is decided as it was."
        minWidth={420}
        rows={impact.rules.map((one) => ({ key: one.rule, cells: [one.rule, count(one.newly_forbidden), count(one.newly_allowed)] }))}
      />
    </Stack>
  );
}

function Lacking() {
  const found = useQuery({ queryKey: ["law", "licences"], queryFn: () => get<Licences>("/api/licences") });
  return (
    <Section id="licences" title="Licences">
      {found.isPending && <Loading what="Reading the licences…" />}
      {found.isError && <Failed what="They cannot be shown" error={found.error} again={() => void found.refetch()} />}
      {found.isSuccess && (
        <Stack gap="xs">
          <Text size="sm">
            <b className="figure">{count(found.data.licences.length)}</b> on file, <b className="figure">{count(found.data.ending.length)}</b> end within ninety days.
          </Text>
          {found.data.lacking.length > 0 && (
            <Alert color="yellow" title="Nobody is called there for want of one">
              {found.data.lacking.map(([where, kind]) => `${where} (${kind})`).join(", ")}. `fairdial licences import FILE` brings them in.
            </Alert>
          )}
        </Stack>
      )}
    </Section>
  );
}
