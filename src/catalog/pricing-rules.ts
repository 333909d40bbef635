// Which deliveries the provider charges for, from pricing-rules.csv (its pricing page, and the one on non-template messages): by category, by the window that was
// open when the message was sent, and from a day on, which begins at midnight in the sender's zone. A row holds until a newer one of the same category and
// window; one that names a window goes before one for any, and then one that names a category before one for any. `charge` is charged, free, or allowance:
// the first `free_units` deliveries of a calendar month are free, counted for each sender in its own zone. A charge names its row by the id, so that no id is
// ever given to another row.

import { CATEGORIES } from '../domain/consent.ts';
import { type PricingRule, RULE_CHARGES } from '../domain/pricing-rule.ts';
import { OPEN_WINDOWS } from '../domain/window.ts';
import { assert } from '../errors.ts';
import { parseDay } from '../values/time.ts';
import { plainRecords } from './plain-csv.ts';
import pricingRulesCsv from './pricing-rules.csv';

let rules: readonly PricingRule[] | undefined;

/** The rows, read on first use and then kept. */
export function pricingRules(): readonly PricingRule[] {
  rules ??= plainRecords(pricingRulesCsv).slice(1).map(toRule);
  return rules;
}

/** The row that a charge names; undefined for one that this program does not know. */
export function pricingRule(id: number): PricingRule | undefined {
  return pricingRules().find((rule) => rule.id === id);
}

function toRule([id, effectiveFrom = '', category, window, charge, freeUnits]: readonly string[]): PricingRule {
  const from = parseDay(effectiveFrom);
  const [forCategory, inWindow] = [wordOf(category, CATEGORIES), wordOf(window, OPEN_WINDOWS)];
  const kind = RULE_CHARGES.find((known) => known === charge);
  assert(from !== undefined && kind !== undefined && forCategory !== undefined && inWindow !== undefined, `pricing rule ${id} is readable`);
  assert((kind === 'allowance') === (freeUnits !== ''), `pricing rule ${id} has free units where it is an allowance`);
  return { id: Number(id), from, category: forCategory, window: inWindow, charge: kind, freeUnits: Number(freeUnits) };
}

function wordOf<Word extends string>(cell: string | undefined, words: readonly Word[]): Word | 'any' | undefined {
  return cell === 'any' ? cell : words.find((word) => word === cell);
}
