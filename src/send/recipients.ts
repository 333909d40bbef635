// Steps 1 and 2 of a file: records → recipients whose number and parameters are right, and rejections. Who may be messaged is asked later.

import type { Template } from '../domain/template.ts';
import type { Addressee } from '../ports/store/admit.ts';
import type { TemplateId } from '../values/id.ts';
import type { Instant } from '../values/time.ts';
import { checkConstants, toLayout } from './recipient-columns.ts';
import type { FileRecord, Header, RecordBatch } from './records.ts';
import type { Rejection } from './rejections.ts';
import { checkRow } from './validate.ts';

/** One row that can be sent, as far as the row itself tells. */
export type Recipient = {
  readonly row: number;
  readonly to: Addressee;
  /** The row's own key; null leaves it to be derived. */
  readonly key: string | null;
  /** The language that was asked for; null leaves it to the contact. */
  readonly language: string | null;
  /** Parameter values by name, as JSON in the template's order: equal values are equal texts. */
  readonly content: string;
  /** What stands for the content in keys and fingerprints, where it holds the id of an upload, which is another one each time. */
  readonly identity?: string;
  /** The template whose parameters it was checked against; null for free-form text. */
  readonly checkedFor: TemplateId | null;
  readonly costCenter: string | null;
  readonly tags: readonly string[];
  /** When it is to be sent; null for when the command says, or at once. */
  readonly sendAt: Instant | null;
  /** The row as the file has it, for the list of errors; null where none is written, since a chunk of rows would double its memory with it. */
  readonly record: FileRecord | null;
};

export type RecipientOptions = {
  /** The file, as messages name it. */
  readonly title: string;
  /** The template in its languages, at least one. */
  readonly templates: readonly Template[];
  /** For all rows; beats a column. */
  readonly language: string | null;
  /** Parameters that are the same for all rows. */
  readonly parameters: Readonly<Record<string, string>>;
  /** Passes over columns that mean nothing to us. */
  readonly ignoreColumns: boolean;
  /** Keeps each row as the file has it. */
  readonly keepsRecords: boolean;
  /** Now: nobody plans farther ahead than a year. */
  readonly at: Instant;
};

/** A record and what is wrong with it. */
export type RejectedRecord = { readonly rejection: Rejection; readonly record: Pick<FileRecord, 'original'> };

export type RecipientBatch = {
  readonly header: Header;
  /** How many rows were read for it. */
  readonly read: number;
  readonly recipients: readonly Recipient[];
  readonly rejected: readonly RejectedRecord[];
};

/**
 * Checks every record. Throws `file_invalid` for a header without `to` or with columns that mean nothing, `parameter_mismatch` where no row could
 * have all parameters, `invalid_input` for a parameter that is given both for all rows and as a column.
 */
export async function* readRecipients(records: AsyncIterable<RecordBatch>, options: RecipientOptions): AsyncGenerator<RecipientBatch> {
  checkConstants(options);
  let layout: ReturnType<typeof toLayout> | undefined;
  for await (const batch of records) {
    const { header } = batch;
    if (layout?.header !== header) layout = toLayout(header, options);
    const recipients: Recipient[] = [];
    const rejected: RejectedRecord[] = [];
    for (const record of batch.records) {
      const checked = checkRow(layout, record);
      if ('reason' in checked) rejected.push({ rejection: checked, record });
      else recipients.push(checked);
    }
    yield { header, read: batch.records.length, recipients, rejected };
  }
}
