// Answers that stay the same within a transaction.

/** Asks once for each key. */
export function onceEach<Key, Answer>(ask: (key: Key) => Answer): (key: Key) => Answer {
  const known = new Map<Key, Answer>();
  return (key) => {
    if (known.has(key)) return known.get(key) as Answer;
    const answer = ask(key);
    known.set(key, answer);
    return answer;
  };
}
