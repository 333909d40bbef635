// What a dispatch leaves because a template holds it back: how much, until when, and what to do about it.

import * as z from 'zod/mini';
import type { Sender } from '../domain/sender.ts';
import type { HeldTemplate } from '../ports/store/outbox.ts';
import { formatInstant } from '../values/time.ts';
import { forSender } from './interrupted.ts';
import { instantTextOut } from './shapes.ts';

/** The JSON of a template that holds back what is queued. */
export const HeldTemplateItem = z.object({
  template: z.string(),
  language: z.string(),
  paused: z
    .boolean()
    .check(z.describe('true where it is known to be paused; false where the provider refused it: it is paused, or not there')),
  units: z.int().check(z.describe('messages that wait for it')),
  until: instantTextOut.check(z.describe('when the first of them is tried again')),
});

/** The fields of it. */
export function toHeldTemplateItem({ name, language, isPaused, units, until }: HeldTemplate): z.output<typeof HeldTemplateItem> {
  return { template: name, language, paused: isPaused, units, until: formatInstant(until) };
}

/** A sentence for each template, and what to do. A missing one is handed in and not synced, which would take it for withdrawn and cancel what waits. */
export function heldTemplateLines(held: readonly HeldTemplate[], sender: Pick<Sender, 'name' | 'isDefault'>): readonly string[] {
  return held.map(({ name, language, isPaused, units, until }) => {
    const wait = `${units} ${units === 1 ? 'waits' : 'wait'} until ${formatInstant(until)} for the template ${name} (${language})`;
    if (isPaused) return `${wait}, which the provider paused. ${forSender('tollbell template sync', sender)} asks whether that is over.`;
    const push = forSender(`tollbell template push ${name} --language ${language}`, sender);
    return `${wait}, which the provider paused or does not have. ${push} hands it in where it is missing.`;
  });
}
