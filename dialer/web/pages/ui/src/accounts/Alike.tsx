// Records that may be one person's: what speaks for it and against, and the word of somebody who looked.
import { Anchor, Button, Group, Paper, Stack, Text, Title } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";

import { type Pair, type Pairs, post, type SaidOfPair } from "../api";
import { Confirm } from "../floor/Confirm";
import { addressOf } from "../route";
import { Rows } from "../Rows";
import { useMay } from "../session";
import { Failed, Loading } from "../states";
import { day } from "../words";

const MOST_SHOWN = 20;

interface Asked {
  pair: Pair;
  isSame: boolean;
}

/** Nothing is looked up by itself: whoever is shown stands in the record. */
export function Alike() {
  const may = useMay();
  const [asked, ask] = useState<Asked | null>(null);
  const looking = useMutation({ mutationFn: () => post<Pairs>("/api/people/review", { body: { limit: MOST_SHOWN } }) });
  const answered = async ({ pair, isSame }: Asked, why: string) => {
    const body = { one: pair.one.person, other: pair.other.person, why };
    await post<SaidOfPair>(`/api/people/${isSame ? "same" : "different"}`, { body, reason: why });
    looking.mutate();
  };
  return (
    <Paper withBorder p="sm" mt="md" component="section" aria-labelledby="alike">
      <Title order={2} size="h5" id="alike" mb="xs">
        Records that may be one person&apos;s
      </Title>
      <Group gap="sm" mb="xs">
        <Button size="sm" variant="default" loading={looking.isPending} onClick={() => looking.mutate()}>
          Look at them
        </Button>
        <Text size="sm">Nobody is made one without somebody&apos;s word. Whoever you are shown is written down with your name.</Text>
      </Group>
      {looking.isPending && <Loading what="Reading the list…" />}
      {looking.isError && <Failed what="They cannot be shown" error={looking.error} />}
      {looking.isSuccess && (
        <>
          <Rows
            title="Records that may be one person's"
            heads={["One", "Other", "Likely", "What speaks for it, and against", "Answer"]}
            none="Nobody waits for an answer. `fairdial people match` compares everybody on file."
            minWidth={860}
            rows={looking.data.pairs.map((pair) => ({
              key: `${pair.one.person} ${pair.other.person}`,
              cells: [<Who key="one" person={pair.one} />, <Who key="other" person={pair.other} />, `${(pair.confidence * 100).toFixed(pair.confidence > 0.99 ? 2 : 0)} %`, <Why key="why" pair={pair} />, may("edit accounts and files") ? <Answers key="answer" pair={pair} ask={ask} /> : "–"],
            }))}
          />
          {looking.data.is_cut && <Text size="sm">There are more; the surest are shown.</Text>}
        </>
      )}
      {asked !== null && <Word key={`${asked.pair.one.person} ${asked.isSame}`} asked={asked} act={(why) => answered(asked, why)} close={() => ask(null)} />}
    </Paper>
  );
}

function Who({ person }: { person: Pair["one"] }) {
  return (
    <Stack gap={0}>
      <Anchor size="sm" underline="always" href={addressOf("accounts", person.person)}>
        {person.name === "" ? person.person : person.name}
      </Anchor>
      <Text size="xs">{[person.client, day(person.born)].filter((part) => part !== "–" && part !== "").join(", ")}</Text>
    </Stack>
  );
}

function Why({ pair }: { pair: Pair }) {
  return (
    <Stack gap={0}>
      {pair.reasons.map((reason) => (
        <Text size="sm" key={reason.text}>
          {reason.bits >= 0 ? "+ " : "– "}
          {reason.text}
        </Text>
      ))}
    </Stack>
  );
}

function Answers({ pair, ask }: { pair: Pair; ask: (asked: Asked) => void }) {
  const names = `${pair.one.person} and ${pair.other.person}`;
  return (
    <Group gap="xs">
      <Button variant="default" aria-label={`One person: ${names}`} onClick={() => ask({ pair, isSame: true })}>
        One person
      </Button>
      <Button variant="default" aria-label={`Two people: ${names}`} onClick={() => ask({ pair, isSame: false })}>
        Two people
      </Button>
    </Group>
  );
}

function Word({ asked, act, close }: { asked: Asked; act: (why: string) => Promise<unknown>; close: () => void }) {
  const effect = asked.isSame
    ? "What protects under one record protects under both, and their calls are counted together, from now on. It can be parted again; what was asked for meanwhile keeps protecting both."
    : "The pair is not shown again, and the two are never made one by a chain of others.";
  return <Confirm title={asked.isSame ? "They are one person" : "They are two people"} effect={effect} button={asked.isSame ? "One person" : "Two people"} act={act} close={close} />;
}
