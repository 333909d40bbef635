// tollbell schema: the JSON Schema of a command's output, made from the zod schema that the output passes through.

import * as z from 'zod/mini';
import { fail } from '../../errors.ts';
import type { CommandHost, Define, DefinedCommand, View } from '../command.ts';
import { helpText, parseOptions, texts } from '../options.ts';

const SchemaOptions = z.object({ words: texts });

// Either a list of names or a JSON Schema. With --json the latter has one key more, `schema`, which validators pass over.
const SchemaDocument = z.looseObject({
  items: z.optional(z.array(z.object({ command: z.string(), schema: z.string() }))),
  next: z.optional(z.null()),
});

export const defineSchema: Define = (parent, host) => {
  const command = parent
    .command('schema')
    .description("Prints the JSON Schema of a command's --json output; without a command, the commands there are.")
    .argument('[command...]', 'such as send, or template add')
    .addHelpText(
      'after',
      helpText({
        examples: ['tollbell schema bill-report', 'tollbell schema template add > template-add.schema.json', 'tollbell schema'],
        output: 'the JSON Schema itself (2020-12), or {"schema":"tollbell.schema/1","items":[{"command","schema"}],"next":null}',
        exits: [0, 2],
      }),
    )
    .action((words: string[]) => host.run(command, () => showSchema(host, parseOptions(SchemaOptions, { words }))));
  return SchemaDocument;
};

/** The schema of the command, or all names. Throws `invalid_input` for a command that there is not. */
export async function showSchema(
  host: Pick<CommandHost, 'all'>,
  { words }: z.output<typeof SchemaOptions>,
): Promise<View<z.output<typeof SchemaDocument>>> {
  const commands = await host.all();
  if (words.length === 0) return listSchemas(commands);
  const name = words.join(' ');
  const wanted = commands.find(({ path }) => path === name || nameOf(path) === name);
  if (wanted === undefined) {
    throw fail('invalid_input', {
      message: `There is no command '${name}'.`,
      hint: 'Run tollbell schema for the list.',
      details: { command: name },
    });
  }
  const document = jsonSchemaOf(wanted);
  return {
    command: 'schema',
    schema: SchemaDocument,
    document,
    columns: ['title', 'type'],
    text: () => JSON.stringify(document, null, 2),
  };
}

function listSchemas(commands: readonly DefinedCommand[]): View<z.output<typeof SchemaDocument>> {
  const items = commands.map(({ path }) => ({ command: path, schema: schemaId(path) }));
  return {
    command: 'schema',
    schema: SchemaDocument,
    document: { items, next: null },
    rows: 'items',
    columns: ['command', 'schema'],
    text: () => items.map(({ command }) => command).join('\n'),
  };
}

function jsonSchemaOf({ path, command, outputSchema }: DefinedCommand): Record<string, unknown> {
  const { $schema, properties = {}, required = [], ...rest } = z.toJSONSchema(outputSchema);
  return {
    $schema,
    title: schemaId(path),
    description: command.description(),
    ...rest,
    properties: { schema: { const: schemaId(path) }, ...properties },
    required: ['schema', ...required],
  };
}

function schemaId(path: string): string {
  return `tollbell.${nameOf(path)}/1`;
}

function nameOf(path: string): string {
  return path.replaceAll(' ', '-');
}
