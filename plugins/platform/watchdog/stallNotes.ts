// What a server that had to end itself leaves for the next one: which plugin's code did not end, and where.
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { sentenceOf } from '@postroom/sdk';

export interface Stall {
  /** ISO 8601. */
  readonly at: string;
  /** `undefined`: no plugin's code was running. */
  readonly plugin: string | undefined;
  /** Frames of the stack, the innermost first. */
  readonly where: readonly string[];
  /** The administrator has been told. */
  readonly isTold: boolean;
}

/** As with other failures three are too many; each of these takes a minute and more, so the window is longer. */
const STRIKES = 3;
const WINDOW_MS = 60 * 60_000;

const FILE = 'stalls.json';

/** Those of the last hour, oldest first; of a clock that was set back, all. */
export function readStalls(dataDir: string, now: Date): readonly Stall[] {
  let stalls: unknown;
  try {
    stalls = JSON.parse(readFileSync(path.join(dataDir, FILE), 'utf8'));
  } catch {
    // There is none, or it was cut short: then it says nothing.
    return [];
  }
  return Array.isArray(stalls) ? (stalls as readonly Stall[]).filter(({ at }) => now.getTime() - Date.parse(at) < WINDOW_MS) : [];
}

/** Synchronous: when one is noted nothing else gets a turn any more. Answers what went wrong. */
export function writeStalls(dataDir: string, stalls: readonly Stall[]): string | undefined {
  const file = path.join(dataDir, FILE);
  try {
    if (stalls.length === 0) {
      rmSync(file, { force: true });
    } else {
      writeFileSync(`${file}.part`, `${JSON.stringify(stalls, undefined, 2)}\n`, { mode: 0o600 });
      renameSync(`${file}.part`, file);
    }
    return undefined;
  } catch (error) {
    return sentenceOf(error);
  }
}

/** Plugins that are too dangerous to be activated, with the reason. */
export function barredPlugins(stalls: readonly Stall[]): ReadonlyMap<string, string> {
  const counts = new Map<string, number>();
  for (const { plugin } of stalls) {
    if (plugin !== undefined) counts.set(plugin, (counts.get(plugin) ?? 0) + 1);
  }
  return new Map(
    [...counts]
      .filter(([, count]) => count >= STRIKES)
      .map(([plugin, count]) => [
        plugin,
        `It did not come to an end ${count} times within an hour, each time the server had to be ended, and so it was switched off. ` +
          `Mend it, then: postroom plugins enable ${plugin}`,
      ]),
  );
}

export function stallSentence({ at, plugin }: Stall): string {
  const who = plugin === undefined ? "Code of the server itself, and no plugin's," : `Code of ${plugin}`;
  return `${who} did not come to an end and let nothing else happen; so at ${at} the server ended itself, to be started again.`;
}
