// The states that every page has: nothing yet, nothing at all, something went wrong.
import { Alert, Button, Center, Loader, Stack, Text, Title } from "@mantine/core";
import type { ReactNode } from "react";

export function Loading({ what }: { what: string }) {
  return (
    <Center p="xl" role="status">
      <Loader size="sm" mr="sm" aria-hidden />
      <Text>{what}</Text>
    </Center>
  );
}

export function Failed({ what, error, again }: { what: string; error: Error; again?: () => void }) {
  return (
    <Alert color="red" role="alert" title={what} my="md">
      <Stack align="flex-start" gap="xs">
        <Text size="sm">{error.message}</Text>
        {again !== undefined && (
          <Button variant="default" onClick={again}>
            Try again
          </Button>
        )}
      </Stack>
    </Alert>
  );
}

export function Empty({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <Stack align="center" gap={4} p="xl" ta="center">
      <Title order={2} size="h5">
        {title}
      </Title>
      {children !== undefined && (
        <Text size="sm" maw={520}>
          {children}
        </Text>
      )}
    </Stack>
  );
}
