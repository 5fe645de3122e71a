/** A gate card and its modal, as an app would send them. */
import type { KnownBlock, ModalView } from "@slack/types";

export const card = (label: string): KnownBlock[] => [
  { type: "section", text: { type: "mrkdwn", text: "*Isolate host FIN-WS-042*" } },
  {
    type: "actions",
    block_id: "gate",
    elements: [
      {
        type: "button",
        action_id: "gate.authorise",
        value: "g1",
        style: "primary",
        text: { type: "plain_text", text: label },
      },
      {
        type: "overflow",
        action_id: "gate.more",
        options: [
          { text: { type: "plain_text", text: "Edit" }, value: "edit" },
          { text: { type: "plain_text", text: "Snooze" }, value: "snooze" },
        ],
      },
    ],
  },
];

export const rejectModal: ModalView = {
  type: "modal",
  callback_id: "reject",
  private_metadata: "g1",
  notify_on_close: true,
  title: { type: "plain_text", text: "Reject" },
  submit: { type: "plain_text", text: "Reject" },
  blocks: [
    {
      type: "rich_text",
      elements: [
        {
          type: "rich_text_section",
          elements: [{ type: "text", text: "x".repeat(90), style: { code: true } }],
        },
      ],
    },
    {
      type: "input",
      block_id: "reason",
      label: { type: "plain_text", text: "Reason" },
      element: { type: "plain_text_input", action_id: "text", multiline: true },
    },
    {
      type: "input",
      block_id: "kind",
      optional: true,
      label: { type: "plain_text", text: "Kind" },
      element: {
        type: "static_select",
        action_id: "pick",
        options: [{ text: { type: "plain_text", text: "Wrong host" }, value: "host" }],
      },
    },
  ],
};
