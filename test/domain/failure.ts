// The error that something ends with, for tests that look at more than its message.

import { AppError } from '../../src/errors.ts';

/** What `run` throws; a run that ends well, or with a bug, fails the test. */
export function failure(run: () => unknown): AppError {
  try {
    run();
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  throw new Error('no AppError was thrown');
}
