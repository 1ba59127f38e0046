// What only a demonstration has: be anybody with one click, and the floor slower or faster.
import { Alert, Button, Group, List, Paper, SimpleGrid, Slider, Stack, Text, Title } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { type Demonstration, get, post, type Session } from "./api";
import { Failed } from "./states";

const SHOWN = ["demonstration"];

/** Whether this is a demonstration: any other floor says so once, and is not asked again. */
export function useDemonstration(): Demonstration | null {
  const found = useQuery({ queryKey: SHOWN, queryFn: () => get<Demonstration>("/api/demonstration"), staleTime: Infinity, gcTime: Infinity });
  return found.data?.is_on ? found.data : null;
}

export function Visitors({ onSignedIn }: { onSignedIn: (session: Session) => void }) {
  const shown = useDemonstration();
  const being = useMutation({
    mutationFn: (role: string) => post<Session>("/api/demonstration/sign-in", { body: { role } }),
    onSuccess: (session, role) => {
      const page = shown?.roles.find((one) => one.role === role)?.page ?? "/";
      onSignedIn(session);
      if (page !== "/") window.location.assign(page);
    },
  });
  if (shown === null) return null;
  return (
    <Paper withBorder p="lg" w={920} maw="100%" component="section" aria-labelledby="visitors">
      <Title order={2} id="visitors">
        A floor to look at
      </Title>
      <Text mt="xs" mb="md">
        This is a demonstration. Nobody in it exists and nobody real is called; the day on its clock is made up, too. Be anybody with one click.
      </Text>
      {being.isError && <Failed what="Not signed in" error={being.error} />}
      <SimpleGrid cols={{ base: 1, sm: 2, md: 3 }}>
        {shown.roles.map((one) => (
          <Stack key={one.role} gap="xs">
            <Button size="sm" loading={being.isPending && being.variables === one.role} onClick={() => being.mutate(one.role)}>
              {one.title}
            </Button>
            <FirstMinutes steps={one.steps} />
          </Stack>
        ))}
      </SimpleGrid>
    </Paper>
  );
}

function FirstMinutes({ steps }: { steps: readonly string[] }) {
  return (
    <List type="ordered" size="sm" spacing={2}>
      {steps.map((step) => (
        <List.Item key={step}>{step}</List.Item>
      ))}
    </List>
  );
}

/** Over every page of a demonstration: what it is, its pace, the first five minutes of whoever looks. */
export function Showing({ session }: { session: Session }) {
  const shown = useDemonstration();
  const client = useQueryClient();
  const [moved, move] = useState<number | null>(null);
  const pacing = useMutation({
    scope: { id: "pace" }, // one after the other: the last that was chosen is the one that holds
    mutationFn: (factor: number) => post<Demonstration>("/api/demonstration/pace", { body: { factor } }),
    onSuccess: (told) => client.setQueryData(SHOWN, told),
    onError: () => move(null),
  });
  if (shown === null) return null;
  const factor = moved ?? shown.factor;
  const mine = shown.roles.find((one) => session.roles.includes(one.role));
  return (
    <Alert color="blue" role="note" title="A demonstration: nobody here exists, nobody real is called" mb="md">
      <Group gap="md" align="center">
        <Text size="sm" id="pace">
          Its clock runs {told(factor)}
        </Text>
        <Slider
          w={260}
          mb="lg"
          thumbProps={{ "aria-labelledby": "pace", "aria-valuetext": told(factor) }}
          label={null}
          min={stepOf(shown.slowest)}
          max={stepOf(shown.fastest)}
          step={0.5}
          value={stepOf(factor)}
          onChange={(step) => move(factorOf(step, shown))}
          onChangeEnd={(step) => pacing.mutate(factorOf(step, shown))}
          marks={[
            { value: stepOf(shown.slowest), label: "slower" },
            { value: 0, label: "real" },
            { value: stepOf(shown.fastest), label: "faster" },
          ]}
        />
      </Group>
      {pacing.isError && (
        <Text size="sm" className="grave" role="alert">
          {pacing.error.message}
        </Text>
      )}
      {mine !== undefined && (
        <details>
          <summary>Your first five minutes as {mine.title.toLowerCase()}</summary>
          <FirstMinutes steps={mine.steps} />
        </details>
      )}
    </Alert>
  );
}

/** The slider goes by doublings: from a quarter to twice is as far as from twice to sixteen times. */
const stepOf = (factor: number): number => Math.log2(factor);

function factorOf(step: number, { slowest, fastest }: Demonstration): number {
  return Math.min(Math.max(2 ** step, slowest), fastest);
}

function told(factor: number): string {
  return factor === 1 ? "in real time" : `${Number(factor.toPrecision(2))} times as fast as real time`;
}
