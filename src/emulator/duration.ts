// Durations as people write them: `24h`, `500ms`, `1d 12h`.

const UNITS_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** The milliseconds of a duration; null for anything else. */
export function parseDuration(text: string): number | null {
  if (!/^\s*(\d+(\.\d+)?\s*(ms|s|m|h|d)\s*)+$/.test(text)) return null;
  const parts = Array.from(
    text.matchAll(/(\d+(?:\.\d+)?)\s*(ms|s|m|h|d)/g),
    ([, count = '0', unit = 'ms']) => Number(count) * (UNITS_MS[unit] ?? 0),
  );
  return Math.round(parts.reduce((sum, part) => sum + part, 0));
}
