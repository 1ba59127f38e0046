// All that happened between a person and us, the newest first.
import { Table, Text } from "@mantine/core";

import type { Contact } from "../api";
import { instant, plain } from "../words";
import { Block } from "./AccountPage";

export function TimeLine({ contacts }: { contacts: Contact[] }) {
  return (
    <Block title="What happened">
      {contacts.length === 0 ? (
        <Text size="sm">Nothing yet.</Text>
      ) : (
        <Table.ScrollContainer minWidth={560} scrollAreaProps={{ viewportProps: { tabIndex: 0, "aria-label": "What happened" } }}>
          <Table verticalSpacing={4} aria-label="What happened, the newest first">
            <Table.Thead>
              <Table.Tr>
                {["When", "What", "Which way", "Outcome", "Agent", "Came of it"].map((title) => (
                  <Table.Th key={title} scope="col">
                    {title}
                  </Table.Th>
                ))}
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {contacts.map((one) => (
                <Table.Tr key={one.entry}>
                  <Table.Td className="figure">{instant(one.at)}</Table.Td>
                  <Table.Td>{plain(one.what)}</Table.Td>
                  <Table.Td>{plain(one.direction)}</Table.Td>
                  <Table.Td>{plain(one.outcome)}</Table.Td>
                  <Table.Td>{one.agent === "" ? "–" : one.agent}</Table.Td>
                  <Table.Td>{plain(one.disposition)}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
    </Block>
  );
}
