// Asks before something is done to the floor: what will happen, and why; the reason stands in the record.
import { Alert, Button, Group, Modal, Stack, Text, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { type FormEvent, type ReactNode, useState } from "react";

const MOST_OF_A_REASON = 200;

interface Props {
  title: string;
  effect: string;
  button: string;
  isGrave?: boolean;
  /** What is asked besides the reason. */
  children?: ReactNode;
  isComplete?: boolean;
  act: (reason: string) => Promise<unknown>;
  close: () => void;
}

export function Confirm({ title, effect, button, isGrave = false, children, isComplete = true, act, close }: Props) {
  const [reason, setReason] = useState("");
  const acting = useMutation({ mutationFn: act, onSuccess: close });
  const given = reason.trim();

  function submit(event: FormEvent) {
    event.preventDefault();
    if (given !== "" && isComplete) acting.mutate(given);
  }

  return (
    <Modal.Root opened onClose={close} centered transitionProps={{ duration: 0 }}>
      <Modal.Overlay />
      <Modal.Content>
        {/* A header of a dialog is no banner of the page. */}
        <Modal.Header role="presentation">
          <Modal.Title fw={600}>{title}</Modal.Title>
          <Modal.CloseButton aria-label="Close" />
        </Modal.Header>
        <Modal.Body>
          <form onSubmit={submit}>
            <Stack gap="sm">
              <Text size="sm">{effect}</Text>
              {children}
              <TextInput
                label="Reason"
                description="It is written down with your name."
                required
                maxLength={MOST_OF_A_REASON}
                value={reason}
                data-autofocus
                onChange={(event) => setReason(event.currentTarget.value)}
              />
              {acting.isError && (
                <Alert color="red" role="alert" title="It was not done">
                  {acting.error.message}
                </Alert>
              )}
              <Group justify="flex-end" gap="xs">
                <Button variant="default" onClick={close}>
                  Leave it
                </Button>
                <Button type="submit" color={isGrave ? "red" : "blue"} loading={acting.isPending} disabled={given === "" || !isComplete}>
                  {button}
                </Button>
              </Group>
            </Stack>
          </form>
        </Modal.Body>
      </Modal.Content>
    </Modal.Root>
  );
}
