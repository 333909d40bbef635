// The provider's files as tables of text: title lines, a header in the middle of the sheet, a block of rows for each market.

export const MARKETS = new Set(['Germany', 'Brazil', 'India', 'Other']);

/** Like the files of the third quarter of 2026: the header in line 6, the prices from line 8 on. */
export const RATES = [
  ['WhatsApp Business Platform'],
  ['Rates, USD'],
  [''],
  ['Per delivered message'],
  [''],
  ['Market', 'Currency', 'Marketing', 'Utility', 'Authentication', 'Authentication-\nInternational'],
  ['', '', '', '', '', ''],
  ['Brazil', 'USD', '0.0625', '0.0068', '0.0068', 'n/a'],
  ['India', 'USD', '0.0118', '0.0014', '0.0014', '0.0280'],
  [''],
  ['Rates are for messages delivered within a calendar month.'],
];

const HEADER = ['From', 'To', 'Rate type', 'Rate', 'vs. List rate'];
const NONE = ['n/a', 'n/a', 'n/a', 'n/a', 'n/a'];

/** The categories side by side, each over five columns; a market is named in the first row of its block. */
export const TIERS = [
  ['Volume tiers, USD'],
  [''],
  ['', '', 'Utility', '', '', '', '', 'Authentication', '', '', '', '', 'Authentication-\nInternational', '', '', '', ''],
  ['Market', 'Currency', ...HEADER, ...HEADER, ...HEADER],
  ['Brazil', 'USD', '0', '250,000', 'List rate', '0.0068', '0%', '0', '500,000', 'List rate', '0.0068', '0%', ...NONE],
  ['', '', '250,001', '2,000,000', 'Tier rate', '0.0065', '-5%', '500,001', '--', 'Tier rate', '0.0065', '-5%', ...NONE],
  ['', '', '2,000,001', '--', 'Tier rate', '0.0061', '-10%', '', '', '', '', '', '', '', '', '', ''],
  ['India', 'USD', '0', '--', 'List rate', '0.0014', '0%', ...NONE, '0', '750,000', 'List rate', '0.0280', '0%'],
  ['', '', '', '', '', '', '', '', '', '', '', '', '750,001', 'MAX', 'Tier rate', '0.0266', '-5%'],
  ['A tier rate is for the messages within its tier.'],
];

/** The table with other text in one cell; row and column count from 1. */
export function withCell(table: readonly (readonly string[])[], row: number, column: number, text: string): string[][] {
  return table.map((cells, index) => {
    if (index !== row - 1) return [...cells];
    const changed = [...cells];
    changed[column - 1] = text;
    return changed;
  });
}
