import "@mantine/core/styles.css";
import "./style.css";

import { createTheme, MantineProvider } from "@mantine/core";
import { MutationCache, QueryCache, QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { setNonce } from "get-nonce";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";

import { AskError } from "./api";
import { KEY } from "./leaving";
import { Application } from "./shell";

const nonce = document.querySelector<HTMLMetaElement>('meta[name="style-nonce"]')?.content ?? "";
setNonce(nonce);

const theme = createTheme({
  primaryColor: "blue",
  primaryShade: 8,
  defaultRadius: "sm",
  fontFamily: "system-ui, sans-serif",
  respectReducedMotion: true,
  components: {
    Badge: { defaultProps: { variant: "default", tt: "none", fw: 600 } },
    Button: { defaultProps: { size: "xs" } },
  },
});

/** A session that ended is known by the first refusal: what is shown goes at once, and the sign-in comes. */
function refused(error: Error): void {
  if (error instanceof AskError && error.status === 401) void client.invalidateQueries({ queryKey: KEY });
}

const client: QueryClient = new QueryClient({
  queryCache: new QueryCache({ onError: refused }),
  mutationCache: new MutationCache({ onError: refused }),
  defaultOptions: {
    queries: {
      // A refusal is an answer: only what did not come through is asked again.
      retry: (failures, error) => failures < 2 && error instanceof AskError && (error.status === 0 || error.status === 503),
      staleTime: 5_000,
      // What was seen of a person is not kept when nobody looks at it any more.
      gcTime: 60_000,
    },
  },
});

const root = document.getElementById("root");
if (root === null) throw new Error("the page has no root");
createRoot(root).render(
  <StrictMode>
    <MantineProvider theme={theme} defaultColorScheme="auto" getStyleNonce={() => nonce}>
      <QueryClientProvider client={client}>
        <Application />
      </QueryClientProvider>
    </MantineProvider>
  </StrictMode>,
);
