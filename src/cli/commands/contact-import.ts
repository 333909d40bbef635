// tollbell contact import: adds or changes people from a file, with their opt-ins.

import * as z from 'zod/mini';
import type { App } from '../../app.ts';
import { PURPOSES } from '../../domain/consent.ts';
import { importContacts } from '../../send/import-contacts.ts';
import { INPUT_FORMATS } from '../../send/records.ts';
import type { Define, View } from '../command.ts';
import { currentSender } from '../current-sender.ts';
import { hint } from '../hint.ts';
import { interruptedBy } from '../interrupted.ts';
import { collect, flag, helpText, orNull, pairs, parseOptions } from '../options.ts';
import { openProgress } from '../progress.ts';

const ContactImportOptions = z.object({
  file: z.string(),
  input: orNull(z.enum(INPUT_FORMATS, { error: 'csv or ndjson' })),
  map: pairs,
  ignoreColumns: flag,
  skipInvalid: flag,
  errors: orNull(z.string()),
});

const ContactImportDocument = z.object({
  counts: z
    .object({ read: z.int(), added: z.int(), updated: z.int(), unchanged: z.int(), invalid: z.int(), refused: z.int() })
    .check(
      z.describe(
        'refused: an opt-out or a block stands against an opt-in, and all else of the row was written; or it mixes two people, and nothing was',
      ),
    ),
});

export const defineContactImport: Define = (parent, host) => {
  const command = parent
    .command('import')
    .description(
      'Adds people from CSV or NDJSON, or changes those with the same number. All rows are checked before the first one is written.\n' +
        'Columns: phone (or user_id), and optionally name, language, opt_in, source, evidence, opted_in_at, attr.<key>.\n' +
        `opt_in holds purposes with spaces or commas between them ("utility marketing"): ${PURPOSES.join(', ')}. It needs a source.\n` +
        'An import lifts no opt-out and no block.',
    )
    .argument('<file>', 'the file; - for standard input')
    .option('--input <format>', 'csv or ndjson (default: by name and content)')
    .option('--map <column=name>', 'rename a column of the file; several times', collect)
    .option('--ignore-columns', 'pass over columns that mean nothing')
    .option('--skip-invalid', 'leave invalid rows out instead of doing nothing')
    .option('--errors <file>', 'write rows that are invalid or refused to a CSV file')
    .addHelpText(
      'after',
      helpText({
        examples: [
          'tollbell contact import people.csv',
          'tollbell contact import crm.csv --map mobile=phone --map consent=opt_in --ignore-columns --skip-invalid --errors left-out.csv',
          'tollbell contact import - --input ndjson --json < people.ndjson',
        ],
        output: '{"schema":"tollbell.contact-import/1","counts":{"read","added","updated","unchanged","invalid","refused"}}',
        exits: [0, 2, 3, 8, 130],
      }),
    )
    .action((file: string, options: object) =>
      host.run(command, (app) => importFile(app, parseOptions(ContactImportOptions, { file, ...options }))),
    );
  return ContactImportDocument;
};

/** Imports the file. Throws `rows_invalid`, `file_invalid`, `file_unreadable`, and `interrupted` after a clean stop. */
export async function importFile(
  app: App,
  options: z.output<typeof ContactImportOptions>,
): Promise<View<z.output<typeof ContactImportDocument>>> {
  const checking = openProgress(app, { label: 'check', total: null });
  let writing: ReturnType<typeof openProgress> | undefined;
  const openTarget = async () => {
    const store = await app.store();
    return { store, senderId: (await currentSender(store, app.config)).id };
  };
  const { counts, interrupted } = await importContacts(app, {
    path: options.file,
    format: options.input,
    rename: options.map,
    ignoreColumns: options.ignoreColumns,
    skipInvalid: options.skipInvalid,
    errorsPath: options.errors,
    db: app.config.db,
    openTarget,
    onProgress: (done, total) => (total === null ? checking : (writing ??= openProgress(app, { label: 'import', total }))).update(done),
  }).finally(() => (writing ?? checking).close());
  if (interrupted)
    throw interruptedBy(`the same command; the ${counts.added + counts.updated} people that were written count as unchanged then`);
  if (counts.invalid + counts.refused > 0 && options.errors === null)
    hint(app, '--errors FILE writes the rows that were left out to a file.');
  const { read, added, updated, unchanged, invalid, refused } = counts;
  return {
    command: 'contact-import',
    schema: ContactImportDocument,
    document: { counts: { read, added, updated, unchanged, invalid, refused } },
    columns: ['counts.read', 'counts.added', 'counts.updated', 'counts.unchanged', 'counts.invalid', 'counts.refused'],
    text: (style) =>
      `${style.strong(String(read))} ${read === 1 ? 'row' : 'rows'}: ${added} added, ${updated} updated, ${unchanged} unchanged, ${invalid} invalid, ${refused} refused`,
    exitCode: refused > 0 ? 3 : 0,
  };
}
