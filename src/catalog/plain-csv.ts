// Splits the catalogue's own data files: plain cells without quotes (a test holds them to that), so no CSV library is loaded for them.

/** The records of a plain CSV text, header included. */
export function plainRecords(text: string): string[][] {
  return text
    .trim()
    .split('\n')
    .map((line) => line.split(','));
}
