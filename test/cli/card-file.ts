// A file with price cards in our own columns, for a world to import.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PRICE_CARD_COLUMNS } from '../../src/domain/price-card.ts';
import type { World } from '../world.ts';

/** Writes these lines below the header; the path of the file. */
export function cardFile({ directory }: Pick<World, 'directory'>, ...lines: readonly string[]): string {
  const path = join(directory, 'card.csv');
  writeFileSync(path, `${[PRICE_CARD_COLUMNS.join(','), ...lines].join('\n')}\n`);
  return path;
}
