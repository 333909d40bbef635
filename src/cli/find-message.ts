// Finding a message that a command names.

import { type AppError, fail } from '../errors.ts';
import type { MessageRecord, ReportStore } from '../ports/store/report.ts';
import type { MessageId } from '../values/id.ts';

/** The message. Throws `unknown_message`, also where there is no store. */
export async function findMessage(store: Pick<ReportStore, 'findMessages'> | null, id: string): Promise<MessageRecord> {
  const [record] = store === null ? [] : await store.findMessages([id as MessageId]);
  if (record !== undefined && record !== null) return record;
  throw unknownMessage(id);
}

/** What is said of an id that no message has. */
export function unknownMessage(id: string): AppError {
  return fail('unknown_message', { message: `There is no message ${id}.`, hint: 'tollbell message list shows the ids.', details: { id } });
}
