// Whether a person may be reached now, by which rule not, and when next.
import { Badge, Group, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { type Asked, get, type Means, type Rule, type Told } from "../api";
import { useMay } from "../session";
import { Failed, Loading } from "../states";
import { instant, plain } from "../words";
import { Block } from "./AccountPage";

export function Reaching({ told, where }: { told: Told; where: string }) {
  const may = useMay();
  const numbers = new Map(told.numbers.map((one) => [one.number, one.e164]));
  const accounts = new Map(told.debts.map((one) => [one.debt, one.client_account || one.debt]));
  return (
    <Block title="May they be reached now?">
      {told.means.length === 0 && <Text size="sm">{told.means_not_known === "" ? "There is nothing to reach them about." : `It cannot be said: ${told.means_not_known}`}</Text>}
      <Stack gap={6}>
        {told.means.map((means) => (
          <MeansLine key={[means.channel, means.debt, means.number, means.campaign].join("|")} means={means} number={numbers.get(means.number) ?? ""} account={accounts.get(means.debt) ?? means.debt} />
        ))}
      </Stack>
      {may("see all that happened to a person") && <EveryRule where={where} />}
    </Block>
  );
}

function MeansLine({ means, number, account }: { means: Means; number: string; account: string }) {
  return (
    <div>
      <Group gap="xs">
        <Badge leftSection={<span aria-hidden className={`dot ${means.is_allowed ? "live" : "lost"}`} />}>{means.is_allowed ? "Allowed" : "Not allowed"}</Badge>
        <Text size="sm">
          <b>{plain(means.channel)}</b>
          {number !== "" && <span className="figure"> {number}</span>}, about account {account}
        </Text>
        {!means.is_allowed && <Text size="sm">{means.next_at === null ? "Waiting does not change it." : `Next: ${instant(means.next_at)}`}</Text>}
      </Group>
      {means.denied_by.map((rule) => (
        <RuleLine key={rule.rule} rule={rule} />
      ))}
    </div>
  );
}

export function RuleLine({ rule }: { rule: Rule }) {
  return (
    <Text size="sm" pl="md">
      {rule.verdict === "cleared" ? "✓" : rule.verdict === "denied" ? "✕" : "!"} <span className="away">{rule.verdict}: </span>
      {rule.what ?? rule.rule} <span className="source">({rule.citation})</span>
    </Text>
  );
}

/** Asked only when somebody wants to see it: each look is written down. */
function EveryRule({ where }: { where: string }) {
  const [at, setAt] = useState<number | null>(null);
  const asked = useQuery({
    queryKey: ["explanation", where, at],
    queryFn: () => get<Asked[]>(`${where}/explanation?at=${at ?? 0}`),
    enabled: at !== null,
  });
  return (
    <details onToggle={(event) => setAt((before) => (event.currentTarget.open ? (before ?? Math.floor(Date.now() / 1000)) : before))}>
      <summary>Every rule that is asked before a call</summary>
      {asked.isLoading && <Loading what="Asking every rule…" />}
      {asked.isError && <Failed what="It cannot be said" error={asked.error} again={() => void asked.refetch()} />}
      {asked.data?.map((one, place) => (
        // Two of them may bear the same title.
        <Stack gap={2} key={`${place}-${one.title}`} mt="xs">
          <Text size="sm" fw={600}>
            {one.title}: {one.next_says}
          </Text>
          {one.rules.map((rule, number) => (
            <RuleLine key={`${number}-${rule.rule}`} rule={rule} />
          ))}
        </Stack>
      ))}
    </details>
  );
}
