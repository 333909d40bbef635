// The provider's error codes: what each is called, which HTTP status its page gives, and what is to be done about it. The rows are in
// provider-errors.csv, made from the provider's page of error codes (September 2026) and those of its single products. The title comes last in a row,
// because one of them has a comma in it. The HTTP status is for a double to answer with: the provider says that nobody should rely on it.

import { plainRecords } from './plain-csv.ts';
import errorsCsv from './provider-errors.csv';

/**
 * What to do: `retry` soon, a few times; `backoff`: slow the scope down and try later; `never` again as it is; `optout`: the person wants no marketing;
 * `config`: somebody must change a setting first.
 */
export type ErrorAction = 'retry' | 'backoff' | 'never' | 'optout' | 'config';

/** `httpStatus` null: the page gives none. */
export type ProviderErrorEntry = {
  readonly code: number;
  readonly httpStatus: number | null;
  readonly title: string;
  readonly action: ErrorAction;
};

type Row = Omit<ProviderErrorEntry, 'code'>;

let table: ReadonlyMap<string, Row> | undefined;

// The only codes that are listed as a range: all of them say that a permission is missing.
const PERMISSIONS = '200-299';

/** What the provider's pages say of a code; undefined for a code that they do not list. */
export function providerError(code: number): ProviderErrorEntry | undefined {
  table ??= readTable();
  const row = table.get(Number.isInteger(code) && code >= 200 && code <= 299 ? PERMISSIONS : String(code));
  return row === undefined ? undefined : { code, ...row };
}

function readTable(): ReadonlyMap<string, Row> {
  const rows = plainRecords(errorsCsv).slice(1);
  return new Map(
    rows.map(([code = '', httpStatus = '', action = '', ...title]) => [
      code,
      { httpStatus: httpStatus === '' ? null : Number(httpStatus), title: title.join(','), action: action as ErrorAction },
    ]),
  );
}
