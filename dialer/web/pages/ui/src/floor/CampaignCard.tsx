// One campaign: whether it dials and why, what is up, how much may still be abandoned.
import { Badge, Button, Group, Paper, SimpleGrid, Text, Title } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { type Campaign, type CampaignMove, type CampaignState, get, type Paced, post } from "../api";
import { useMay } from "../session";
import { CAMPAIGN_STATES, count, share } from "../words";
import { Confirm } from "./Confirm";
import { PacingDialog, pacingOf } from "./Pacing";
import { WhatIfDialog } from "./WhatIf";

interface Move {
  title: string;
  from: CampaignState[];
  effect: string;
}

const MOVES: Record<CampaignMove, Move> = {
  start: { title: "Start", from: ["idle", "paused"], effect: "It is dialed from now on, as fast as agents, law and limits allow." },
  pause: { title: "Pause", from: ["running"], effect: "Nothing more is launched. What rings and talks goes on; agents keep their seats." },
  drain: { title: "Drain", from: ["running", "paused"], effect: "Nothing more is launched; what rings is let to ring out, and then it stops. It cannot be started again on this floor." },
  stop: { title: "Stop", from: ["idle", "running", "paused", "draining"], effect: "What rings is hung up at once. Talks go on. It cannot be started again on this floor." },
};

export function CampaignCard({ campaign }: { campaign: Campaign }) {
  const may = useMay();
  const client = useQueryClient();
  const [move, setMove] = useState<CampaignMove | null>(null);
  const [isAsking, setIsAsking] = useState(false);
  const [isPacing, setIsPacing] = useState(false);
  const [isCalming, setIsCalming] = useState(false);
  const moves = (Object.keys(MOVES) as CampaignMove[]).filter((each) => MOVES[each].from.includes(campaign.state));
  return (
    <Paper withBorder p="sm" component="article" aria-label={`Campaign ${campaign.campaign}`}>
      <Group justify="space-between" mb={4}>
        <Title order={3} size="h5">
          {campaign.campaign}
        </Title>
        <Badge leftSection={<span aria-hidden className={`dot ${campaign.state === "running" ? "live" : "connecting"}`} />}>{CAMPAIGN_STATES[campaign.state]}</Badge>
      </Group>
      <Text size="sm" mb="xs">
        <b>{campaign.state === "running" ? "Why: " : "Why not: "}</b>
        {campaign.reason === "" ? "nothing has been decided yet" : campaign.reason}
      </Text>
      <Numbers campaign={campaign} />
      <Abandonment campaign={campaign} />
      {may("run campaigns") && (
        <Group gap="xs" mt="sm">
          {moves.map((each) => (
            <Button key={each} variant="default" onClick={() => setMove(each)}>
              {MOVES[each].title}
              <span className="away"> {campaign.campaign}</span>
            </Button>
          ))}
          <Button variant="default" onClick={() => setIsPacing(true)}>
            Pacing…<span className="away"> of {campaign.campaign}</span>
          </Button>
          {campaign.state === "running" && (
            <>
              <Button variant="default" onClick={() => setIsAsking(true)}>
                What if…<span className="away"> in {campaign.campaign}</span>
              </Button>
              <Button variant="default" onClick={() => setIsCalming(true)}>
                Progressive now<span className="away"> in {campaign.campaign}</span>
              </Button>
            </>
          )}
        </Group>
      )}
      {isAsking && <WhatIfDialog campaign={campaign.campaign} close={() => setIsAsking(false)} />}
      {isPacing && <PacingDialog campaign={campaign.campaign} close={() => setIsPacing(false)} />}
      {isCalming && (
        <Confirm
          title={`${campaign.campaign} progressive now?`}
          effect="From now on one call is placed for each free agent, and nobody is called whom nobody could take. What rings goes on. It is undone under Pacing."
          button="Progressive now"
          act={async (reason) => {
            await calmed(campaign.campaign, reason);
            await client.invalidateQueries({ queryKey: ["pacing", campaign.campaign] });
          }}
          close={() => setIsCalming(false)}
        />
      )}
      {move !== null && (
        <Confirm
          title={`${MOVES[move].title} ${campaign.campaign}?`}
          effect={MOVES[move].effect}
          button={MOVES[move].title}
          isGrave={move === "stop" || move === "drain"}
          act={(reason) => post(`/api/campaigns/${encodeURIComponent(campaign.campaign)}/${move}`, { reason })}
          close={() => setMove(null)}
        />
      )}
    </Paper>
  );
}

/** From whatever it is paced by now: nobody who is in a hurry reads a form. */
async function calmed(campaign: string, reason: string): Promise<void> {
  const { version } = await get<Paced>(pacingOf(campaign));
  await post(pacingOf(campaign), { body: { version, reason, policy: "progressive" }, reason });
}

function Numbers({ campaign }: { campaign: Campaign }) {
  const figures: [string, number | null][] = [
    ["Ringing", campaign.ringing],
    ["Waiting", campaign.waiting],
    ["Talking", campaign.talking],
    ["Agents held", campaign.reserved],
    ["Ready to dial", campaign.hopper],
    ["Leads left", campaign.leads_left],
  ];
  return (
    <SimpleGrid component="dl" cols={3} spacing={4} m={0}>
      {figures.map(([name, value]) => (
        <Group key={name} justify="space-between" gap={4} wrap="nowrap" pr="sm">
          <Text component="dt" size="xs">
            {name}
          </Text>
          <Text component="dd" m={0} size="sm" fw={600} className="figure">
            {count(value)}
          </Text>
        </Group>
      ))}
    </SimpleGrid>
  );
}

function Abandonment({ campaign }: { campaign: Campaign }) {
  const { abandoned, live_answers: answers, abandoned_per_live_answer: rate, headroom } = campaign;
  const isOver = headroom < 0 && answers > 0;
  return (
    <Text size="sm" mt="xs">
      Abandoned{" "}
      <b className="figure">
        {share(rate)}
      </b>{" "}
      ({count(abandoned)} of {count(answers)} live answers).{" "}
      {answers === 0 ? (
        "Nobody has answered yet."
      ) : isOver ? (
        <b className="grave">Over the limit by {(-headroom).toFixed(1)} calls.</b>
      ) : (
        <>
          Headroom: <b className="figure">{headroom.toFixed(1)}</b> calls before the limit.
        </>
      )}
    </Text>
  );
}
