// Who does what, and for how long. Whoever is in a state too long is marked, in words and in colour.
import { Button, Group, Select, Table, TextInput, Title, UnstyledButton } from "@mantine/core";
import { type ColumnDef, flexRender, getCoreRowModel, getFilteredRowModel, getSortedRowModel, type SortingState, useReactTable } from "@tanstack/react-table";
import { useMemo, useState } from "react";

import type { Agent, AgentState } from "../api";
import { useMay } from "../session";
import { Empty } from "../states";
import { AGENT_STATES, duration, LONG_AFTER_S } from "../words";
import { ListenDialog, PauseDialog } from "./AgentDialogs";

type Asked = { what: "listen" | "pause"; agent: string } | null;

const NONE: Agent[] = [];

/** Who needs somebody's eye first: lost phones, then who talks, and so on. */
const ORDER: AgentState[] = ["leg_lost", "talking", "wrapping", "reserved", "available", "not_ready", "logged_out"];

function isLong(agent: Agent): boolean {
  return agent.for_s >= LONG_AFTER_S[agent.state];
}

function columnsFor(ask: (asked: Asked) => void, mayListen: boolean, mayPause: boolean): ColumnDef<Agent>[] {
  const columns: ColumnDef<Agent>[] = [
    { id: "agent", header: "Agent", accessorFn: (row) => row.agent },
    {
      id: "state",
      header: "State",
      accessorFn: (row) => ORDER.indexOf(row.state),
      cell: ({ row: { original } }) => (
        <span className={`state ${original.state}`}>
          {AGENT_STATES[original.state]}
          {original.is_leaving ? ", wants a break" : ""}
        </span>
      ),
    },
    {
      id: "for",
      header: "For",
      accessorFn: (row) => row.for_s,
      cell: ({ row: { original } }) => (
        <Group gap={6} wrap="nowrap">
          <span className={isLong(original) ? "figure grave" : "figure"}>{duration(original.for_s)}</span>
          {isLong(original) && <span className="grave">long</span>}
        </Group>
      ),
    },
    { id: "campaign", header: "Campaign", accessorFn: (row) => row.campaign },
    { id: "why", header: "Why", accessorFn: (row) => row.notice || row.reason },
  ];
  if (mayListen || mayPause) {
    columns.push({
      id: "acts",
      header: "Actions",
      enableSorting: false,
      cell: ({ row: { original } }) => (
        <Group gap={4} wrap="nowrap">
          {mayListen && original.state === "talking" && (
            <Button variant="default" size="compact-xs" onClick={() => ask({ what: "listen", agent: original.agent })}>
              Listen<span className="away"> to {original.agent}</span>
            </Button>
          )}
          {mayPause && !original.is_leaving && original.state !== "not_ready" && original.state !== "logged_out" && (
            <Button variant="default" size="compact-xs" onClick={() => ask({ what: "pause", agent: original.agent })}>
              Pause<span className="away"> {original.agent}</span>
            </Button>
          )}
        </Group>
      ),
    });
  }
  return columns;
}

export function AgentTable({ agents }: { agents: Agent[] }) {
  const may = useMay();
  const [asked, ask] = useState<Asked>(null);
  const [sorting, setSorting] = useState<SortingState>([{ id: "state", desc: false }, { id: "for", desc: true }]);
  const [state, setState] = useState<string | null>(null);
  const [name, setName] = useState("");
  const mayListen = may("listen to talks");
  const mayPause = may("use a seat") && may("run campaigns");
  const columns = useMemo(() => columnsFor(ask, mayListen, mayPause), [mayListen, mayPause]);
  const shown = useMemo(() => (state === null ? agents : agents.filter((one) => one.state === state)), [agents, state]);
  const table = useReactTable({
    data: shown.length === 0 ? NONE : shown,
    columns,
    state: { sorting, globalFilter: name },
    onSortingChange: setSorting,
    getRowId: (row) => row.agent,
    getCoreRowModel: getCoreRowModel(),
    getSortedRowModel: getSortedRowModel(),
    getFilteredRowModel: getFilteredRowModel(),
    globalFilterFn: (row, _column, wanted: string) => `${row.original.agent} ${row.original.campaign}`.toLowerCase().includes(wanted.toLowerCase()),
  });
  const rows = table.getRowModel().rows;
  const states = ORDER.map((value) => ({ value, label: AGENT_STATES[value] }));

  return (
    <section aria-labelledby="agents">
      <Group justify="space-between" mb="xs">
        <Title order={2} size="h4" id="agents">
          Agents
        </Title>
        <Group gap="xs">
          <TextInput size="xs" aria-label="Agent or campaign" placeholder="Agent or campaign" value={name} onChange={(event) => setName(event.currentTarget.value)} />
          <Select size="xs" aria-label="State" placeholder="Every state" data={states} value={state} onChange={setState} clearable clearButtonProps={{ "aria-label": "Every state" }} comboboxProps={{ transitionProps: { duration: 0 } }} />
        </Group>
      </Group>
      {agents.length === 0 ? (
        <Empty title="No agent is on the floor">Nothing is dialed while nobody is ready. Agents log in at their phone page, or a program logs them in.</Empty>
      ) : rows.length === 0 ? (
        <Empty title="Nobody fits">Take the name or the state away to see everybody.</Empty>
      ) : (
        <Table.ScrollContainer minWidth={560} scrollAreaProps={{ viewportProps: { tabIndex: 0, "aria-label": "Agents" } }}>
          <Table verticalSpacing={4} aria-labelledby="agents">
            <Table.Thead>
              {table.getHeaderGroups().map((group) => (
                <Table.Tr key={group.id}>
                  {group.headers.map(({ id, column, getContext }) => {
                    const order = column.getIsSorted();
                    return (
                      <Table.Th key={id} scope="col" aria-sort={order === false ? "none" : order === "asc" ? "ascending" : "descending"}>
                        {column.getCanSort() ? (
                          <UnstyledButton fz="sm" fw={700} onClick={column.getToggleSortingHandler()}>
                            {flexRender(column.columnDef.header, getContext())}
                            <span aria-hidden>{order === false ? "" : order === "asc" ? " ↑" : " ↓"}</span>
                          </UnstyledButton>
                        ) : (
                          flexRender(column.columnDef.header, getContext())
                        )}
                      </Table.Th>
                    );
                  })}
                </Table.Tr>
              ))}
            </Table.Thead>
            <Table.Tbody>
              {rows.map((row) => (
                <Table.Tr key={row.id}>
                  {row.getVisibleCells().map((cell) => (
                    <Table.Td key={cell.id}>{flexRender(cell.column.columnDef.cell, cell.getContext())}</Table.Td>
                  ))}
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
      {asked?.what === "listen" && <ListenDialog agent={asked.agent} close={() => ask(null)} />}
      {asked?.what === "pause" && <PauseDialog agent={asked.agent} close={() => ask(null)} />}
    </section>
  );
}
