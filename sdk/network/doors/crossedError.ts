// An error on its way between two threads, which share no classes: what it becomes, and what is made of it again. Pure.
import { type ErrorCode, PostroomError, sentenceOf } from '../../errors.js';

/** Plain values; `fields` is there for a PostroomError alone. */
export interface CrossedError {
  readonly message: string;
  readonly code?: string;
  readonly fields?: Readonly<Record<string, unknown>>;
}

export function crossingError(error: unknown): CrossedError {
  if (error instanceof PostroomError) return { message: error.message, code: error.code, fields: plainFields(error.fields) };
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
  return { message: sentenceOf(error), ...(typeof code === 'string' && { code }) };
}

export function crossedError({ message, code, fields }: CrossedError): Error {
  if (fields !== undefined) return new PostroomError(code as ErrorCode, message, fields);
  return code === undefined ? new Error(message) : Object.assign(new Error(message), { code });
}

/** What does not cross is put into words. */
function plainFields(fields: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  try {
    return structuredClone(fields);
  } catch {
    return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, String(value)]));
  }
}
