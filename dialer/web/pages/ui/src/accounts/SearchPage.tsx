// Finds a person. What is looked for is sent in a body: addresses end up in logs.
import { Alert, Anchor, Button, Group, Paper, Select, Table, Text, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";

import { type Found, post, type Search } from "../api";
import { addressOf } from "../route";
import { PageTitle } from "../shell";
import { Empty, Failed, Loading } from "../states";
import { day } from "../words";
import { Alike } from "./Alike";

type By = "name" | "number" | "account" | "reference";

const BY: { value: By; label: string; hint: string }[] = [
  { value: "name", label: "Name", hint: "Any part of it, words in any order" },
  { value: "number", label: "Telephone number", hint: "In any spelling" },
  { value: "account", label: "Account", hint: "As the client calls it" },
  { value: "reference", label: "Client's reference", hint: "Of the person, as the client calls them" },
];

const MOST_SHOWN = 20;

export default function SearchPage() {
  const [by, setBy] = useState<By>("name");
  const [words, setWords] = useState("");
  const [client, setClient] = useState("");
  const finding = useMutation({
    mutationFn: (body: Search) => post<Found>("/api/persons/search", { body }),
  });
  const hint = BY.find((one) => one.value === by)?.hint ?? "";

  function submit(event: FormEvent) {
    event.preventDefault();
    const nothing = { name: "", number: "", account: "", reference: "" };
    if (words.trim() !== "") finding.mutate({ ...nothing, [by]: words.trim(), client: client.trim(), limit: MOST_SHOWN });
  }

  return (
    <>
      <PageTitle>Accounts</PageTitle>
      <Paper withBorder p="sm" mb="md">
        <form onSubmit={submit} aria-label="Find a person" role="search">
          <Group align="flex-end" gap="sm">
            <Select label="Find by" data={BY} value={by} onChange={(value) => setBy((value as By | null) ?? "name")} allowDeselect={false} w={180} comboboxProps={{ transitionProps: { duration: 0 } }} />
            <TextInput label={hint} value={words} onChange={(event) => setWords(event.currentTarget.value)} maxLength={200} required style={{ flex: 1, minWidth: 220 }} autoComplete="off" />
            <TextInput label="Client, if known" value={client} onChange={(event) => setClient(event.currentTarget.value)} maxLength={200} w={160} autoComplete="off" />
            <Button type="submit" size="sm" loading={finding.isPending}>
              Find
            </Button>
          </Group>
        </form>
      </Paper>
      {finding.isPending && <Loading what="Looking…" />}
      {finding.isError && <Failed what="Nobody was looked for" error={finding.error} />}
      {finding.isIdle && <Empty title="Whom do you want to see?">Whoever you are shown is written down with your name.</Empty>}
      {finding.isSuccess && <Results found={finding.data} />}
      <Alike />
    </>
  );
}

function Results({ found }: { found: Found }) {
  return (
    <section aria-label="Who was found" aria-live="polite">
      {found.read < 1 && (
        <Alert color="yellow" title="Not all names have been read yet" mb="sm">
          {Math.floor(found.read * 100)} % of them are in memory since the start: look again in a moment.
        </Alert>
      )}
      {found.persons.length === 0 ? (
        <Empty title="Nobody fits">Say less of the name, or look by number. Whoever is another client&apos;s than yours is not shown.</Empty>
      ) : (
        <Table.ScrollContainer minWidth={480} scrollAreaProps={{ viewportProps: { tabIndex: 0, "aria-label": "Who was found" } }}>
          <Table verticalSpacing={6} aria-label="Who was found">
            <Table.Thead>
              <Table.Tr>
                {["Name", "Born", "Client", "Reference"].map((title) => (
                  <Table.Th key={title} scope="col">
                    {title}
                  </Table.Th>
                ))}
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {found.persons.map((one) => (
                <Table.Tr key={one.person}>
                  <Table.Td>
                    <Anchor href={addressOf("accounts", one.person)} underline="always">
                      {one.name === "" ? "Without a name" : one.name}
                    </Anchor>
                    {one.is_doubtful && <Text span size="sm"> (has a namesake with the same birthday)</Text>}
                  </Table.Td>
                  <Table.Td>{day(one.born)}</Table.Td>
                  <Table.Td>{one.client}</Table.Td>
                  <Table.Td>{one.reference}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
          {found.is_cut && <Text size="sm" mt="xs">There may be more: say more of the name.</Text>}
        </Table.ScrollContainer>
      )}
    </section>
  );
}
