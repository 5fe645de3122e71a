import { z } from "zod";
import { postAsApp } from "../posts.ts";
import { SlackError } from "../slack-error.ts";
import type { UploadedFile } from "../store/files.ts";
import type { SlackFile } from "../wire.ts";
import type { World } from "../world.ts";
import { threadRoot } from "./chat.ts";
import { json, method, number, readableConversation, timestamp } from "./method.ts";

export function slackFile(world: World, file: UploadedFile): SlackFile {
  return {
    id: file.id,
    name: file.name,
    title: file.title,
    mimetype: file.mimetype,
    size: file.bytes?.length ?? 0,
    url_private: `${world.url()}/files/${file.id}/${file.secret}`,
  };
}

const getUploadUrl = method({
  scopes: ["files:write"],
  args: z.object({ filename: z.string().min(1), length: number, alt_txt: z.string().max(1000).optional() }),
  run: (world, args) => {
    const file = { id: world.newId("F"), secret: world.newId("").toLowerCase(), name: args.filename };
    world.files.announce(file);
    return { upload_url: `${world.url()}/upload/${file.id}/${file.secret}`, file_id: file.id };
  },
});

const filesArg = z.array(z.object({ id: z.string(), title: z.string().optional() })).min(1);

function uploaded(world: World, wanted: z.infer<typeof filesArg>): SlackFile[] {
  return wanted.map(({ id, title }) => {
    if (title !== undefined) world.files.entitle(id, title);
    const file = world.files.find(id);
    if (file?.bytes == null) throw new SlackError("file_not_found");
    return slackFile(world, file);
  });
}

const complete = method({
  scopes: ["files:write"],
  args: z.object({
    files: json.pipe(filesArg),
    channel_id: z.string().optional(),
    initial_comment: z.string().optional(),
    thread_ts: timestamp,
  }),
  run: (world, args) => {
    const files = uploaded(world, args.files);
    if (args.channel_id !== undefined) {
      const { id } = readableConversation(world, args.channel_id);
      const threadTs = threadRoot(world, id, args.thread_ts);
      postAsApp(world, { channel: id, threadTs }, { text: args.initial_comment ?? "", files });
    }
    return { files };
  },
});

export const files = {
  "files.getUploadURLExternal": getUploadUrl,
  "files.completeUploadExternal": complete,
};
