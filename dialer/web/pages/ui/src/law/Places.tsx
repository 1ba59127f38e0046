// What is covered where, and who answers by name for the rest: until somebody does, the gate denies there.
import { Button, Group, NativeSelect, Text, TextInput } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { get, post } from "../api";
import { Confirm } from "../floor/Confirm";
import { Rows } from "../Rows";
import { useMay } from "../session";
import { Failed, Loading } from "../states";
import { count, day, plain } from "../words";
import { Section } from "./Section";
import type { Bound, Place, Register } from "./shapes";

const SHOWN = [
  { value: "unsigned", label: "nobody answers for" },
  { value: "signed", label: "somebody answers for" },
  { value: "", label: "there are" },
];

type Asked = { place: Place; isSigning: boolean };

export function Places() {
  const may = useMay();
  const client = useQueryClient();
  const [which, show] = useState("unsigned");
  const [words, setWords] = useState("");
  const [asked, ask] = useState<Asked | null>(null);
  const [told, tell] = useState<Bound | null>(null);
  const found = useQuery({ queryKey: ["law", "register"], queryFn: () => get<Register>("/api/law/register") });
  const all = found.data?.jurisdictions ?? [];
  const places = all.filter(
    (one) => (which === "" || (which === "signed") === (one.signed_by !== null || one.extent === "complete")) && one.name.toLowerCase().includes(words.trim().toLowerCase()),
  );
  const changed = (bound: Bound) => {
    tell(bound);
    void client.invalidateQueries({ queryKey: ["law", "register"] });
  };
  return (
    <Section id="places" title="Places, and who answers for them">
      {found.isPending && <Loading what="Reading the register…" />}
      {found.isError && <Failed what="The register cannot be shown" error={found.error} again={() => void found.refetch()} />}
      {found.isSuccess && (
        <>
          <Text size="sm" mb="xs">
            <b className="figure">{count(found.data.primacy.primary)}</b> of <b className="figure">{count(found.data.primacy.values)}</b> values were read in the text itself; of those that let a call go{" "}
            <b className="figure">
              {count(found.data.primacy.letting_go_primary)} of {count(found.data.primacy.letting_go)}
            </b>
            . Where a place is not covered whole nobody is called until a named person answers for it.
          </Text>
          <Group align="flex-end" gap="sm" mb="sm">
            <NativeSelect label="Places that" data={SHOWN} value={which} onChange={(event) => show(event.currentTarget.value)} />
            <TextInput label="Place" placeholder="US-NY" value={words} onChange={(event) => setWords(event.currentTarget.value)} maxLength={60} autoComplete="off" />
          </Group>
          {told !== null && (
            <Text size="sm" role="status" mb="xs">
              Written down in {told.file}; it binds from {told.binds_from}.
            </Text>
          )}
          <Rows
            title="Places, and who answers for them"
            heads={["Place", "Covered", "Missing", "Rules", "Read", "Who answers", "Answer"]}
            none="No place is like that."
            minWidth={900}
            rows={places.map((one) => ({
              key: one.name,
              cells: [
                one.name,
                one.status === one.extent ? plain(one.status) : `${plain(one.status)}, ${one.extent}`,
                one.missing ?? "–",
                count(one.rules.length),
                `${plain(one.checked)}, ${day(one.checked_on)}`,
                one.signed_by === null ? "nobody" : `${one.signed_by}, ${day(one.dated ?? "")}`,
                may("sign for places and keep licences") ? (
                  <Button key="answer" variant="default" aria-label={`${one.signed_by === null ? "Answer for" : "Take back"} ${one.name}`} onClick={() => ask({ place: one, isSigning: one.signed_by === null })}>
                    {one.signed_by === null ? "Answer" : "Take back"}
                  </Button>
                ) : (
                  "–"
                ),
              ],
            }))}
          />
        </>
      )}
      {asked !== null && <Answer key={asked.place.name} asked={asked} done={changed} close={() => ask(null)} />}
    </Section>
  );
}

function Answer({ asked, done, close }: { asked: Asked; done: (bound: Bound) => void; close: () => void }) {
  const { place, isSigning } = asked;
  const [by, setBy] = useState("");
  const act = async (reason: string) => {
    const path = isSigning ? "signatures" : "withdrawals";
    const body = isSigning ? { places: [place.name], by: by.trim() } : { places: [place.name] };
    done(await post<Bound>(`/api/law/register/${path}`, { body, reason }));
  };
  const effect = isSigning
    ? `From the floor's next start people in ${place.name} are called by the rules that are loaded. Missing: ${place.missing ?? "nothing that is known"}.`
    : `From the floor's next start nobody in ${place.name} is called.`;
  return (
    <Confirm title={isSigning ? `Answer for ${place.name}` : `Take back the answer for ${place.name}`} effect={effect} button={isSigning ? "I answer for it" : "Take back"} isGrave={isSigning} isComplete={!isSigning || by.trim() !== ""} act={act} close={close}>
      {isSigning && <TextInput label="Who answers" description="Name and office" required value={by} onChange={(event) => setBy(event.currentTarget.value)} maxLength={200} />}
    </Confirm>
  );
}
