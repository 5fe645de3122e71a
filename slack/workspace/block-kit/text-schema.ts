/** Text, option and confirm objects of Block Kit, as strict as Slack is. */
import { z } from "zod";
import { LIMITS } from "../limits.ts";

/** Slack opens more schemes than these; here nothing but the web is ever a link. */
export const webUrl = z.url({ protocol: /^https?$/ }).max(LIMITS.url);

export const plainText = (max: number) =>
  z.strictObject({
    type: z.literal("plain_text"),
    text: z.string().min(1).max(max),
    emoji: z.boolean().optional(),
  });

export const mrkdwn = (max: number) =>
  z.strictObject({
    type: z.literal("mrkdwn"),
    text: z.string().min(1).max(max),
    verbatim: z.boolean().optional(),
  });

export const textObject = (max: number) => z.discriminatedUnion("type", [plainText(max), mrkdwn(max)]);

export const confirmObject = z.strictObject({
  title: plainText(LIMITS.confirmTitle),
  text: textObject(LIMITS.confirmText),
  confirm: plainText(LIMITS.confirmButton),
  deny: plainText(LIMITS.confirmButton),
  style: z.enum(["primary", "danger"]).optional(),
});

const optionOf = <T extends z.ZodType>(text: T) =>
  z.strictObject({
    text,
    value: z.string().min(1).max(LIMITS.optionValue),
    description: plainText(LIMITS.optionText).optional(),
    url: webUrl.optional(),
  });

export const plainOption = optionOf(plainText(LIMITS.optionText));
/** Radio buttons and checkboxes may word an option in mrkdwn. */
export const richOption = optionOf(textObject(LIMITS.optionText));

export const actionId = z.string().min(1).max(LIMITS.id).optional();
export const blockId = z.string().min(1).max(LIMITS.id).optional();

export type TextObject = z.infer<ReturnType<typeof textObject>>;
export type PlainText = z.infer<ReturnType<typeof plainText>>;
export type Option = z.infer<typeof richOption>;
export type Confirm = z.infer<typeof confirmObject>;
