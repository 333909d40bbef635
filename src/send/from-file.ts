// Recipients from a file: read once to check every row, then admitted. What cannot be sent goes into the list of errors, if one was asked for.

import type { Template } from '../domain/template.ts';
import type { Clock, Io, RepeatableSource } from '../ports/host.ts';
import type { Admission } from '../ports/store/admit.ts';
import { titleOf } from '../values/text.ts';
import type { Instant } from '../values/time.ts';
import { addresseeText } from './addressees.ts';
import { type Checked, checkFile, goodChunks } from './check.ts';
import { type InputOptions, openInput } from './input.ts';
import type { ConflictHost } from './key-conflicts.ts';
import { readRecipients, type Recipient, type RecipientBatch } from './recipients.ts';
import { type InputFormat, readRecords } from './records.ts';
import type { RejectionFile } from './rejection-file.ts';
import { reject, type Rejection, rowsInvalid } from './rejections.ts';
import { createRepeatSieve, type RepeatSieve } from './repeat-sieve.ts';
import type { SendPlan } from './send.ts';

export type FileOptions = InputOptions & {
  readonly format: InputFormat | null;
  readonly rename: Readonly<Record<string, string>>;
  readonly language: string | null;
  readonly parameters: Readonly<Record<string, string>>;
  readonly costCenter: string | null;
  readonly tags: readonly string[];
  readonly ignoreColumns: boolean;
  /** Leave invalid rows out instead of doing nothing. */
  readonly skipInvalid: boolean;
  /** Nothing will be admitted: rows go through a sieve. */
  readonly dryRun: boolean;
};

export type OpenFile = {
  readonly checked: Checked;
  /** Through which all rows of a dry run went; null for a file that is kept in memory. */
  readonly sieve: RepeatSieve | null;
  readonly chunks: () => AsyncIterable<readonly Recipient[]>;
  /** Writes a refusal into the list of errors. */
  readonly onAdmission: (recipient: Recipient, admission: Admission) => void;
  /** Puts the list of errors in its place and deletes what was copied. */
  readonly close: () => Promise<void>;
};

type OpenHost = ConflictHost & { readonly io: Io; readonly clock: Clock };

/** Checks a file. Throws `rows_invalid` with the first rows, unless they may be left out; nothing is written to the store here. */
export async function openRecipients(
  host: OpenHost,
  {
    sender,
    template,
  }: { readonly sender: SendPlan['sender']; readonly template: { readonly name: string; readonly languages: readonly Template[] } },
  options: FileOptions,
): Promise<OpenFile> {
  const { source, errors, close } = await openInput(host.io, options);
  const facts = { templates: template.languages, at: host.clock.now() };
  let header: RecipientBatch['header'] = { columns: [], isWhole: true, original: [] };
  try {
    const batches = (): AsyncIterable<RecipientBatch> => recipientBatches(source, options, facts);
    const sieve = options.dryRun ? createRepeatSieve() : null;
    const checked = await checkFile(
      host,
      {
        senderId: sender.id,
        template: template.name,
        sieve,
        onRejected: ({ rejection, record }, its) => errors?.add(rejection, record, its),
        onBatch: (batch) => {
          header = batch.header;
          return errors?.flush();
        },
      },
      batches,
    );
    if (checked.invalid > 0 && !options.skipInvalid) throw rowsInvalid({ name: source.name, ...checked });
    return {
      checked,
      sieve: checked.recipients === null ? sieve : null,
      chunks: () => withCommands(checked.recipients === null ? goodChunks(batches()) : [checked.recipients], options),
      onAdmission: (recipient, admission) => addRefusal(errors, { recipient, admission, header }),
      close,
    };
  } catch (error) {
    await close().catch(() => undefined); // the error that ended the check is the one to tell
    throw error;
  }
}

type RowFacts = { readonly templates: readonly Template[]; readonly at: Instant };

function recipientBatches(source: RepeatableSource, options: FileOptions, facts: RowFacts): AsyncIterable<RecipientBatch> {
  const records = readRecords(() => source.read(), { name: source.name, format: options.format, rename: options.rename });
  const { language, parameters, ignoreColumns } = options;
  const title = titleOf(source.name);
  return readRecipients(records, { ...facts, title, language, parameters, ignoreColumns, keepsRecords: options.errorsPath !== null });
}

async function* withCommands(
  chunks: AsyncIterable<readonly Recipient[]> | Iterable<readonly Recipient[]>,
  labels: Labels,
): AsyncGenerator<readonly Recipient[]> {
  for await (const chunk of chunks) {
    const isPlain = labels.costCenter === null && labels.tags.length === 0;
    yield isPlain ? chunk : chunk.map((recipient) => withDefaults(recipient, labels));
  }
}

/** What the command says for all rows. */
type Labels = Pick<FileOptions, 'costCenter' | 'tags'>;

/** The recipient with the command's labels: a row's own cost centre comes first, its tags are added to. */
export function withDefaults(recipient: Recipient, { costCenter, tags }: Labels): Recipient {
  return { ...recipient, costCenter: recipient.costCenter ?? costCenter, tags: [...recipient.tags, ...tags] };
}

/** A refusal as a line of the list of errors. */
export function refusalRejection({ row, to }: Recipient, reason: string): Rejection {
  return reject({ row, column: 'to', value: addresseeText(to) }, { reason, message: '' });
}

type Refusal = { readonly recipient: Recipient; readonly admission: Admission; readonly header: RecipientBatch['header'] };

function addRefusal(errors: RejectionFile | null, { recipient, admission, header }: Refusal): void {
  if (errors === null || admission.kind !== 'refused' || recipient.record === null) return;
  errors.add(refusalRejection(recipient, admission.reason), recipient.record, header);
}
