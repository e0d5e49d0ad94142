import { listAll, type Template, type TemplateSize, table } from "@corral/contracts";
import { defineCommand } from "../command.ts";
import { CommandError, EXIT } from "../exitCodes.ts";

const templates = defineCommand({
  name: "templates",
  arguments: [],
  options: {},
  summary: "List the kinds of guests that you may make",
  details: "corral create <name> --template <template> --size <size> makes one.",
  run: async ({ connect, output }) => {
    const { client } = connect();
    const items = await listAll((query) => client.listTemplates({ query }));
    output.result(items, (list) => (list.length === 0 ? "No templates." : inTable(list)));
    return undefined;
  },
});

const FIELDS = {
  image: { type: "string", short: "i", value: "<image>", meaning: "image that its disk is made from" },
  kernel: { type: "string", short: "k", value: "<kernel>", meaning: "kernel; newest: always the newest" },
  description: { type: "string", short: "d", value: "<text>", meaning: "one line about it" },
  size: {
    type: "string",
    short: "s",
    value: "<name=MiB[+disk MiB]>",
    multiple: true,
    meaning: "size that may be chosen, such as small=64 or big=256+1024; may be given again",
  },
} as const;

const create = defineCommand({
  name: "template create",
  arguments: ["<name>"],
  options: FIELDS,
  summary: "Offer a kind of guest",
  details: "Example: corral template create shell --image demo --size small=64 --size big=256+1024",
  run: async ({ args, options, connect, output }) => {
    if (options.image === undefined) throw new CommandError(EXIT.usage, "--image is missing.");
    if (options.size.length === 0) throw new CommandError(EXIT.usage, "--size is missing: give one or more.");
    const { image } = options;
    const sizes = options.size.map(sizeOf);
    const body = { name: args.name, image, sizes, ...kernelOf(options.kernel), ...descriptionOf(options.description) };
    output.result(await connect().client.createTemplate({ body }), (made) => inTable([made]));
    return undefined;
  },
});

const change = defineCommand({
  name: "template change",
  arguments: ["<template>"],
  options: { ...FIELDS, name: { type: "string", value: "<name>", meaning: "another name" } },
  summary: "Change what is offered; guests made from it stay as they are",
  run: async ({ args, options, connect, output }) => {
    const body = {
      ...(options.name === undefined ? {} : { name: options.name }),
      ...(options.image === undefined ? {} : { image: options.image }),
      ...(options.size.length === 0 ? {} : { sizes: options.size.map(sizeOf) }),
      ...kernelOf(options.kernel),
      ...descriptionOf(options.description),
    };
    const changed = await connect().client.changeTemplate({ params: { id: args.template }, body });
    output.result(changed, (one) => inTable([one]));
    return undefined;
  },
});

const deleteTemplate = defineCommand({
  name: "template delete",
  arguments: ["<template>"],
  options: {},
  summary: "Offer it no longer; guests made from it stay",
  run: async ({ args, connect, output }) => {
    await connect().client.deleteTemplate({ params: { id: args.template } });
    output.result({ deleted: args.template }, () => `The template ${args.template} is deleted.`);
    return undefined;
  },
});

const kernelOf = (text: string | undefined) => (text === undefined ? {} : { kernel: text === "newest" ? null : text });
const descriptionOf = (description: string | undefined) => (description === undefined ? {} : { description });

const sizeOf = (text: string): TemplateSize => {
  const [, name = "", memory, disk] = /^([^=]+)=(\d+)(?:\+(\d+))?$/.exec(text) ?? [];
  if (memory === undefined) {
    throw new CommandError(EXIT.usage, `--size must be such as small=64 or big=256+1024, not "${text}".`);
  }
  return { name, memoryMiB: Number(memory), diskMiB: Number(disk ?? 0) };
};

const inTable = (list: readonly Template[]): string =>
  table(
    ["NAME", "IMAGE", "KERNEL", "SIZES", "DESCRIPTION"],
    list.map(({ name, image, kernel, sizes, description }) => [
      name,
      image,
      kernel ?? "newest",
      sizes.map((size) => `${size.name}=${size.memoryMiB}${size.diskMiB === 0 ? "" : `+${size.diskMiB}`}`).join(" "),
      description,
    ]),
  );

export const templateCommands = [templates, create, change, deleteTemplate] as const;
