/** What runs beside the gate, wherever that runs: its deadlines, and the pager if one is configured. */
import { systemClock } from "../src/clock.ts";
import type { Bus } from "../src/bus/bus.ts";
import type { Diagnostics } from "../src/diagnostics.ts";
import type { Policy } from "../src/gate/policy.ts";
import { pagerGroup, startPaging } from "../src/seams/pager.ts";
import { startDeadlines } from "../schedules/deadlines.ts";
import type { Closers } from "./closers.ts";
import type { Config } from "./config.ts";

export interface GateWatch {
  /** Where only what is signed counts. */
  readonly bus: Bus;
  readonly policy: Policy;
  readonly diagnostics: Diagnostics;
  readonly open: Closers;
}

export async function startGateWatch({ pager }: Config, watch: GateWatch): Promise<void> {
  const { bus, policy, diagnostics, open } = watch;
  const deadlines = startDeadlines({ bus, policy, clock: systemClock, diagnostics });
  open.add(() => deadlines.close());
  if (pager === undefined) return;
  const { pagerWebhook, startAcknowledgements } = await import("../vendors/pager-webhook.ts");
  await bus.open([pagerGroup]);
  const { url, secret, acknowledgePort: port } = pager;
  const paging = startPaging({ bus, pager: pagerWebhook({ url, secret, clock: systemClock }), diagnostics });
  open.add(() => paging.close());
  if (port === undefined) return;
  const heard = await startAcknowledgements({ bus, port, secret, clock: systemClock });
  open.add(() => heard.close());
}
