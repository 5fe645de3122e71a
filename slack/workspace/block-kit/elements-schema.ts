/** The interactive elements of Block Kit that this workspace draws and lets people use. */
import { z } from "zod";
import { LIMITS } from "../limits.ts";
import { actionId, confirmObject, plainOption, plainText, richOption, webUrl } from "./text-schema.ts";

const placeholder = plainText(LIMITS.placeholder).optional();
const focus = z.boolean().optional();
const confirm = confirmObject.optional();
const userId = z.string().regex(/^[UW][A-Z0-9]+$/);

const button = z.strictObject({
  type: z.literal("button"),
  text: plainText(LIMITS.buttonText),
  action_id: actionId,
  url: webUrl.optional(),
  value: z.string().max(LIMITS.buttonValue).optional(),
  style: z.enum(["primary", "danger"]).optional(),
  confirm,
  accessibility_label: z.string().max(LIMITS.buttonText).optional(),
});

const staticSelect = z
  .strictObject({
    type: z.literal("static_select"),
    action_id: actionId,
    placeholder,
    options: z.array(plainOption).min(1).max(LIMITS.options).optional(),
    option_groups: z
      .array(
        z.strictObject({
          label: plainText(LIMITS.optionText),
          options: z.array(plainOption).min(1).max(LIMITS.options),
        }),
      )
      .min(1)
      .max(LIMITS.options)
      .optional(),
    initial_option: plainOption.optional(),
    confirm,
    focus_on_load: focus,
  })
  .refine((select) => (select.options === undefined) !== (select.option_groups === undefined), {
    message: "must have exactly one of `options` and `option_groups`",
  });

const overflow = z.strictObject({
  type: z.literal("overflow"),
  action_id: actionId,
  options: z.array(plainOption).min(1).max(LIMITS.overflowOptions),
  confirm,
});

const usersSelect = z.strictObject({
  type: z.literal("users_select"),
  action_id: actionId,
  placeholder,
  initial_user: userId.optional(),
  confirm,
  focus_on_load: focus,
});

const multiUsersSelect = z.strictObject({
  type: z.literal("multi_users_select"),
  action_id: actionId,
  placeholder,
  initial_users: z.array(userId).optional(),
  max_selected_items: z.int().min(1).optional(),
  confirm,
  focus_on_load: focus,
});

const radioButtons = z.strictObject({
  type: z.literal("radio_buttons"),
  action_id: actionId,
  options: z.array(richOption).min(1).max(LIMITS.radioOptions),
  initial_option: richOption.optional(),
  confirm,
  focus_on_load: focus,
});

const checkboxes = z.strictObject({
  type: z.literal("checkboxes"),
  action_id: actionId,
  options: z.array(richOption).min(1).max(LIMITS.radioOptions),
  initial_options: z.array(richOption).min(1).optional(),
  confirm,
  focus_on_load: focus,
});

const datepicker = z.strictObject({
  type: z.literal("datepicker"),
  action_id: actionId,
  placeholder,
  initial_date: z.iso.date().optional(),
  confirm,
  focus_on_load: focus,
});

const textInput = z.strictObject({
  type: z.literal("plain_text_input"),
  action_id: actionId,
  placeholder,
  initial_value: z.string().max(LIMITS.inputLength).optional(),
  multiline: z.boolean().optional(),
  min_length: z.int().min(0).max(LIMITS.inputLength).optional(),
  max_length: z.int().min(1).max(LIMITS.inputLength).optional(),
  dispatch_action_config: z
    .strictObject({ trigger_actions_on: z.array(z.enum(["on_enter_pressed", "on_character_entered"])) })
    .optional(),
  focus_on_load: focus,
});

/** An image element or block names its picture by address or by an uploaded file, never both. */
export const imageFields = {
  image_url: webUrl.optional(),
  slack_file: z.union([z.strictObject({ id: z.string() }), z.strictObject({ url: z.string() })]).optional(),
  alt_text: z.string().min(1).max(LIMITS.imageText),
};

export const imageElement = z.strictObject({ type: z.literal("image"), ...imageFields });

export const actionElement = z.discriminatedUnion("type", [
  button,
  staticSelect,
  overflow,
  usersSelect,
  multiUsersSelect,
  radioButtons,
  checkboxes,
  datepicker,
]);

export const inputElement = z.discriminatedUnion("type", [
  textInput,
  staticSelect,
  usersSelect,
  multiUsersSelect,
  radioButtons,
  checkboxes,
  datepicker,
]);

export const accessoryElement = z.discriminatedUnion("type", [
  button,
  staticSelect,
  overflow,
  usersSelect,
  multiUsersSelect,
  radioButtons,
  checkboxes,
  datepicker,
  imageElement,
]);

export type ActionElement = z.infer<typeof actionElement>;
export type InputElement = z.infer<typeof inputElement>;
export type ImageElement = z.infer<typeof imageElement>;
/** Anything a person can press, pick or fill. */
export type Interactive = ActionElement | InputElement;
