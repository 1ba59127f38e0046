// What goes back to clients by itself: files at their times, webhooks as it comes; what waits, and why.
import { Button, Paper, Stack, Text, Title } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { get, post, type Delivering } from "../api";
import { Rows } from "../Rows";
import { Failed, Loading } from "../states";
import { count, instant } from "../words";

const LOOK_MS = 5_000;

export function Deliveries() {
  const found = useQuery({ queryKey: ["deliveries"], queryFn: () => get<Delivering>("/api/deliveries"), refetchInterval: LOOK_MS });
  return (
    <Paper withBorder p="sm" component="section" aria-labelledby="deliveries">
      <Title order={2} size="h5" id="deliveries" mb="xs">
        What goes back to clients by itself
      </Title>
      {found.isPending && <Loading what="Looking…" />}
      {found.isError && <Failed what="It cannot be told" error={found.error} again={() => void found.refetch()} />}
      {found.isSuccess && (
        <Stack gap="md">
          <Rows
            title="Files"
            heads={["File", "Client", "Last", "Next", "What is wrong", "At once"]}
            none="No file goes out by itself: fairdial-deliveries.toml says which, where and when."
            minWidth={900}
            rows={found.data.deliveries.map((one) => ({
              key: one.name,
              cells: [
                <Stack key="name" gap={0}>
                  <Text size="sm">{one.name}</Text>
                  <Text size="xs" style={{ overflowWrap: "anywhere" }}>
                    to {one.place}
                  </Text>
                </Stack>,
                one.client,
                one.last === null ? "nothing yet" : <Told key="last" what={one.last.file} more={instant(one.last.at)} />,
                one.waits === "" ? instant(one.next_at) : <Told key="waits" what={one.waits} more="waits" />,
                one.trouble === "" ? "" : <Text key="trouble" size="sm" fw={600} style={{ overflowWrap: "anywhere" }}>{one.trouble}</Text>,
                <Change key="now" path={`/api/deliveries/${encodeURIComponent(one.name)}/now`} word={one.is_asked ? "Asked for" : "Deliver now"} what={one.name} disabled={one.is_asked} />,
              ],
            }))}
          />
          {found.data.webhooks.length > 0 && (
            <Rows
              title="Webhooks"
              heads={["Webhook", "Clients", "Sent", "Waiting", "Put aside", "Why it waits", "What to do"]}
              none=""
              minWidth={900}
              rows={found.data.webhooks.map((one) => ({
                key: one.name,
                cells: [
                  one.name,
                  one.clients.join(", "),
                  count(one.sent),
                  one.oldest === null ? count(one.waiting) : `${count(one.waiting)}, since ${instant(one.oldest)}`,
                  count(one.put_aside),
                  one.why,
                  one.put_aside > 0 && <Change key="again" path={`/api/webhooks/${encodeURIComponent(one.name)}/again`} word="Send once more" what={one.name} />,
                ],
              }))}
            />
          )}
        </Stack>
      )}
    </Paper>
  );
}

function Told({ what, more }: { what: string; more: string }) {
  return (
    <Stack gap={0}>
      <Text size="sm" style={{ overflowWrap: "anywhere" }}>
        {what}
      </Text>
      <Text size="xs">{more}</Text>
    </Stack>
  );
}

function Change({ path, word, what, disabled = false }: { path: string; word: string; what: string; disabled?: boolean }) {
  const client = useQueryClient();
  const change = useMutation({ mutationFn: () => post(path), onSettled: () => client.invalidateQueries({ queryKey: ["deliveries"] }) });
  return (
    <>
      <Button size="compact-sm" variant="default" loading={change.isPending} disabled={disabled} aria-label={`${word}: ${what}`} onClick={() => change.mutate()}>
        {word}
      </Button>
      {change.isError && (
        <Text size="sm" role="alert">
          {change.error.message}
        </Text>
      )}
    </>
  );
}
