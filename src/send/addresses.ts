// Numbers and user ids from a file of recipients, for who asks what they cost: nothing else of a row is looked at.

import type { Address } from '../domain/market.ts';
import { fail } from '../errors.ts';
import type { Io } from '../ports/host.ts';
import { titleOf } from '../values/text.ts';
import { type InputFormat, type RecordBatch, readRecords } from './records.ts';
import { reject, type Rejection, rowsInvalid } from './rejections.ts';
import { toAddressee } from './validate.ts';

export type AddressFile = {
  readonly path: string;
  readonly format: InputFormat | null;
  readonly rename: Readonly<Record<string, string>>;
};

type AddressHost = { readonly io: Pick<Io, 'read' | 'unpacked'>; readonly interrupted: AbortSignal };

const FIRST_MAX = 10;

/**
 * Hands the addresses of the column `to` over one by one, in constant memory. Throws `file_invalid` where there is no such column, and `rows_invalid` with the
 * first rows at the end of a file in which some name nobody: a contact's id says nothing without the store.
 * False when it was told to stop before the end.
 */
export async function readAddresses(
  { io, interrupted }: AddressHost,
  { path, format, rename }: AddressFile,
  take: (address: Address) => void,
): Promise<boolean> {
  const first: Rejection[] = [];
  let [read, invalid] = [0, 0];
  const refuse = (rejection: Rejection): void => {
    invalid += 1;
    if (first.length < FIRST_MAX) first.push(rejection);
  };
  for await (const { header, records } of readRecords(() => io.unpacked(io.read(path), path), { name: path, format, rename })) {
    if (interrupted.aborted) return false;
    const place = header.columns.indexOf('to');
    if (place === -1 && header.isWhole) throw noRecipients(path, header);
    for (const { row, cells, fault } of records) {
      read += 1;
      if (fault !== null) {
        refuse(reject({ row, column: fault.column, value: undefined }, fault));
        continue;
      }
      const value = cells[place];
      const to = toAddressee(value);
      if ('phone' in to) take(to.phone);
      else if ('userId' in to) take(to.userId);
      else refuse(reject({ row, column: 'to', value }, 'reason' in to ? to : CONTACT));
    }
  }
  if (invalid === 0) return true;
  throw rowsInvalid({ name: path, read, invalid, first, hint: 'Correct them; tollbell send --dry-run finds contacts by their ids.' });
}

const CONTACT = { reason: 'invalid_phone', message: 'the id of a contact, whose number a quote does not look up' };

function noRecipients(path: string, { columns }: RecordBatch['header']): Error {
  return fail('file_invalid', {
    message: `${titleOf(path)} has no column 'to'.`,
    hint: `Its columns are ${columns.join(', ')}. Rename the one with the numbers: --map column=to.`,
    details: { path },
  });
}
