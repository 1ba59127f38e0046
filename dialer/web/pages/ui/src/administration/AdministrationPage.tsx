// Who may sign in, as what and inside which walls; one's own sessions.
import { Alert, Button, Checkbox, Code, Group, Paper, Stack, Text, TextInput, Title } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";

import { get, type LinkView, type OwnSession, post, type Role, type User } from "../api";
import { Confirm } from "../floor/Confirm";
import { Rows } from "../Rows";
import { useMay } from "../session";
import { PageTitle } from "../shell";
import { Failed, Loading } from "../states";
import { instant, plain } from "../words";

const ROLES: Role[] = ["agent", "supervisor", "qa", "analyst", "compliance", "administrator", "clerk", "watcher"];
const ACCOUNTS = ["accounts"];

export default function AdministrationPage() {
  const may = useMay();
  return (
    <>
      <PageTitle>{may("manage accounts and tokens") ? "Administration" : "My sessions"}</PageTitle>
      <Stack gap="md">
        {may("manage accounts and tokens") && <Accounts />}
        <Sessions />
      </Stack>
    </>
  );
}

function Accounts() {
  const found = useQuery({ queryKey: ACCOUNTS, queryFn: () => get<User[]>("/api/accounts") });
  const [changed, change] = useState<User | null>(null);
  const [act, setAct] = useState<{ user: User; what: Act } | null>(null);
  const [link, setLink] = useState<LinkView | null>(null);
  return (
    <Paper withBorder p="sm" component="section" aria-labelledby="accounts">
      <Title order={2} size="h5" id="accounts" mb="xs">
        Accounts
      </Title>
      {link !== null && <OneTimeWord link={link} />}
      {found.isPending && <Loading what="Reading the accounts…" />}
      {found.isError && <Failed what="The accounts cannot be shown" error={found.error} again={() => void found.refetch()} />}
      {found.isSuccess && (
        <Rows
          title="Accounts"
          heads={["Account", "Roles", "Sees", "Seat", "Second factor", "State", "Change"]}
          none="There is no account: `fairdial user add` makes the first."
          minWidth={900}
          rows={found.data.map((user) => ({
            key: user.account,
            cells: [
              user.title === "" ? user.account : `${user.account} (${user.title})`,
              user.roles.join(", "),
              wallsTold(user.walls),
              user.agent ?? "–",
              user.has_second_factor ? "yes" : "no",
              user.is_disabled ? "disabled" : user.has_password ? "may sign in" : "has no password yet",
              <Group gap={4} wrap="nowrap" key="acts">
                <Button size="compact-xs" variant="default" onClick={() => change(user)}>
                  Rights<span className="away"> of {user.account}</span>
                </Button>
                {ACTS.map((what) => (
                  <Button key={what.title} size="compact-xs" variant="default" onClick={() => setAct({ user, what })}>
                    {what.titleOf(user)}
                    <span className="away"> of {user.account}</span>
                  </Button>
                ))}
              </Group>,
            ],
          }))}
        />
      )}
      <NewAccount made={setLink} />
      {changed !== null && <RightsDialog user={changed} close={() => change(null)} />}
      {act !== null && <ActDialog user={act.user} what={act.what} close={() => setAct(null)} gave={setLink} />}
    </Paper>
  );
}

function wallsTold(walls: Record<string, unknown>): string {
  if (walls["all"] === true) return "everything";
  const names = (what: string) => (Array.isArray(walls[what]) ? (walls[what] as string[]) : []);
  const inside = [...names("clients").map((one) => `client ${one}`), ...names("campaigns").map((one) => `campaign ${one}`)];
  return inside.length === 0 ? "nothing" : inside.join(", ");
}

function OneTimeWord({ link }: { link: LinkView }) {
  return (
    <Alert color="blue" role="status" title={`The one-time word of ${link.account}`} mb="sm">
      <Text size="sm">
        Give it to them, and to nobody else: with it they set a password at /sign-in, once, within a day. It is not shown again.
      </Text>
      <Code block mt={4}>
        {link.link}
      </Code>
    </Alert>
  );
}

function split(text: string): string[] {
  return text
    .split(",")
    .map((one) => one.trim())
    .filter((one) => one !== "");
}

interface Wanted {
  roles: Role[];
  all: boolean;
  clients: string;
  campaigns: string;
}

function RightsFields({ wanted, set }: { wanted: Wanted; set: (wanted: Wanted) => void }) {
  return (
    <>
      <Checkbox.Group label="Roles" value={wanted.roles} onChange={(roles) => set({ ...wanted, roles: roles as Role[] })}>
        <Group gap="sm" mt={4}>
          {ROLES.map((role) => (
            <Checkbox key={role} value={role} label={plain(role)} />
          ))}
        </Group>
      </Checkbox.Group>
      <Checkbox label="Sees everything" checked={wanted.all} onChange={(event) => set({ ...wanted, all: event.currentTarget.checked })} />
      <TextInput label="Clients they see" description="With commas between; nothing where they see everything" disabled={wanted.all} value={wanted.clients} onChange={(event) => set({ ...wanted, clients: event.currentTarget.value })} />
      <TextInput label="Campaigns they see" disabled={wanted.all} value={wanted.campaigns} onChange={(event) => set({ ...wanted, campaigns: event.currentTarget.value })} />
    </>
  );
}

const wallsOf = (wanted: Wanted) => ({ all: wanted.all, clients: wanted.all ? [] : split(wanted.clients), campaigns: wanted.all ? [] : split(wanted.campaigns) });

function NewAccount({ made }: { made: (link: LinkView) => void }) {
  const client = useQueryClient();
  const [wanted, set] = useState<Wanted>({ roles: [], all: false, clients: "", campaigns: "" });
  const making = useMutation({
    mutationFn: (body: object) => post<LinkView>("/api/accounts", { body }),
    onSuccess: (link) => {
      made(link);
      void client.invalidateQueries({ queryKey: ACCOUNTS });
    },
  });

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const told = new FormData(event.currentTarget);
    const text = (name: string) => String(told.get(name) ?? "").trim();
    making.mutate({ account: text("account"), title: text("title"), agent: text("agent") === "" ? null : text("agent"), roles: wanted.roles, walls: wallsOf(wanted) });
  }

  return (
    <details>
      <summary>A new account</summary>
      <form onSubmit={submit} aria-label="A new account">
        <Stack gap="sm" maw={520} mt="xs">
          <TextInput name="account" label="Name to sign in with" required maxLength={100} autoComplete="off" />
          <TextInput name="title" label="Full name" maxLength={200} autoComplete="off" />
          <TextInput name="agent" label="Seat" description="For an agent: the name under which they sit on the floor" maxLength={200} autoComplete="off" />
          <RightsFields wanted={wanted} set={set} />
          {making.isError && <Failed what="It was not made" error={making.error} />}
          <Button type="submit" loading={making.isPending} disabled={wanted.roles.length === 0}>
            Make the account
          </Button>
        </Stack>
      </form>
    </details>
  );
}

function RightsDialog({ user, close }: { user: User; close: () => void }) {
  const client = useQueryClient();
  const names = (what: string) => (Array.isArray(user.walls[what]) ? (user.walls[what] as string[]).join(", ") : "");
  const [wanted, set] = useState<Wanted>({ roles: user.roles as Role[], all: user.walls["all"] === true, clients: names("clients"), campaigns: names("campaigns") });
  return (
    <Confirm
      title={`Rights of ${user.account}`}
      effect="They bind at once, also while they are signed in."
      button="Change"
      isComplete={wanted.roles.length > 0}
      act={async (reason) => {
        await post(`/api/accounts/${encodeURIComponent(user.account)}/rights`, { body: { roles: wanted.roles, walls: wallsOf(wanted) }, reason });
        await client.invalidateQueries({ queryKey: ACCOUNTS });
      }}
      close={close}
    >
      <RightsFields wanted={wanted} set={set} />
    </Confirm>
  );
}

interface Act {
  title: string;
  titleOf: (user: User) => string;
  effect: (user: User) => string;
  path: string;
  body?: (user: User) => object;
  isGrave: boolean;
}

const ACTS: Act[] = [
  { title: "word", titleOf: () => "New word", effect: () => "A one-time word with which they set a new password; earlier words are void.", path: "link", isGrave: false },
  { title: "factor", titleOf: () => "Lost factor", effect: () => "See first who it is that asks. Their second factor goes, their password with it, and every session.", path: "lost-factor", isGrave: true },
  {
    title: "disable",
    titleOf: (user) => (user.is_disabled ? "Enable" : "Disable"),
    effect: (user) => (user.is_disabled ? "They may sign in again." : "Every session of theirs ends at once, and none begins."),
    path: "rights",
    body: (user) => ({ is_disabled: !user.is_disabled }),
    isGrave: true,
  },
];

function ActDialog({ user, what, close, gave }: { user: User; what: Act; close: () => void; gave: (link: LinkView) => void }) {
  const client = useQueryClient();
  return (
    <Confirm
      title={`${what.titleOf(user)}: ${user.account}?`}
      effect={what.effect(user)}
      button={what.titleOf(user)}
      isGrave={what.isGrave}
      act={async (reason) => {
        const said = await post<LinkView | User>(`/api/accounts/${encodeURIComponent(user.account)}/${what.path}`, { ...(what.body === undefined ? {} : { body: what.body(user) }), reason });
        if ("link" in said) gave(said);
        await client.invalidateQueries({ queryKey: ACCOUNTS });
      }}
      close={close}
    />
  );
}

function Sessions() {
  const client = useQueryClient();
  const found = useQuery({ queryKey: ["own-sessions"], queryFn: () => get<OwnSession[]>("/api/session/all") });
  const ending = useMutation({
    mutationFn: (session: string) => post(`/api/session/all/${encodeURIComponent(session)}/end`),
    onSettled: () => client.invalidateQueries({ queryKey: ["own-sessions"] }),
  });
  return (
    <Paper withBorder p="sm" component="section" aria-labelledby="sessions">
      <Title order={2} size="h5" id="sessions" mb="xs">
        Where I am signed in
      </Title>
      {found.isPending && <Loading what="Reading the sessions…" />}
      {found.isError && <Failed what="They cannot be shown" error={found.error} again={() => void found.refetch()} />}
      {ending.isError && <Failed what="It was not ended" error={ending.error} />}
      {found.isSuccess && (
        <Rows
          title="Where I am signed in"
          heads={["Since", "Last used", "From", "End"]}
          none="Nowhere."
          rows={found.data.map((one) => ({
            key: one.session,
            cells: [
              instant(one.began_at),
              instant(one.seen_at),
              one.address,
              one.is_this ? (
                "this one"
              ) : (
                <Button key="end" size="compact-xs" variant="default" loading={ending.isPending && ending.variables === one.session} onClick={() => ending.mutate(one.session)}>
                  End it<span className="away">, from {one.address}</span>
                </Button>
              ),
            ],
          }))}
        />
      )}
    </Paper>
  );
}
