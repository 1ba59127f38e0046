// A person's account: whom to ask for, whether they may be reached and why not, what is owed, all that happened.
import { Anchor, Badge, Group, Paper, SimpleGrid, Stack, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";

import { type Account, type Debt, get, type Told } from "../api";
import { addressOf } from "../route";
import { useMay } from "../session";
import { PageTitle } from "../shell";
import { Empty, Failed, Loading } from "../states";
import { day, instant, money, plain } from "../words";
import { Reaching } from "./Reaching";
import { TimeLine } from "./TimeLine";

export default function AccountPage({ person }: { person: string }) {
  const where = `/api/persons/${encodeURIComponent(person)}`;
  const account = useQuery({ queryKey: ["account", person], queryFn: () => get<Account>(`${where}/account`) });
  return (
    <>
      <PageTitle aside={<Reports where={where} />}>{account.data?.name || "Account"}</PageTitle>
      <Anchor href={addressOf("accounts")} size="sm" underline="always">
        Find somebody else
      </Anchor>
      {account.isPending && <Loading what="Opening the account…" />}
      {account.isError && <Failed what="The account cannot be shown" error={account.error} again={() => void account.refetch()} />}
      {account.isSuccess && <Whole view={account.data} where={where} />}
    </>
  );
}

function Reports({ where }: { where: string }) {
  const may = useMay();
  if (!may("see all that happened to a person")) return null;
  return (
    <Group gap="sm">
      <Anchor size="sm" underline="always" href={`${where}/report?form=pdf`} download>
        Everything, as PDF
      </Anchor>
      <Anchor size="sm" underline="always" href={`${where}/ledger?form=csv`} download>
        Call ledger, as CSV
      </Anchor>
    </Group>
  );
}

export function Block({ title, children }: { title: string; children: ReactNode }) {
  const id = `block-${title.toLowerCase().replaceAll(/\W+/g, "-")}`;
  return (
    <Paper withBorder p="sm" component="section" aria-labelledby={id}>
      <Title order={2} size="h5" id={id} mb="xs">
        {title}
      </Title>
      {children}
    </Paper>
  );
}

function Whole({ view, where }: { view: Account; where: string }) {
  return (
    <Stack gap="sm" mt="sm">
      <Group gap="md">
        <Text size="sm">Language: {view.language === "" ? "not known" : view.language}</Text>
        {view.local_times.map((one) => (
          <Text size="sm" key={one.zone}>
            {one.zone}: <b className="figure">{one.clock}</b>
          </Text>
        ))}
        <Text size="sm">As of {instant(view.as_of)}</Text>
      </Group>
      {view.account === null ? <Empty title="Nothing more is shown yet">{view.why}</Empty> : <RightParty told={view.account} where={where} />}
    </Stack>
  );
}

function RightParty({ told, where }: { told: Told; where: string }) {
  return (
    <>
      <Reaching told={told} where={where} />
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="sm">
        {told.debts.map((debt) => (
          <DebtBlock key={debt.debt} debt={debt} />
        ))}
        <Block title="Numbers">
          {told.numbers.length === 0 ? (
            <Text size="sm">None is on file.</Text>
          ) : (
            told.numbers.map((one) => (
              <Text size="sm" key={one.number}>
                <b className="figure">{one.e164 === "" ? "erased" : one.e164}</b>, {plain(one.kind)}, {plain(one.role)}: {plain(one.status)}
                {one.lists.length > 0 && ` (${one.lists.map(plain).join(", ")})`}
              </Text>
            ))
          )}
          {told.addresses.map((one, place) => (
            // Addresses have no name of their own.
            <Text size="sm" key={`${place}-${one.city}`}>
              {plain(one.kind)}: {[one.city, one.region, one.country].filter((part) => part !== "").join(", ")}
            </Text>
          ))}
        </Block>
        <Wishes told={told} />
      </SimpleGrid>
      <TimeLine contacts={told.contacts} />
    </>
  );
}

function DebtBlock({ debt }: { debt: Debt }) {
  const { ledger } = debt;
  return (
    <Block title={`Account ${debt.client_account || debt.debt}`}>
      <Group justify="space-between">
        <Text fz={22} fw={600} className="figure">
          {money(ledger.balance_cents, ledger.currency)}
        </Text>
        <Badge>{plain(ledger.state)}</Badge>
      </Group>
      <Text size="sm">
        {debt.creditor || debt.client} ({plain(debt.role)})
        {debt.original_creditor !== "" && debt.original_creditor !== debt.creditor && `, first ${debt.original_creditor}`}
      </Text>
      <Text size="sm">
        {Object.entries(ledger.parts)
          .map(([part, cents]) => `${plain(part)} ${money(cents, ledger.currency)}`)
          .join(", ")}
      </Text>
      {debt.last_day_to_sue !== "" && <Text size="sm">Last day to sue: {day(debt.last_day_to_sue)}</Text>}
      {debt.bars.map((bar) => (
        <Text size="sm" key={bar.what} className="grave">
          Nothing may be offered: {plain(bar.what)} since {instant(bar.since)}
        </Text>
      ))}
      {debt.bars.length === 0 && ledger.offers.settles_from_cents !== null && (
        <Text size="sm">
          Settles from {money(ledger.offers.settles_from_cents, ledger.currency)} ({ledger.offers.rule})
        </Text>
      )}
      {ledger.promises.map((one) => (
        <Text size="sm" key={`${one.contact}-${one.due_on}`}>
          Promise of {one.cents === null ? "an unnamed amount" : money(one.cents, ledger.currency)}
          {one.due_on === "" ? "" : ` by ${day(one.due_on)}`}: <b>{plain(one.state)}</b>, paid {money(one.paid_cents, ledger.currency)}
        </Text>
      ))}
      {ledger.entries.length > 0 && (
        <details>
          <summary>{ledger.entries.length} entries of the ledger</summary>
          {ledger.entries.map((entry) => (
            <Group key={entry.key} justify="space-between" gap="xs">
              <Text size="sm">
                {day(entry.day)}: {plain(entry.kind)} {entry.reason}
              </Text>
              <Text size="sm" className="figure">
                {money(entry.cents, ledger.currency)}
              </Text>
            </Group>
          ))}
        </details>
      )}
    </Block>
  );
}

function Wishes({ told }: { told: Told }) {
  const lines: { key: string; text: string }[] = [
    ...told.holds.map((one) => ({ key: `h${one.kind}${one.since}`, text: `Hold, ${plain(one.kind)}: since ${instant(one.since)}${one.until === null ? "" : ` until ${instant(one.until)}`}` })),
    ...told.requests.map((one) => ({ key: `r${one.kind}${one.at}`, text: `Asked on ${instant(one.at)}: ${plain(one.kind)}${one.words === "" ? "" : `, “${one.words}”`}` })),
    ...told.disputes.map((one) => ({ key: `d${one.at}`, text: `Dispute of ${instant(one.at)}: ${one.answered_at === null ? "not answered yet" : `answered ${instant(one.answered_at)}`}` })),
    ...told.consents.map((one) => ({ key: `c${one.scope}${one.at}`, text: `Agreed on ${instant(one.at)}: ${plain(one.scope)}` })),
  ];
  return (
    <Block title="Holds, requests, consents">
      {lines.length === 0 ? <Text size="sm">None.</Text> : lines.map((line, place) => <Text size="sm" key={`${place}-${line.key}`}>{line.text}</Text>)}
    </Block>
  );
}
