// Which exit code an error and an answer have.
import { PostroomError } from '@postroom/sdk';
import { EXIT } from '@postroom/sdk/base';

/** The exit code for something that was thrown. */
export function exitCodeOf(error: unknown): number {
  if (!(error instanceof PostroomError)) {
    return EXIT.failed;
  }
  switch (error.code) {
    case 'command/unknown':
    case 'command/arguments':
      return EXIT.usage;
    case 'command/not-running':
      return EXIT.notRunning;
    case 'settings/invalid':
    case 'settings/unknown-key':
    case 'data/missing':
    case 'data/moved':
    case 'data/newer':
    case 'data/not-writable':
    case 'data/corrupt':
      return EXIT.configuration;
    default:
      return EXIT.failed;
  }
}

/**
 * The exit code for an answer. A round in which an account failed, a login that the ISP refused, a licence that is not granted and a doctor who
 * found a problem are answers, not errors; scripts must hear of them all the same.
 */
export function exitCodeOfAnswer(answer: unknown): number {
  const { ok, granted, rounds } = (answer ?? {}) as { readonly ok?: unknown; readonly granted?: unknown; readonly rounds?: unknown };
  const troubled =
    ok === false ||
    granted === false ||
    some(rounds, ({ failed }) => some(failed, () => true)) ||
    some(answer, ({ check, state }) => check !== undefined && state === 'problem');
  return troubled ? EXIT.failed : EXIT.done;
}

function some(list: unknown, test: (item: Readonly<Record<string, unknown>>) => boolean): boolean {
  return Array.isArray(list) && list.some((item: Readonly<Record<string, unknown>>) => test(item));
}
