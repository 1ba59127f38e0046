// One recording, heard: faster or slower, with what its call came to beside it.
import { Anchor, Badge, Group, Modal, NativeSelect, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";

import { type Account, get, type RecordingPage } from "../api";
import { addressOf } from "../route";
import { useMay } from "../session";
import { Failed } from "../states";
import { duration, instant, plain } from "../words";

export type Recording = RecordingPage["recordings"][number];

const PACES = ["0.75", "1", "1.25", "1.5", "2"];

/** What is heard, and by whom, is in the record; nothing of it stays in the browser. */
export function Player({ recording, close }: { recording: Recording; close: () => void }) {
  const heard = useRef<HTMLAudioElement>(null);
  const [pace, setPace] = useState("1");
  const [isMute, setMute] = useState(false);
  const source = `/api/recordings/${encodeURIComponent(recording.attempt)}/sound`;
  // The player says only that nothing came: why not is asked for.
  const refusal = useQuery({ queryKey: ["sound", recording.attempt], queryFn: () => get<unknown>(source), enabled: isMute, retry: false });
  useEffect(() => {
    if (heard.current !== null) heard.current.playbackRate = Number(pace);
  }, [pace]);
  return (
    <Modal.Root opened onClose={close} size="lg" centered transitionProps={{ duration: 0 }}>
      <Modal.Overlay />
      <Modal.Content>
        {/* A header of a dialog is no banner of the page. */}
        <Modal.Header role="presentation">
          <Modal.Title fw={600}>Call {recording.attempt}</Modal.Title>
          <Modal.CloseButton aria-label="Close" />
        </Modal.Header>
        <Modal.Body>
          <Stack gap="sm">
            <audio ref={heard} className="player" controls controlsList="nodownload" preload="metadata" src={source} aria-label="The recording: left the person, right what they heard" onError={() => setMute(true)} />
            {isMute && <Failed what="It cannot be heard" error={refusal.error ?? new Error("The browser cannot play it.")} />}
            <Group gap="md" align="flex-end">
              <NativeSelect label="Pace" data={PACES.map((value) => ({ value, label: `${value} ×` }))} value={pace} onChange={(event) => setPace(event.currentTarget.value)} />
              <Text size="sm">Left is the person, right what they heard.</Text>
            </Group>
            <About recording={recording} />
          </Stack>
        </Modal.Body>
      </Modal.Content>
    </Modal.Root>
  );
}

function About({ recording }: { recording: Recording }) {
  const may = useMay();
  const maySee = may("find persons by name, number or account");
  const found = useQuery({ queryKey: ["account", recording.person], queryFn: () => get<Account>(`/api/persons/${encodeURIComponent(recording.person)}/account`), enabled: maySee });
  const came = found.data?.account?.contacts.find((one) => one.entry === recording.attempt);
  const told: [string, string][] = [
    ["Placed", instant(recording.launched_at)],
    ["Length", duration(recording.seconds)],
    ["Agent", recording.agent ?? "–"],
    ["Campaign", recording.campaign],
    ["Notice", recording.notice_spoken_at === null ? "none was spoken" : `spoken ${instant(recording.notice_spoken_at)}`],
    ...(came === undefined ? [] : ([["Outcome", plain(came.outcome)], ["Came of it", plain(came.disposition)]] as [string, string][])),
  ];
  return (
    <>
      <dl className="facts">
        {told.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd className="figure">{value}</dd>
          </div>
        ))}
      </dl>
      <Group gap="sm">
        {recording.objected_at !== null && <Badge>objected {instant(recording.objected_at)}: the recording ended</Badge>}
        {maySee && (
          <Anchor size="sm" underline="always" href={addressOf("accounts", recording.person)}>
            The account
          </Anchor>
        )}
      </Group>
    </>
  );
}
