/** Shows a form or a Home; in plainer blocks where Slack refuses a newer one in it. */
import type { HomeView, ModalView } from "@slack/types";
import type { WebClient } from "@slack/web-api";
import type { Diagnostics } from "../src/diagnostics.ts";
import { reasonOf } from "../src/errors.ts";
import { plainer } from "./plainer.ts";
import { platformError } from "./slack-errors.ts";

type Showing =
  | { readonly method: "views.open"; readonly to: { trigger_id: string }; readonly view: ModalView }
  | { readonly method: "views.publish"; readonly to: { user_id: string }; readonly view: HomeView };

/** Of a view Slack says `invalid_arguments`, whatever it does not take: once more, if there is something newer in it. */
export async function showView(
  { client, diagnostics }: { readonly client: Pick<WebClient, "apiCall">; readonly diagnostics: Diagnostics },
  { method, to, view }: Showing,
): Promise<void> {
  try {
    await client.apiCall(method, { ...to, view });
  } catch (error) {
    const blocks = platformError(error) === "invalid_arguments" ? plainer(view.blocks) : undefined;
    if (blocks === undefined) throw error;
    diagnostics.warn({ error: reasonOf(error), method }, "slack: a view is shown in plainer blocks");
    await client.apiCall(method, { ...to, view: { ...view, blocks } });
  }
}
