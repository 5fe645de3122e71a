/** The Bolt app: transport and listeners, nothing else. The same app runs in Slack and in the local workspace. */
import type { App } from "@slack/bolt";
import type { Clock } from "../src/clock.ts";
import type { Diagnostics } from "../src/diagnostics.ts";
import { reasonOf } from "../src/errors.ts";
import { registerActions } from "./actions.ts";
import { HearingApp, type Arrivals } from "./arrivals.ts";
import { boltLogger } from "./bolt-logger.ts";
import { registerCommands, type CommandsOptions } from "./commands.ts";
import { callOptions, type Reach } from "./connection.ts";
import type { SlackDirectory } from "./directory.ts";
import type { HomeTab } from "./home-tab.ts";
import { ownAppOnly } from "./own-app.ts";
import { registerShortcuts } from "./shortcuts.ts";
import { signedHttp } from "./signed-http.ts";
import type { Sockets } from "./sockets.ts";
import { registerViews } from "./views.ts";

export interface AppOptions extends CommandsOptions {
  readonly reach: Reach;
  readonly home: HomeTab;
  readonly directory: SlackDirectory;
  readonly clock: Clock;
  readonly diagnostics: Diagnostics;
  readonly sockets: Sockets;
  /** What came in by any of the connections. */
  readonly arrivals: Arrivals;
}

/**
 * For asking Slack for a socket. It changes nothing there, so it is asked until it answers: Bolt's client takes one
 * refused connection for the end, and would hear of no click ever after.
 */
const reconnecting = {
  timeout: 5_000,
  retryConfig: {
    forever: true,
    factor: 2,
    minTimeout: 500,
    maxTimeout: 30_000,
    randomize: true,
    unref: true,
  },
};

/** Not started yet. */
export function buildApp(options: AppOptions): App {
  const { reach, clock, diagnostics, front, directory, sockets, arrivals } = options;
  const { credentials, apiUrl } = reach;
  const logger = boltLogger(diagnostics);
  const at = apiUrl === undefined ? {} : { slackApiUrl: apiUrl };
  const receiver =
    credentials.mode === "socket"
      ? sockets.receiver({
          appToken: credentials.appToken,
          logger,
          installerOptions: { clientOptions: { ...at, ...reconnecting } },
        })
      : signedHttp({ signingSecret: credentials.signingSecret, logger }, clock);
  const app = new HearingApp(
    {
      token: credentials.botToken,
      receiver,
      logger,
      clientOptions: { ...callOptions, ...at, timeout: 5_000 },
    },
    arrivals,
  );
  app.use(ownAppOnly(front.options.appId, diagnostics));
  registerActions(app, front);
  registerViews(app, front);
  registerCommands(app, options);
  registerShortcuts(app, front);
  options.home.register(app);
  const changed = (): Promise<void> => {
    directory.changed();
    return Promise.resolve();
  };
  app.event("subteam_members_changed", changed);
  app.event("subteam_updated", changed);
  app.event("user_change", changed);
  app.error((error) => {
    diagnostics.error({ error: reasonOf(error) }, "slack: a listener failed");
    return Promise.resolve();
  });
  return app;
}
