// Answers in the order of the questions: each is written as soon as it and all before it are known. Bounds how many may be open.

/** A question that was taken, in its place. */
export type Ticket = { text: string | null };

export type Answers = {
  /** Takes a place behind all others. */
  readonly open: () => Ticket;
  readonly fill: (ticket: Ticket, text: string) => void;
  /** How many are not known yet, or not written yet. */
  readonly count: () => number;
  /** Resolves when all that are known, and have none before them that is not, are written. */
  readonly flushed: () => Promise<void>;
  /** What writing ended with; null while it goes well. */
  readonly failure: () => unknown;
};

/** No questions. `write` resolves to false when nobody reads any more, and may reject: `onGone` is told then, and answers go nowhere. */
export function createAnswers(write: (text: string) => Promise<boolean>, onGone: () => void): Answers {
  const open: Ticket[] = [];
  let isWriting = false;
  let lastFlush = Promise.resolve();
  let isGone = false;
  let failure: unknown = null;

  const hand = async (text: string): Promise<void> => {
    if (isGone) return;
    const isRead = await write(text).catch((error: unknown) => {
      failure = error;
      return false;
    });
    if (isRead) return;
    isGone = true;
    onGone();
  };

  const flush = async (): Promise<void> => {
    isWriting = true;
    for (let known = knownAhead(open); known.length > 0; known = knownAhead(open)) {
      await hand(known.join(''));
      open.splice(0, known.length);
    }
    isWriting = false;
  };

  return {
    open: () => {
      const ticket: Ticket = { text: null };
      open.push(ticket);
      return ticket;
    },
    fill: (ticket, text) => {
      ticket.text = text;
      if (!isWriting) lastFlush = flush();
    },
    count: () => open.length,
    flushed: () => lastFlush,
    failure: () => failure,
  };
}

function knownAhead(open: readonly Ticket[]): readonly string[] {
  const texts: string[] = [];
  for (const { text } of open) {
    if (text === null) break;
    texts.push(text);
  }
  return texts;
}
