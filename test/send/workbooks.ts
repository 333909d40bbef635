// Workbooks made by hand: the parts of the archive as a spreadsheet program writes them.

import { strToU8, zipSync } from 'fflate';

const MAIN = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
const LINKS = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';

/** A cell: text, or a figure as it stands in the file. */
export type SheetCell = string | { readonly figure: string };

/** The bytes of a workbook with one sheet; blank cells and blank rows are left out, as programs do. */
export function workbook(rows: readonly (readonly SheetCell[])[]): Uint8Array {
  const texts: string[] = [];
  const sheet = rows.map((cells, row) => {
    const written = cells.map((cell, column) => cellXml(cell, `${letters(column)}${row + 1}`, texts)).join('');
    return written === '' ? '' : `<row r="${row + 1}">${written}</row>`;
  });
  return archive({
    'xl/worksheets/sheet1.xml': `<worksheet xmlns="${MAIN}"><sheetData>${sheet.join('')}</sheetData></worksheet>`,
    'xl/sharedStrings.xml': `<sst xmlns="${MAIN}">${texts.map((text) => `<si><t xml:space="preserve">${escaped(text)}</t></si>`).join('')}</sst>`,
  });
}

/** An archive with a workbook's own parts and these. */
export function archive(parts: Readonly<Record<string, string>>): Uint8Array {
  const all = {
    'xl/workbook.xml': `<workbook xmlns="${MAIN}" xmlns:r="${LINKS}"><sheets><sheet name="notes" sheetId="2" state="hidden" r:id="rId9"/><sheet name="rates" sheetId="1" r:id="rId1"/></sheets></workbook>`,
    'xl/_rels/workbook.xml.rels':
      '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId9" Target="worksheets/none.xml"/><Relationship Id="rId1" Target="worksheets/sheet1.xml"/></Relationships>',
    ...parts,
  };
  return zipSync(Object.fromEntries(Object.entries(all).map(([path, text]) => [path, strToU8(text)])));
}

function cellXml(cell: SheetCell, reference: string, texts: string[]): string {
  if (typeof cell !== 'string') return `<c r="${reference}" s="1"><v>${cell.figure}</v></c>`;
  if (cell === '') return '';
  return `<c r="${reference}" t="s"><v>${texts.push(cell) - 1}</v></c>`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}

function letters(column: number): string {
  return (column >= 26 ? letters(Math.floor(column / 26) - 1) : '') + String.fromCharCode(65 + (column % 26));
}
