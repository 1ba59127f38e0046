// Stops all dialing, or lets it go on.
import { Button } from "@mantine/core";
import { useState } from "react";

import { post } from "../api";
import { useMay } from "../session";
import { Confirm } from "./Confirm";

export function RedButton({ isStopped }: { isStopped: boolean }) {
  const may = useMay();
  const [isAsked, setIsAsked] = useState(false);
  if (!may(isStopped ? "let the floor go on" : "stop the floor")) return null;
  const title = isStopped ? "Let the floor go on" : "Stop the floor";
  return (
    <>
      <Button color={isStopped ? "blue" : "red"} onClick={() => setIsAsked(true)}>
        {title}
      </Button>
      {isAsked && (
        <Confirm
          title={`${title}?`}
          effect={isStopped ? "Running campaigns are dialed again from now on." : "Nothing is launched anywhere and everything that rings is hung up. Talks go on."}
          button={title}
          isGrave={!isStopped}
          act={(reason) => (isStopped ? post("/api/floor/release", { reason }) : post("/api/floor/stop", { body: { reason }, reason }))}
          close={() => setIsAsked(false)}
        />
      )}
    </>
  );
}
