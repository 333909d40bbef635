// A workbook (XLSX) as rows of cells: the archive and which of its parts are read. Bounded before anything is unpacked. The parts are worksheet.ts's.

import { fail } from '../errors.ts';
import { firstSheetId, rowsOf, sharedTexts, targetOf } from './worksheet.ts';

/** The largest archive. A rate card has some 20 KB. */
export const WORKBOOK_BYTES_MAX = 4 * 1024 * 1024;

// Of one part, unpacked. What an archive says of it is checked before it is unpacked, and no more than that is.
const PART_BYTES_MAX = 32 * 1024 * 1024;

const MAGIC = [0x50, 0x4b, 0x03, 0x04];

/** True for the first bytes of a zip archive, which a workbook is. */
export function isWorkbook(bytes: Uint8Array): boolean {
  return MAGIC.every((byte, index) => bytes[index] === byte);
}

/** The rows of the first sheet, blank ones included. Throws `file_invalid` where the bytes are no workbook. */
export async function workbookRows(bytes: Uint8Array, title: string): Promise<readonly (readonly string[])[]> {
  const [{ unzipSync, strFromU8 }, { SaxesParser }] = await Promise.all([import('fflate'), import('saxes')]);
  const parser = () => new SaxesParser({ xmlns: true });
  const part = (path: string): string | undefined => {
    const unpacked = unzipSync(bytes, {
      filter: ({ name, originalSize }) => {
        if (name !== path) return false;
        if (originalSize > PART_BYTES_MAX) throw new Error(`${name} has ${originalSize} bytes`);
        return true;
      },
    });
    return unpacked[path] === undefined ? undefined : strFromU8(unpacked[path]);
  };
  const needed = (path: string): string => {
    const text = part(path);
    if (text === undefined) throw new Error(`no ${path}`);
    return text;
  };
  try {
    const sheet = firstSheetId(parser(), needed('xl/workbook.xml'));
    const path = targetOf(parser(), needed('xl/_rels/workbook.xml.rels'), sheet);
    const texts = sharedTexts(parser(), part('xl/sharedStrings.xml'));
    return rowsOf(parser(), needed(path), texts);
  } catch (cause) {
    throw fail('file_invalid', {
      message: `${title} begins like a workbook and is not one that can be read.`,
      hint: 'Open it in a spreadsheet program and save the sheet as CSV (UTF-8).',
      details: { path: title },
      cause,
    });
  }
}
