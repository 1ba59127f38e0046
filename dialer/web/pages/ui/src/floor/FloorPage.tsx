// The floor of this second: what is wrong, what dials and why, who talks.
import { Alert, Badge, Group, Paper, SimpleGrid, Stack, Text, Title } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";

import { askHealth, type Floor } from "../api";
import { PageTitle } from "../shell";
import { Empty, Loading } from "../states";
import { count } from "../words";
import { AgentTable } from "./AgentTable";
import { alarmsOf } from "./alarms";
import { CampaignCard } from "./CampaignCard";
import { Chart } from "./Chart";
import { RedButton } from "./RedButton";
import { type Link, useLiveFloor } from "./live";

export default function FloorPage() {
  const client = useQueryClient();
  const { link, floor, history } = useLiveFloor(() => void client.invalidateQueries({ queryKey: ["session"] }));
  const aside = (
    <Group gap="xs">
      <LinkState link={link} />
      {floor !== null && <RedButton isStopped={floor.is_floor_stopped} />}
    </Group>
  );
  return (
    <>
      <PageTitle aside={aside}>Floor</PageTitle>
      {link === "lost" && (
        <Alert color="red" role="alert" title="The connection is lost" mb="sm">
          {floor === null ? "Nothing has been heard yet." : "What is shown is the last that was heard; calls go on without this page."} It connects again by itself.
        </Alert>
      )}
      {floor === null ? <Loading what="Waiting for the floor…" /> : <Present floor={floor} history={<Chart history={history} />} isOld={link !== "live"} />}
    </>
  );
}

function LinkState({ link }: { link: Link }) {
  const words = { connecting: "Connecting…", live: "Live", lost: "Connection lost" }[link];
  return (
    <Badge role="status" leftSection={<span aria-hidden className={`dot ${link}`} />}>
      {words}
    </Badge>
  );
}

function Present({ floor, history, isOld }: { floor: Floor; history: React.ReactNode; isOld: boolean }) {
  const health = useQuery({ queryKey: ["health"], queryFn: askHealth, refetchInterval: 5_000 });
  const alarms = alarmsOf(floor, health.data, health.isError ? health.error.message : "");
  return (
    <Stack gap="md" className={isOld ? "old" : ""}>
      <Figures floor={floor} />
      {alarms.length > 0 && (
        <section aria-label="Alarms">
          <Stack gap="xs">
            {alarms.map((alarm) => (
              <Alert key={alarm.title} color={alarm.isGrave ? "red" : "yellow"} title={alarm.title} p="xs">
                {alarm.mend}
              </Alert>
            ))}
          </Stack>
        </section>
      )}
      <section aria-labelledby="campaigns">
        <Title order={2} size="h4" id="campaigns" mb="xs">
          Campaigns
        </Title>
        {floor.campaigns.length === 0 ? (
          <Empty title="No campaign is on this floor">Campaigns come from the floor&apos;s settings when it starts.</Empty>
        ) : (
          <SimpleGrid cols={{ base: 1, lg: 2, xl: 3 }} spacing="sm">
            {floor.campaigns.map((campaign) => (
              <CampaignCard key={campaign.campaign} campaign={campaign} />
            ))}
          </SimpleGrid>
        )}
      </section>
      <section aria-labelledby="over-time">
        <Title order={2} size="h4" id="over-time" mb="xs">
          The last minutes
        </Title>
        <Paper withBorder p="xs">
          {history}
        </Paper>
      </section>
      <AgentTable agents={floor.agents} />
    </Stack>
  );
}

function Figures({ floor }: { floor: Floor }) {
  const of = (...states: string[]) => floor.agents.filter((agent) => states.includes(agent.state)).length;
  const sum = (what: "ringing" | "waiting" | "in_flight") => floor.campaigns.reduce((all, one) => all + one[what], 0);
  const longest = Math.max(0, ...floor.inbound.map((call) => (call.agent === null ? (call.waited_s ?? 0) : 0)));
  const figures: [string, string][] = [
    ["Agents", count(floor.agents.length - of("logged_out"))],
    ["Talking", count(of("talking"))],
    ["Waiting for a call", count(of("available", "reserved"))],
    ["Wrap-up", count(of("wrapping"))],
    ["Paused", count(of("not_ready"))],
    ["Calls ringing", count(sum("ringing"))],
    ["Persons waiting", count(sum("waiting"))],
    ["Callers in line", floor.inbound.length === 0 ? "0" : `${count(floor.inbound.filter((call) => call.state === "waiting").length)}, ${Math.round(longest)} s`],
  ];
  return (
    <SimpleGrid component="dl" cols={{ base: 2, xs: 4, md: 8 }} spacing="xs" m={0} aria-label="The floor in figures">
      {figures.map(([name, value]) => (
        <Paper withBorder p="xs" key={name}>
          <Text component="dt" size="xs">
            {name}
          </Text>
          <Text component="dd" m={0} fz={24} fw={600} className="figure">
            {value}
          </Text>
        </Paper>
      ))}
    </SimpleGrid>
  );
}
