// tollbell commands: the command tree, for programs that drive this one.

import type { Command } from 'commander';
import * as z from 'zod/mini';
import type { CommandHost, Define, View } from '../command.ts';
import { helpText } from '../options.ts';
import { fields } from '../render.ts';
import { listOf } from '../shapes.ts';

const OptionItem = z.object({
  flags: z.string(),
  name: z.string(),
  description: z.string(),
  takes_value: z.boolean(),
  global: z.boolean().check(z.describe('every command takes it')),
});

const CommandsDocument = listOf(
  z.object({
    command: z.string(),
    summary: z.string(),
    description: z.string(),
    usage: z.string(),
    arguments: z.array(z.object({ name: z.string(), description: z.string(), required: z.boolean(), variadic: z.boolean() })),
    options: z.array(OptionItem),
    output_schema: z.string(),
  }),
);

type Item = z.output<typeof CommandsDocument>['items'][number];

export const defineCommandsCommand: Define = (parent, host) => {
  const command = parent
    .command('commands')
    .description('Lists every command with its arguments and options.')
    .addHelpText(
      'after',
      helpText({
        examples: ['tollbell commands', 'tollbell commands --json'],
        output:
          '{"schema":"tollbell.commands/1","items":[{"command","summary","description","usage","arguments":[…],"options":[{"flags","name","description",' +
          '"takes_value","global"}],"output_schema"}],"next":null}',
        exits: [0, 2],
      }),
    )
    .action(() => host.run(command, () => listCommands(host)));
  return CommandsDocument;
};

/** Every command, in the order of the help. */
export async function listCommands(host: Pick<CommandHost, 'all'>): Promise<View<z.output<typeof CommandsDocument>>> {
  const items = (await host.all()).map(({ path, command }) => toItem(path, command));
  return {
    command: 'commands',
    schema: CommandsDocument,
    document: { items, next: null },
    rows: 'items',
    columns: ['command', 'summary', 'usage', 'output_schema'],
    text: (style) =>
      fields(
        items.map(({ command, summary }) => [command, summary] as const),
        style,
      ),
  };
}

function toItem(path: string, command: Command): Item {
  return {
    command: path,
    summary: command.summary(),
    description: command.description(),
    usage: `tollbell ${path} ${command.usage()}`,
    arguments: command.registeredArguments.map((argument) => ({
      name: argument.name(),
      description: argument.description,
      required: argument.required,
      variadic: argument.variadic,
    })),
    options: command.options.map((option) => ({
      flags: option.flags,
      name: option.name(),
      description: option.description,
      takes_value: option.required || option.optional,
      global: option.helpGroupHeading !== undefined,
    })),
    output_schema: `tollbell.${path.replaceAll(' ', '-')}/1`,
  };
}
