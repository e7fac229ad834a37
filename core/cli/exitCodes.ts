// What the shell is told (sysexits.h where there is a number for it).
import { PostroomError } from '@postroom/sdk';

export const EXIT = Object.freeze({ done: 0, failed: 1, usage: 2, notRunning: 69, configuration: 78 });

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
    case 'data/newer':
    case 'data/not-writable':
    case 'data/corrupt':
      return EXIT.configuration;
    default:
      return EXIT.failed;
  }
}
