// Who is signed in, and signing in.
import { Alert, Anchor, Button, Center, Paper, PasswordInput, Stack, Text, TextInput, Title } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { createContext, type FormEvent, useContext, useEffect } from "react";

import { AskError, get, type Permission, post, type Session } from "./api";
import { Visitors } from "./demonstration";
import { began, KEY, otherTabs, signedIn, tellOtherTabs } from "./leaving";

/** Who is signed in; null = nobody. Asked anew when somebody comes back to the tab, or another tab changed it. */
export function useSession() {
  const client = useQueryClient();
  useEffect(() => otherTabs(() => void client.invalidateQueries({ queryKey: KEY })), [client]);
  return useQuery({
    queryKey: KEY,
    queryFn: async (): Promise<Session | null> => {
      try {
        return began(client, await get<Session>("/api/session/who"));
      } catch (error) {
        if (error instanceof AskError && error.status === 401) return began(client, null);
        throw error;
      }
    },
    staleTime: 60_000,
    refetchInterval: 60_000,
    refetchOnWindowFocus: "always",
  });
}

export const SignedIn = createContext<Session | null>(null);

/** Whether whoever looks may do this; the server asks again, whatever is shown. */
export function useMay(): (permission: Permission) => boolean {
  const session = useContext(SignedIn);
  return (permission) => session?.may.includes(permission) ?? false;
}

export function useSignOut() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => post<null>("/api/session/end"),
    onSettled: () => {
      // Nothing that was seen outlives the session, not even in this tab's memory.
      began(client, null);
      tellOtherTabs();
      window.location.hash = "";
      window.location.reload();
    },
  });
}

export function SignIn() {
  const client = useQueryClient();
  const signing = useMutation({
    mutationFn: (told: { account: string; password: string; code: string }) => post<Session>("/api/session", { body: told }),
    onSuccess: (session) => {
      client.setQueryData(KEY, signedIn(client, session));
      tellOtherTabs();
    },
  });

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const told = new FormData(event.currentTarget);
    const text = (name: string) => String(told.get(name) ?? "");
    signing.mutate({ account: text("account").trim(), password: text("password"), code: text("code").trim() });
  }

  return (
    <Center component="main" mih="100vh" p="md">
      <Stack align="center" maw="100%">
      <Visitors onSignedIn={(session) => {
        client.setQueryData(KEY, signedIn(client, session));
        tellOtherTabs();
      }} />
      <Paper withBorder p="xl" w={380} maw="100%">
        <form onSubmit={submit}>
          <Stack>
            <Title order={1} size="h2">
              Sign in to Fairdial
            </Title>
            {signing.isError && (
              <Alert color="red" role="alert" title="Not signed in">
                {signing.error.message}
              </Alert>
            )}
            <TextInput name="account" label="Account" autoComplete="username" autoCapitalize="none" required maxLength={100} />
            <PasswordInput
              name="password"
              label="Password"
              autoComplete="current-password"
              required
              maxLength={200}
              visibilityToggleButtonProps={{ "aria-label": "Show the password" }}
            />
            <TextInput
              name="code"
              label="Code of your authenticator"
              description="If you have one, or a recovery code"
              autoComplete="one-time-code"
              maxLength={40}
            />
            <Button type="submit" size="sm" loading={signing.isPending}>
              Sign in
            </Button>
            <Text size="sm">
              <Anchor href="/sign-in" underline="always">
                I have a one-time word, or sign in with the company&apos;s account
              </Anchor>
            </Text>
          </Stack>
        </form>
      </Paper>
      </Stack>
    </Center>
  );
}
