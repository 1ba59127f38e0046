// A table that scrolls by itself where the screen is narrow, with its empty state.
import { Table, Text } from "@mantine/core";
import type { ReactNode } from "react";

export interface Row {
  key: string;
  cells: ReactNode[];
}

interface Props {
  title: string;
  heads: string[];
  rows: Row[];
  /** Said where there are no rows: why, and what to do. */
  none: string;
  minWidth?: number;
}

export function Rows({ title, heads, rows, none, minWidth = 640 }: Props) {
  if (rows.length === 0) return <Text size="sm">{none}</Text>;
  return (
    <Table.ScrollContainer minWidth={minWidth} scrollAreaProps={{ viewportProps: { tabIndex: 0, "aria-label": title } }}>
      <Table verticalSpacing={4} aria-label={title}>
        <Table.Thead>
          <Table.Tr>
            {heads.map((head) => (
              <Table.Th key={head} scope="col">
                {head}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map((row) => (
            <Table.Tr key={row.key}>
              {row.cells.map((cell, place) => (
                // Cells have no name but their column.
                <Table.Td key={heads[place]} className="figure">
                  {cell}
                </Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
