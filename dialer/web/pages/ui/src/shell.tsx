// The frame around every page: who is signed in, where one may go, light or dark.
import { ActionIcon, Alert, Anchor, AppShell, Button, Group, NavLink, Text, Title, useComputedColorScheme, useMantineColorScheme } from "@mantine/core";
import { lazy, type ReactNode, Suspense } from "react";

import type { Permission, Session } from "./api";
import { Showing } from "./demonstration";
import { addressOf, useRoute } from "./route";
import { SignedIn, SignIn, useMay, useSession, useSignOut } from "./session";
import { Empty, Failed, Loading } from "./states";

const FloorPage = lazy(() => import("./floor/FloorPage"));
const SearchPage = lazy(() => import("./accounts/SearchPage"));
const AccountPage = lazy(() => import("./accounts/AccountPage"));

const ReportsPage = lazy(() => import("./reports/ReportsPage"));
const CompliancePage = lazy(() => import("./compliance/CompliancePage"));
const AdministrationPage = lazy(() => import("./administration/AdministrationPage"));
const LawPage = lazy(() => import("./law/LawPage"));
const IntakePage = lazy(() => import("./intake/IntakePage"));

interface Place {
  name: string;
  title: string;
  /** One of them is enough. */
  needs: Permission[];
}

const PLACES: Place[] = [
  { name: "floor", title: "Floor", needs: ["watch the floor"] },
  { name: "accounts", title: "Accounts", needs: ["find persons by name, number or account"] },
  { name: "intake", title: "Intake", needs: ["edit accounts and files"] },
  { name: "reports", title: "Reports", needs: ["see what accounts and promises came to"] },
  { name: "compliance", title: "Compliance", needs: ["ask why a call was placed", "read who did what", "find recordings"] },
  { name: "law", title: "Law", needs: ["read the law and the licences"] },
  { name: "administration", title: "Administration", needs: ["manage accounts and tokens"] },
  { name: "sessions", title: "My sessions", needs: ["to be signed in"] },
];

/** The collectors' own page; whoever comes from here is signed in there. */
const DESK = "/phone/#session";

export function Application() {
  const session = useSession();
  if (session.isPending) return <Loading what="Looking who is signed in…" />;
  if (session.data === undefined) {
    return (
      <main>
        <Failed what="The dialer does not answer" error={session.error ?? new Error("")} again={() => void session.refetch()} />
      </main>
    );
  }
  if (session.data === null) return <SignIn />;
  return (
    <SignedIn value={session.data}>
      {/* One frame to a session: nothing that was typed or drawn for one is there for the next. */}
      <Frame key={`${session.data.account} ${session.data.csrf}`} session={session.data} isAway={session.isError} />
    </SignedIn>
  );
}

function Frame({ session, isAway }: { session: Session; isAway: boolean }) {
  const may = useMay();
  const [here, ...rest] = useRoute();
  const isSeated = may("use a phone of one's own");
  const places = PLACES.filter((place) => place.needs.some(may) && !(place.name === "sessions" && may("manage accounts and tokens")));
  const place = here === undefined ? places.find((one) => one.name !== "sessions") : places.find((one) => one.name === here);
  return (
    <AppShell header={{ height: 48 }} navbar={{ width: 180, breakpoint: "sm", collapsed: { mobile: true } }} padding="md">
      <AppShell.Header px="md">
        <Group h="100%" justify="space-between" wrap="nowrap">
          <Text fw={700}>Fairdial</Text>
          <Who session={session} />
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="xs" aria-label="Pages" visibleFrom="sm">
        {places.map((one) => (
          <NavLink key={one.name} href={addressOf(one.name)} label={one.title} active={one === place} aria-current={one === place ? "page" : undefined} variant="filled" />
        ))}
        {isSeated && <NavLink href={DESK} label="Desk" />}
      </AppShell.Navbar>
      <AppShell.Main>
        <Group component="nav" aria-label="Pages, small screen" gap="sm" mb="sm" hiddenFrom="sm">
          {places.map((one) => (
            <Anchor key={one.name} href={addressOf(one.name)} aria-current={one === place ? "page" : undefined} size="sm" underline="always">
              {one.title}
            </Anchor>
          ))}
          {isSeated && (
            <Anchor href={DESK} size="sm" underline="always">
              Desk
            </Anchor>
          )}
        </Group>
        <Showing session={session} />
        {isAway && <Alert color="red" role="alert" title="The dialer cannot be reached" mb="md">What is shown may be old. It is asked again by itself.</Alert>}
        {session.owes_factor ? <OwesFactor /> : <Suspense fallback={<Loading what="Opening…" />}>{pageOf(place, rest, here)}</Suspense>}
      </AppShell.Main>
    </AppShell>
  );
}

function pageOf(place: Place | undefined, rest: string[], here: string | undefined): ReactNode {
  if (place?.name === "floor") return <FloorPage />;
  if (place?.name === "accounts") return rest[0] === undefined ? <SearchPage /> : <AccountPage key={rest[0]} person={rest[0]} />;
  if (place?.name === "intake") return <IntakePage />;
  if (place?.name === "reports") return <ReportsPage />;
  if (place?.name === "compliance") return <CompliancePage />;
  if (place?.name === "law") return <LawPage />;
  if (place?.name === "administration" || place?.name === "sessions") return <AdministrationPage />;
  const isKnown = here === undefined;
  return (
    <>
      <PageTitle>{isKnown ? "Welcome" : "Not found"}</PageTitle>
      {isKnown ? (
        <Empty title="Nothing is here for your roles yet">Agents work at their desk, beside; everything else is reached by the commands and the API.</Empty>
      ) : (
        <Empty title="There is no such page for you">It may be that your roles do not show it. Ask an administrator.</Empty>
      )}
    </>
  );
}

function OwesFactor() {
  return (
    <Alert color="yellow" role="alert" title="Set up a second factor first">
      Your roles need one before you can do anything else.{" "}
      <Anchor href="/sign-in" inherit underline="always">
        Set it up
      </Anchor>
      , then come back here.
    </Alert>
  );
}

function Who({ session }: { session: Session }) {
  const { setColorScheme } = useMantineColorScheme();
  const isDark = useComputedColorScheme("light") === "dark";
  const leaving = useSignOut();
  return (
    <Group gap="sm" wrap="nowrap">
      <Text size="sm" visibleFrom="xs">
        <b>{session.account}</b> {session.roles.join(", ")}
      </Text>
      <ActionIcon variant="default" aria-label={isDark ? "Light colours" : "Dark colours"} onClick={() => setColorScheme(isDark ? "light" : "dark")}>
        {isDark ? "☀" : "☾"}
      </ActionIcon>
      <Button variant="default" loading={leaving.isPending} onClick={() => leaving.mutate()}>
        Sign out
      </Button>
    </Group>
  );
}

/** A page's own heading, which also names the browser's tab. */
export function PageTitle({ children, aside }: { children: string; aside?: ReactNode }) {
  return (
    <Group justify="space-between" mb="sm">
      <title>{`${children} · Fairdial`}</title>
      <Title order={1} size="h3">
        {children}
      </Title>
      {aside}
    </Group>
  );
}
