// A sheet that a command is given, as rows of cells with its header first.

import { fail } from '../errors.ts';
import type { Io } from '../ports/host.ts';
import { splitRows } from '../send/csv-rows.ts';
import { readLineBlocks } from '../send/line-blocks.ts';
import { titleOf } from '../values/text.ts';

/** Reads a CSV file whole, which may have so many rows at most. Throws `file_unreadable` and `file_invalid`. */
export async function sheetRows({ read }: Pick<Io, 'read'>, file: string, rowsMax: number): Promise<readonly (readonly string[])[]> {
  const title = titleOf(file);
  const all: string[][] = [];
  for await (const rows of splitRows(readLineBlocks(read(file), title), title)) {
    all.push(...rows);
    if (all.length > rowsMax)
      throw fail('file_invalid', {
        message: `${title} has more than ${rowsMax} rows.`,
        hint: 'Give it in parts, or summed up.',
        details: { path: title },
      });
  }
  return all;
}
