// A history as one reads it where a test has failed: a line for each thing that happened.

import type { History, Step, Told } from './history.ts';

/** The lines, in their order. */
export function taleOf(history: History): string {
  return history.map(lineOf).join('\n');
}

function lineOf(step: Step): string {
  const at = textOf(step.at);
  if (step.do === 'close') return `${at} close ${step.sender} ${step.month}`;
  if (step.do === 'hear') return step.told.map((told) => `${at} hear of ${wordsOf(told)}`).join('\n');
  const { number, sender, person, category, copies } = step.message;
  const wrote = step.do === 'write' ? ` at ${textOf(step.written)}` : '';
  return `${at} ${step.do} ${number} (${copies} ${category}, ${sender} to ${person})${wrote}`;
}

function wordsOf({ message, kind, at, word, cost, international, freeEntryUntil }: Told): string {
  const price = word === null ? '' : `${cost === null ? '' : ` at ${cost}`}${international ? ' (international)' : ''}`;
  const entry = freeEntryUntil === null ? '' : `, free entry until ${textOf(freeEntryUntil)}`;
  return `${message.number}: ${kind} at ${textOf(at)}, ${word ?? 'no word'}${price}${entry}`;
}

function textOf(at: number): string {
  return new Date(at).toISOString().replace('.000Z', 'Z');
}
