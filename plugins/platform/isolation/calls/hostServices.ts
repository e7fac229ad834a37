// What a plugin's process may ask of the host, besides messages: its own state, its own secrets, the log, and mail in a user's name.
// Every argument is checked; what is refused rejects the plugin's own call.
import { isDeepStrictEqual } from 'node:util';
import type { Logger, MailSender, OutgoingMail, PluginStorage, Secrets } from '@postroom/sdk';
import type { PeerHandler } from '../pipe/peer.js';
import type { ReplaceAnswer } from '../pipe/protocol.js';
import { dateIn, optionalTextIn, recordOf, textIn } from '../pipe/shapes.js';
import { LineBudget, plainFields, plainText } from '../process/plainLog.js';

export interface HostServices {
  readonly state: PluginStorage;
  readonly secrets: Secrets;
  readonly mail: MailSender;
  readonly log: Logger;
}

const LONGEST_KEY = 1_000;
/** Lines a minute. */
const MOST_LINES = 200;
const LEVELS: readonly string[] = ['debug', 'info', 'warn', 'error'] satisfies readonly (keyof Logger)[];

export function serviceHandlers({ state, secrets, mail, log }: HostServices): Readonly<Record<string, PeerHandler>> {
  const lines = new LineBudget(MOST_LINES, log);
  return {
    'state.get': async (data) => ({ data: await state.get(keyIn(data)) }),
    'state.set': async (data) => {
      const given = recordOf(data);
      await state.set(keyIn(data), given['value'], dateIn(given, 'expires'));
      return undefined;
    },
    'state.replace': async (data) => ({ data: await replace(state, recordOf(data)) }),
    'state.delete': async (data) => {
      await state.delete(keyIn(data));
      return undefined;
    },
    'state.keys': async (data) => ({ data: await state.keys(textIn(recordOf(data), 'prefix', LONGEST_KEY)) }),
    secret: async (data) => ({ data: await secrets.get(keyIn(data), optionalTextIn(recordOf(data), 'account')) }),
    send: async (data) => ({ data: await mail.send(recordOf(data) as unknown as OutgoingMail) }),
    log: (data) => {
      const { level, message, fields } = recordOf(data);
      const known = LEVELS.includes(String(level)) ? (level as keyof Logger) : 'info';
      if (lines.mayWrite()) log[known](plainText(message), plainFields(fields));
      return undefined;
    },
  };
}

/**
 * A step of PluginStorage.update, whose function is in the plugin's process: puts `value` in the place of `before`. Answers what is there instead where that
 * is something else by now.
 */
async function replace(state: PluginStorage, given: Readonly<Record<string, unknown>>): Promise<ReplaceAnswer> {
  let answer: ReplaceAnswer = { isReplaced: true };
  const step = (now: unknown): unknown => {
    const isSame = isDeepStrictEqual(now, given['before']);
    answer = isSame ? { isReplaced: true } : { isReplaced: false, now };
    return isSame ? given['value'] : now;
  };
  await state.update(keyIn(given), step, dateIn(given, 'expires'));
  return answer;
}

function keyIn(data: unknown): string {
  return textIn(recordOf(data), 'key', LONGEST_KEY);
}
